from functools import wraps

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

# The pages need nothing inline, nothing of other sites, and no script that writes HTML.
POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'"
)


def strict(view):
    """Has the browser hold a page to the policy."""

    @wraps(view)
    def with_policy(*args, **kwargs):
        response = view(*args, **kwargs)
        response["Content-Security-Policy"] = POLICY
        return response

    return with_policy


@require_safe
@login_required
@strict
def live_run(request):
    """The newest run in the user's project, as it happens."""
    return render(request, "projects/live_run.html", {"project": project_of(request.user)})


def project_of(user):
    return user.projects.order_by("pk").first()
