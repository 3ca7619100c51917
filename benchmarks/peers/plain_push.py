"""A push as any good DRF view would store it, and tell nobody: the example's URLs, with it beside.

Authentication, permissions, the project's lookup and the rules of what is stored are the same; it
writes with one ``INSERT ... ON CONFLICT DO UPDATE`` and reads nothing back.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from django_wizard_sessions.models import RunPhase, WizardSession
from django_wizard_sessions.permissions import HasScope
from django_wizard_sessions.serializers import MAX_TASKS, TASK_STATUSES, WizardSessionSerializer
from django_wizard_sessions.validators import (
    validate_json,
    validate_session_id,
    validate_started_at,
)
from example_project import urls
from example_project.projects.models import Project
from example_project.projects.permissions import IsProjectMember

_STATE = ("workflow_id", "skill_id", "started_at", "run_phase", "tasks", "event_plan", "error")


def upsert(validated: dict[str, Any]) -> WizardSession:
    now = timezone.now()
    [session] = WizardSession.objects.bulk_create(
        [WizardSession(**validated, created_at=now, updated_at=now)],
        update_conflicts=True,
        update_fields=[*_STATE, "updated_at"],
        unique_fields=["project", "session_id"],
    )
    return session


class PlainTask(serializers.Serializer[Any]):
    id = serializers.CharField(max_length=255)
    title = serializers.CharField(max_length=10_240)
    status = serializers.ChoiceField(choices=TASK_STATUSES)


class PlainSession(serializers.ModelSerializer[WizardSession]):
    """The same rules in DRF's own fields, which take a little more than ours do."""

    session_id = serializers.CharField(max_length=255, validators=[validate_session_id])
    team_id = serializers.ReadOnlyField(source="project_id")
    started_at = serializers.DateTimeField(validators=[validate_started_at])
    run_phase = serializers.ChoiceField(choices=RunPhase.choices)
    tasks = PlainTask(many=True, max_length=MAX_TASKS)  # type: ignore[call-arg]
    event_plan = serializers.DictField(allow_null=True, default=None, validators=[validate_json])
    error = serializers.DictField(allow_null=True, default=None, validators=[validate_json])
    is_stale = serializers.BooleanField(read_only=True)

    class Meta:
        model = WizardSession
        fields = WizardSessionSerializer.Meta.fields
        read_only_fields = ("created_at", "updated_at")

    def validate_tasks(self, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        validate_json(tasks)
        return tasks

    def create(self, validated_data: dict[str, Any]) -> WizardSession:
        return upsert(validated_data)


class SameSession(WizardSessionSerializer):
    """The package's own serializer, with the plain upsert."""

    def create(self, validated_data: dict[str, Any]) -> WizardSession:
        return upsert(validated_data)


class PlainPush(GenericViewSet[WizardSession]):
    required_scopes: ClassVar[Mapping[str, str]] = {"create": "wizard_session:write"}
    permission_classes: list[type[BasePermission]] = [
        IsAuthenticated,
        HasScope,
        IsProjectMember,
    ]
    parser_classes = (JSONParser,)
    renderer_classes = (JSONRenderer,)
    queryset = WizardSession.objects.all()

    def create(self, request: Request, project_id: int) -> Response:
        project = get_object_or_404(Project, pk=project_id)
        self.check_object_permissions(request, project)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save(project=project)
        return Response(serializer.data)


urlpatterns = [
    path(f"{name}/<int:project_id>/", PlainPush.as_view({"post": "create"}, serializer_class=rules))
    for name, rules in (("plain", PlainSession), ("same", SameSession))
] + urls.urlpatterns
