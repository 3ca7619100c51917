"""A host that names its projects by slugs, and has rules of its own."""

from rest_framework.generics import get_object_or_404
from rest_framework.permissions import BasePermission
from rest_framework.throttling import ScopedRateThrottle

from django_wizard_sessions.models import WizardSession
from django_wizard_sessions.permissions import HasScope
from django_wizard_sessions.views import WizardSessionViewSet

from .models import Project


class IsTeamMember(BasePermission):
    def has_object_permission(self, request, view, project):
        return project.members.contains(request.user)


class TeamSessionsViewSet(WizardSessionViewSet):
    queryset = WizardSession.objects.exclude(skill_id="internal")
    permission_classes = [HasScope & IsTeamMember]
    throttle_classes = [ScopedRateThrottle]

    def get_project(self):
        return get_object_or_404(Project, team__slug=self.kwargs["slug"])
