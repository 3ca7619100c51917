from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NamedTuple, Self

from django.core.exceptions import PermissionDenied
from django.db import connections, models, router, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from . import postgresql
from .conf import get_settings, project_model
from .fields import CharField, DateTimeField, IdentifierField
from .returning import can_return_updates, update_returning


class RunPhase(models.TextChoices):
    IDLE = "idle", "Idle"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    ERROR = "error", "Error"

    @property
    def is_terminal(self) -> bool:
        return self in {RunPhase.COMPLETED, RunPhase.ERROR}


class Version(NamedTuple):
    """Which state of a session is shown. The later one compares as greater."""

    revision: int
    is_stale: bool


class WizardSessionQuerySet(models.QuerySet["WizardSession"]):
    def matching(self, workflow_id: str = "", skill_id: str = "") -> Self:
        """The sessions of a workflow and of a skill; an empty id matches all."""
        wanted = {"workflow_id": workflow_id, "skill_id": skill_id}
        return self.filter(**{field: id_ for field, id_ in wanted.items() if id_})

    def upsert(
        self, *, project: Any, session_id: str, created_by: str = "", **state: Any
    ) -> "WizardSession":
        """Stores a push: creates the session or replaces the whole of its ``state``.

        Concurrent pushes of one session queue up at its row, so that its revisions number its
        states in the order in which they held. The one push that created it gets revision 1; each
        later one has the phase that it replaced as ``previous_phase``.

        What it does in a transaction, it begins with a write: after a read, SQLite may refuse to
        let it write. And it updates by the primary key alone: by (project, session_id), MariaDB may
        come to the row through the index of another push's changes, and two pushes wait for each
        other.

        Raises ``IntegrityError`` if the project was deleted meanwhile, and Django's
        ``PermissionDenied`` if ``ONLY_CREATOR_MAY_REPLACE`` and ``created_by`` is another.
        """
        rows = self.using(router.db_for_write(self.model))
        key = {"project_id": project.pk, "session_id": session_id}
        # Taken before the row's lock: who waited for it longer must not set the time back.
        now = timezone.now()
        session = rows._replace_at_once(key, created_by, state, now)  # noqa: SLF001
        if session is None:
            new = self.model(**key, created_by=created_by, **state, created_at=now, updated_at=now)
            session = rows._look_up_and_replace(new, state)  # noqa: SLF001
        return session

    def _replace_at_once(
        self, key: dict[str, Any], pusher: str, state: dict[str, Any], now: datetime
    ) -> "WizardSession | None":
        """``None`` without a session that the pusher may replace, and on other databases."""
        if connections[self.db].vendor != "postgresql":
            return None
        creator = {"created_by": pusher} if get_settings().ONLY_CREATOR_MAY_REPLACE else {}
        return postgresql.replace(self, {**key, **creator}, state, now)

    def _look_up_and_replace(self, new: "WizardSession", state: dict[str, Any]) -> "WizardSession":
        of_session = self.filter(project=new.project_id, session_id=new.session_id)
        stored = next(iter(of_session.order_by().only(*_KEPT)), None)
        _refuse_another_creator(stored, new.created_by)
        push = {
            **state,
            "updated_at": Greatest("updated_at", Value(new.updated_at)),
            "revision": F("revision") + 1,
        }
        session = self._replace(stored, push) if stored else None
        return session or self._queue_up(stored, new, push)

    def _queue_up(
        self, stored: "WizardSession | None", new: "WizardSession", push: dict[str, Any]
    ) -> "WizardSession":
        """For the first push, and where another came in between: that, or a deletion."""
        with transaction.atomic(using=self.db):
            stored = (stored and self._lock(stored)) or self._claim(new)
            session = self._replace(stored, push)
            if session is None:  # another push was faster to insert it
                stored = self._lock(stored)
                assert stored is not None  # noqa: S101  # the insertion locked it
                _refuse_another_creator(stored, new.created_by)
                session = self._replace(stored, push)
            assert session is not None  # noqa: S101  # it is locked
            return session

    def _replace(self, stored: "WizardSession", push: dict[str, Any]) -> "WizardSession | None":
        """The session as the database gives it back; ``None`` unless still at this revision."""
        row = self.filter(pk=stored.pk)
        at_this_revision = row.order_by().filter(revision=stored.revision)
        if can_return_updates(self.db):
            session = next(iter(update_returning(at_this_revision, push)), None)
        else:
            with transaction.atomic(using=self.db, savepoint=False):
                session = row.get() if at_this_revision.update(**push) else None
        if session is not None:
            session.previous_phase = stored.run_phase if stored.revision else None
        return session

    def _claim(self, new: "WizardSession") -> "WizardSession":
        """At revision 0; or, where another push was faster, not at all.

        The update upon conflict changes nothing: it is there to wait for the row's lock and to take
        it. The row then has another revision, and perhaps another creator, than what is returned.
        """
        # MariaDB's ON DUPLICATE KEY takes every unique key, and no list of fields.
        takes_fields = connections[self.db].features.supports_update_conflicts_with_target
        [row] = self.bulk_create(
            [new],
            update_conflicts=True,
            update_fields=["session_id"],
            unique_fields=["project", "session_id"] if takes_fields else None,
        )
        return row

    def _lock(self, row: "WizardSession") -> "WizardSession | None":
        return self.select_for_update().only(*_KEPT).filter(pk=row.pk).first()


_KEPT = ("revision", "run_phase", "created_by")


def _refuse_another_creator(stored: "WizardSession | None", pusher: str) -> None:
    if stored and stored.created_by != pusher and get_settings().ONLY_CREATOR_MAY_REPLACE:
        raise PermissionDenied("Only who created this session may replace it.")


class WizardSession(models.Model):
    """One run of a wizard in a project, as it was last pushed."""

    project: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        project_model(),
        on_delete=models.CASCADE,
        related_name="wizard_sessions",
        db_index=False,  # the unique constraint's index begins with it
    )
    session_id: IdentifierField = IdentifierField(max_length=255)
    workflow_id: IdentifierField = IdentifierField(max_length=128)
    skill_id: IdentifierField = IdentifierField(max_length=128)
    started_at: DateTimeField = DateTimeField()
    run_phase: CharField = CharField(max_length=16, choices=RunPhase.choices)
    tasks: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    event_plan: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    error: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    created_by: CharField = CharField(
        max_length=255,
        default="",
        editable=False,
        help_text="Who pushed first, as the view identifies them: a user's primary key, if any.",
    )
    created_at: DateTimeField = DateTimeField(default=timezone.now, editable=False)
    updated_at: DateTimeField = DateTimeField(default=timezone.now, editable=False)
    revision: "models.PositiveBigIntegerField[int, int]" = models.PositiveBigIntegerField(
        default=0,
        editable=False,
        help_text="Counts the pushes of this session. Orders its states; never goes back.",
    )

    objects: ClassVar[models.Manager["WizardSession"]] = WizardSessionQuerySet.as_manager()

    previous_phase: str | None = None
    """Of what an upsert returned: the phase that it replaced, as ``run_phase`` has it."""
    rendered: str | None = None
    """Of what was pushed, the JSON of this state, where the answer and the streams share it."""

    class Meta:
        ordering: ClassVar[tuple[str, ...]] = ("-started_at", "-created_at", "-id")
        constraints: ClassVar[tuple[models.UniqueConstraint, ...]] = (
            models.UniqueConstraint(
                fields=("project", "session_id"), name="wizard_session_unique_in_project"
            ),
        )
        # All are read backwards: the newest first, without a sort. No push of a known run changes
        # a column of theirs, so PostgreSQL can update its row in place (HOT).
        indexes: ClassVar[tuple[models.Index, ...]] = (
            # The list.
            models.Index(
                fields=("project", "started_at", "created_at", "id"),
                name="wizard_session_by_project",
            ),
            # The latest of a workflow, the list by workflow, and a stream's first event.
            models.Index(
                fields=("project", "workflow_id", "started_at", "created_at", "id"),
                name="wizard_session_by_workflow",
            ),
            # The list by skill.
            models.Index(
                fields=("project", "skill_id", "started_at", "created_at", "id"),
                name="wizard_session_by_skill",
            ),
            # The latest, the list and a stream's first event by workflow and skill.
            models.Index(
                fields=("project", "workflow_id", "skill_id", "started_at", "created_at", "id"),
                name="wizard_session_by_both",
            ),
        )

    def __str__(self) -> str:
        return str(self.session_id)

    @property
    def is_stale(self) -> bool:
        """Whether the run has not ended, yet was not pushed for ``STALE_AFTER`` seconds."""
        return not RunPhase(self.run_phase).is_terminal and self.updated_at < stale_cutoff()

    @property
    def stale_at(self) -> datetime:
        """When a run that has not ended goes stale, if nothing is pushed."""
        return self.updated_at + timedelta(seconds=get_settings().STALE_AFTER)

    @property
    def version(self) -> Version:
        return Version(self.revision, self.is_stale)


def stale_cutoff() -> datetime:
    """What has not ended and was not pushed since is stale."""
    try:
        return timezone.now() - timedelta(seconds=get_settings().STALE_AFTER)
    except OverflowError:  # never
        return datetime.min.replace(tzinfo=UTC)
