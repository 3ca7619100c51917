from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from example_project.projects.models import Project

# The pages need nothing inline, nothing of other sites, and no script that writes HTML.
POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'"
)


class RequestOfUser(HttpRequest):
    user: User


def strict(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Has the browser hold a page to the policy."""

    @wraps(view)
    def with_policy(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        response["Content-Security-Policy"] = POLICY
        return response

    return with_policy


@require_safe
@login_required
@strict
def live_run(request: RequestOfUser) -> HttpResponse:
    """The newest run in the user's project, as it happens."""
    return render(request, "projects/live_run.html", {"project": project_of(request.user)})


def project_of(user: User) -> Project | None:
    return user.projects.order_by("pk").first()
