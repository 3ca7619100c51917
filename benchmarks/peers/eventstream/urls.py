"""django-eventstream: its own view, and the same behind the authentication that ours has."""

from typing import Any, ClassVar

import django_eventstream
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django_eventstream.views import events
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from django_wizard_sessions.permissions import HasScope
from django_wizard_sessions.projects import ProjectMixin
from example_project.projects.permissions import IsProjectMember


class ProjectEvents(ProjectMixin):
    """A key, its user and scope, the project and the membership: as the example asks for them."""

    permission_classes = (IsAuthenticated, HasScope, IsProjectMember)
    required_scopes: ClassVar = {"follow": "wizard_session:read"}
    action = "follow"

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request, topic: str, **kwargs: Any) -> HttpResponseBase:
        connection.close()  # or each open stream would keep one of the database's hundred
        response: HttpResponseBase = events(request, channels=[topic])
        return response


@csrf_exempt
def publish(request: HttpRequest, topic: str) -> HttpResponse:
    django_eventstream.send_event(topic, "message", request.body.decode(), json_encode=False)
    return HttpResponse(status=204)


urlpatterns = [
    path("publish/<str:topic>", publish),
    path("streams/<str:channel>", include("django_eventstream.urls")),
    path("projects/<int:project_id>/streams/<str:topic>", ProjectEvents.as_view()),
]
