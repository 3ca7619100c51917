from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, router, transaction
from django.db.models import Q
from django.db.models.signals import m2m_changed
from django.dispatch import receiver
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.debug import sensitive_variables

from django_wizard_sessions.conf import get_settings

from . import keys
from .validators import validate_scopes

LAST_USED_PRECISION = timedelta(minutes=1)
"""A use is recorded this often: exact enough to find keys out of use, and few writes."""


class ApiKeyManager(models.Manager["ApiKey"]):
    """Issues keys and finds them again."""

    @sensitive_variables("key")
    def issue(
        self,
        *,
        user: AbstractBaseUser,
        scopes: Iterable[str],
        projects: Iterable[models.Model] | None = None,
        name: str = "",
        expires_at: datetime | None = None,
    ) -> tuple["ApiKey", str]:
        """Creates a key and returns it with its text, which nothing can show again.

        Without ``projects``, the key is good for every project that its user may see; with an
        empty list of them, for none.

        Raises ``ValidationError`` for a malformed scope or a name that is too long.
        """
        prefix = keys.new_prefix()
        key = keys.new_key(prefix)
        api_key = self.model(
            user=user,  # type: ignore[misc]  # the host's own model
            name=name,
            prefix=prefix,
            digest=keys.digest(key),
            scopes=list(dict.fromkeys(scopes)),
            limited_to_projects=projects is not None,
            expires_at=expires_at,
        )
        api_key.clean_fields()
        db = router.db_for_write(self.model)
        with transaction.atomic(using=db):
            api_key.save(using=db)
            api_key.projects.set(projects or ())
        return api_key, key

    @sensitive_variables("key")
    def find(self, key: str) -> "ApiKey | None":
        """The key with this text, in whatever state it is, with its user; in one query.

        A text that cannot be a key is not looked up: PostgreSQL does not take every text. Nor is a
        replica asked: to one that lags, a new key is unknown and a revoked one is not.
        """
        prefix = keys.prefix_of_key(key)
        if prefix is None:
            return None
        rows = self.using(router.db_for_write(self.model)).select_related("user")
        api_key = rows.filter(prefix=prefix).first()
        if api_key is None or not constant_time_compare(api_key.digest, keys.digest(key)):
            return None
        return api_key


class ApiKey(models.Model):
    """Lets its holder act as a user: within some scopes and, if any are listed, some projects.

    Made with ``ApiKey.objects.issue``. The text of the key is not kept.
    """

    user: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="wizard_sessions_api_keys",
    )
    name: "models.CharField[str, str]" = models.CharField(
        max_length=100, blank=True, help_text="What the key is used for."
    )
    prefix: "models.CharField[str, str]" = models.CharField(
        max_length=keys.PREFIX_LENGTH, unique=True, editable=False
    )
    digest: "models.CharField[str, str]" = models.CharField(max_length=64, editable=False)
    scopes: "models.JSONField[list[str], list[str]]" = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_scopes],
        help_text='What the key may be used for, each as "object:action".',
    )
    projects: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        get_settings().PROJECT_MODEL,
        blank=True,
        related_name="+",  # the host's model is not ours to add names to
        help_text="Leave empty for every project that the user may see.",
    )
    limited_to_projects: "models.BooleanField[bool, bool]" = models.BooleanField(
        default=False,
        editable=False,
        help_text="Whether projects were ever listed. Such a key allows no others, even when "
        "those that were listed are deleted.",
    )
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now, editable=False
    )
    expires_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True, blank=True, help_text="Leave empty for a key that does not expire."
    )
    revoked_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True, blank=True, editable=False
    )
    last_used_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="To the minute."
    )

    objects: ClassVar[ApiKeyManager] = ApiKeyManager()

    class Meta:
        # Without it, a host that forgot to install this app would get the model as one of the
        # package's own, and a migration for it.
        app_label = "wizard_sessions_api_keys"
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{keys.LABEL}{self.prefix}"

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    def allows_project(self, project: models.Model) -> bool:
        """Whether the key's own limits leave the project in; whether its user may is not asked."""
        return not self.limited_to_projects or self.projects.filter(pk=project.pk).exists()

    def revoke(self) -> None:
        """Ends the key for good. One that is revoked already keeps the time of that."""
        self._update_if(Q(revoked_at=None), revoked_at=timezone.now())
        self.refresh_from_db(using=router.db_for_write(type(self)), fields=["revoked_at"])

    def record_use(self) -> None:
        """Sets ``last_used_at``, unless that was done within the last minute.

        Not within the request's transaction, where the row would stay locked to the key's other
        requests until the end; and a failure is logged, not raised.
        """
        now = timezone.now()
        outdated = now - LAST_USED_PRECISION
        if self.last_used_at is not None and self.last_used_at > outdated:
            return
        # Asked again in the database: of requests that come at once, one writes.
        is_outdated = Q(last_used_at=None) | Q(last_used_at__lte=outdated)
        transaction.on_commit(
            lambda: self._update_if(is_outdated, last_used_at=now),
            using=router.db_for_write(type(self)),
            robust=True,
        )
        self.last_used_at = now

    def _update_if(self, condition: Q, **values: datetime) -> None:
        """Touches these columns only: ``save()`` would undo a revocation that came in between."""
        type(self).objects.filter(condition, pk=self.pk).update(**values)


@receiver(m2m_changed, sender=ApiKey.projects.through)
def _remember_limit(*, instance: ApiKey, action: str, using: str, **_kwargs: object) -> None:
    """Listing a project limits the key from then on, however it was listed.

    The rows of a deleted project vanish, and a key without rows would be good for every project.
    """
    if action == "pre_add" and not instance.limited_to_projects:
        instance.limited_to_projects = True
        instance.save(using=using, update_fields=["limited_to_projects"])
