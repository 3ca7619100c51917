"""Input as the command-line wizard sends it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model

    from django_wizard_sessions.models import WizardSession


def a_push(session_id: str = "run-1", **changes: Any) -> dict[str, Any]:
    """The smallest push that the API accepts, with these changes."""
    return {
        "session_id": session_id,
        "workflow_id": "posthog-integration",
        "skill_id": "nextjs-app-router",
        "started_at": "2026-11-24T02:25:53Z",
        "run_phase": "running",
        "tasks": [],
        **changes,
    }


def a_task(**changes: Any) -> dict[str, Any]:
    """One of the ``tasks`` of a push."""
    return {"id": "0", "title": "Detect the framework", "status": "pending", **changes}


def a_stored_session(
    project: "Model", session_id: str = "run-1", **changes: Any
) -> "WizardSession":
    """What the smallest push comes to in the database, without anything that is published.

    Raises DRF's ``ValidationError`` for changes that the API refuses.
    """
    # Not before Django is set up, which the other factories do not need.
    from django_wizard_sessions.serializers import get_serializer_class  # noqa: PLC0415

    serializer = get_serializer_class()(data=a_push(session_id, **changes))
    serializer.is_valid(raise_exception=True)
    return serializer.save(project=project)
