from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from .keys import LABEL
from .models import ApiKey
from .validators import validate_scopes

_GIVEN = ("user", "name", "scopes", "projects", "expires_at")
_KEPT = ("prefix", "limited_to_projects", "created_at", "last_used_at", "revoked_at")


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """Asks for at least one scope: a key without any would look as if it allowed everything."""

    scopes = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text='What the key may be used for, each as "object:action", separated by spaces.',
    )

    def clean_scopes(self) -> list[str]:
        scopes: list[str] = self.cleaned_data["scopes"].split()
        validate_scopes(scopes)
        return scopes

    def clean_expires_at(self) -> datetime | None:
        expires_at: datetime | None = self.cleaned_data["expires_at"]
        if expires_at is not None and expires_at <= timezone.now():
            raise ValidationError("This time has passed.", code="invalid")
        return expires_at


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no subscript at run time
    """Issues, shows and revokes keys. Of a key that was issued, only the name can be changed.

    The permission to add keys lets one act as any user: give it to those who may.
    """

    form = ApiKeyForm
    raw_id_fields = ("user", "projects")
    list_display = (
        "__str__",
        "name",
        "user",
        "scopes",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_select_related = ("user",)
    list_filter = (
        ("revoked_at", admin.EmptyFieldListFilter),
        "expires_at",
        "last_used_at",
        "limited_to_projects",
    )
    search_fields = ("prefix", "name", f"user__{get_user_model().USERNAME_FIELD}")
    ordering = ("-created_at",)
    actions = ("revoke_selected",)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return _GIVEN if obj is None else _GIVEN + _KEPT

    def get_readonly_fields(
        self,
        request: HttpRequest,
        obj: ApiKey | None = None,
    ) -> tuple[str, ...]:
        return () if obj is None else tuple(set(_GIVEN + _KEPT) - {"name"})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ApiKey], search_term: str
    ) -> tuple[QuerySet[ApiKey], bool]:
        """Finds a key by ``wzs_<prefix>`` too, which is how it is shown."""
        return super().get_search_results(request, queryset, search_term.removeprefix(LABEL))

    @sensitive_variables("key")
    def save_model(
        self,
        request: HttpRequest,
        obj: ApiKey,
        form: "forms.ModelForm[ApiKey]",
        change: bool,  # noqa: FBT001
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        issued, key = ApiKey.objects.issue(**form.cleaned_data)
        # The admin goes on with its own object: from here, it is the one that was issued.
        obj.pk = issued.pk
        obj.refresh_from_db()
        self.message_user(
            request,
            f"Store the new API key now, it is shown this one time: {key}",
            messages.WARNING,
        )

    @admin.action(description="Revoke selected keys", permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        active: list[Any] = list(queryset.filter(revoked_at=None))
        for api_key in active:
            api_key.revoke()
            self.log_change(request, api_key, "Revoked.")
        self.message_user(request, f"API keys revoked: {len(active)}.", messages.SUCCESS)
