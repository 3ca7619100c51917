import json

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

WORKFLOW = "posthog-integration"  # the one that the recorded wizard runs
PHASES = {
    "idle": "Waiting to start",
    "running": "Running",
    "completed": "Completed",
    "error": "Ended in an error",
    "stalled": "Stalled: no news for a while",
}


@require_safe
def live_run(request):
    """The newest run in the user's project, as it happens."""
    if not request.user.is_authenticated:
        if not settings.DEMO:
            return redirect_to_login(request.get_full_path())
        log_in_as_alice(request)
    project = request.user.projects.order_by("pk").first()
    session = project and project.wizard_sessions.matching(WORKFLOW).first()
    context = {
        "project": project,
        "workflow_id": WORKFLOW,
        "phases": PHASES,
        "run": session and presented(session),
    }
    return render(request, "projects/live_run.html", context)


def log_in_as_alice(request):
    """Lets the visitor in without being asked; the page says so."""
    login(request, get_object_or_404(get_user_model(), username="alice"))
    request.session["logged_in_by_demo"] = True


def presented(session):
    """A session as the page shows it. The page's script presents what is pushed later alike."""
    phase = "stalled" if session.is_stale else session.run_phase
    return {
        "session": session,
        "phase": phase,
        "phase_in_words": PHASES[phase],
        "tasks": [
            {**task, "status_in_words": task["status"].replace("_", " ")} for task in session.tasks
        ],
        "completed": sum(task["status"] == "completed" for task in session.tasks),
        "error": None if session.error is None else error_message(session.error),
        "events": planned_events(session.event_plan or {}),
    }


def error_message(error):
    message = error.get("message")
    return message if isinstance(message, str) else json.dumps(error, ensure_ascii=False, indent=2)


def planned_events(event_plan):
    """A wizard may push any object as its plan: what has a name in it is shown."""
    events = event_plan.get("events")
    if not isinstance(events, list):
        return []
    return [event for event in events if isinstance(event, dict) and named(event)]


def named(event):
    name = event.get("name")
    return isinstance(name, str) and name != ""
