from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_variables

from .keys import LABEL
from .models import ApiKey
from .validators import validate_scopes

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[ApiKey]
    ModelForm = forms.ModelForm[ApiKey]
else:  # which have no subscript at run time
    ModelAdmin = admin.ModelAdmin
    ModelForm = forms.ModelForm

_GIVEN = ("user", "name", "scopes", "projects", "expires_at")
_KEPT = ("prefix", "limited_to_projects", "created_at", "last_used_at", "revoked_at")


class StateFilter(admin.SimpleListFilter):
    title: str = "state"
    parameter_name: str = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state, state.capitalize()) for state in ("active", "expired", "revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
        is_revoked = Q(revoked_at__isnull=False)
        is_expired = Q(expires_at__isnull=False, expires_at__lte=timezone.now())
        match self.value():
            case "active":
                return queryset.exclude(is_revoked | is_expired)
            case "expired":
                return queryset.filter(is_expired).exclude(is_revoked)
            case "revoked":
                return queryset.filter(is_revoked)
        return queryset


class ApiKeyForm(ModelForm):
    """Asks for at least one scope: a key without any would look as if it allowed everything."""

    scopes: forms.CharField = forms.CharField(
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
class ApiKeyAdmin(ModelAdmin):
    """Issues, shows and revokes keys. Of a key that was issued, only the name can be changed.

    Superusers issue keys for anybody, others for themselves: a key lets one act as its user.
    """

    form: type[ApiKeyForm] = ApiKeyForm
    raw_id_fields: ClassVar[tuple[str, ...]] = ("user", "projects")
    list_display: tuple[str, ...] = (
        "__str__",
        "state",
        "name",
        "user",
        "scopes_in_words",
        "expires_at",
        "last_used_at",
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("user",)
    list_filter: ClassVar[tuple[str | type[StateFilter], ...]] = (
        StateFilter,
        "last_used_at",
        "limited_to_projects",
    )
    search_fields: ClassVar[tuple[str, ...]] = (
        "prefix",
        "name",
        f"user__{get_user_model().USERNAME_FIELD}",
    )
    ordering: ClassVar[tuple[str, ...]] = ("-created_at",)
    actions: tuple[str, ...] = ("revoke_selected",)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        if obj is not None:
            return _GIVEN + _KEPT
        return _GIVEN if request.user.is_superuser else _GIVEN[1:]

    def get_readonly_fields(
        self,
        request: HttpRequest,
        obj: ApiKey | None = None,
    ) -> tuple[str, ...]:
        return () if obj is None else tuple(set(_GIVEN + _KEPT) - {"name"})

    @admin.display(description="state")
    def state(self, obj: ApiKey) -> str:
        if obj.is_revoked:
            return "revoked"
        return "expired" if obj.is_expired else "active"

    @admin.display(description="scopes")
    def scopes_in_words(self, obj: ApiKey) -> str:
        return ", ".join(obj.scopes)

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
        given = {"user": request.user, **form.cleaned_data}
        given["projects"] = given["projects"] or None
        issued, key = ApiKey.objects.issue(**given)
        # The admin goes on with its own object: from here, it is the one that was issued.
        obj.pk = issued.pk
        obj.refresh_from_db()
        obj.key = key  # type: ignore[attr-defined]  # for response_add

    @sensitive_variables("key")
    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Shows the key here and now: a message of Django's would keep it in a cookie."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"Added {obj}",
            "opts": self.opts,
            "api_key": obj,
            "key": obj.key,  # type: ignore[attr-defined]
        }
        page = "admin/wizard_sessions_api_keys/apikey/issued.html"
        response = TemplateResponse(request, page, context)
        add_never_cache_headers(response)
        return response

    @admin.action(description="Revoke selected keys", permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        active: list[Any] = list(queryset.filter(revoked_at=None))
        for api_key in active:
            api_key.revoke()
            self.log_change(request, api_key, "Revoked.")
        self.message_user(request, f"API keys revoked: {len(active)}.", messages.SUCCESS)
