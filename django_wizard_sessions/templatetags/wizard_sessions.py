import warnings
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.template import Context, Library
from django.urls import reverse
from django.utils.safestring import SafeString

from django_wizard_sessions.embedding import first_state
from django_wizard_sessions.presentation import Run

TEMPLATE = "wizard_sessions/wizard_session.html"

register: Library = Library()


@register.simple_tag(takes_context=True)
def wizard_session(  # noqa: PLR0913
    context: Context,
    *,
    workflow: str,
    skill: str = "",
    project: Any = None,
    url: str = "",
    session: Any = "",
) -> SafeString:
    """Shows the newest run of a workflow, and of a skill if one is named, as it happens.

    ``project`` is an object or its key. A host that mounts the API more than once, or below more
    than the project, gives its ``url`` instead: that of the list. With ``session``, or its id,
    it is this run that is shown, whatever runs later.
    """
    url = url or reverse("wizard_sessions:session-list", args=[getattr(project, "pk", project)])
    attributes = {"url": url, "workflow": workflow, "skill": skill, "session": str(session or "")}
    run = _first_state(context, **attributes)
    # Not in the page's own context, which may have turned the escaping off.
    engine = context.template.engine  # type: ignore[union-attr]  # it is being rendered
    return engine.get_template(TEMPLATE).render(Context({**attributes, "run": run}))


def _first_state(context: Context, url: str, workflow: str, skill: str, session: str) -> Run | None:
    if "request" not in context:
        if settings.DEBUG:
            warnings.warn(
                "{% wizard_session %} was used without a request in the context: it shows nothing "
                "until its script runs. Is django.template.context_processors.request enabled?",
                stacklevel=2,
            )
        return None
    page = context["request"]
    if session:
        return first_state(page, f"{url}{quote(session, safe='')}/")
    return first_state(page, f"{url}latest/", workflow_id=workflow, skill_id=skill)
