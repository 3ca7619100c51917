from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import SimpleRouter

from .views import TeamSessionsViewSet

by_slug = SimpleRouter(use_regex_path=False)
by_slug.register("sessions", TeamSessionsViewSet, basename="team-session")

urlpatterns = [
    path("admin/", admin.site.urls),
    path("by-slug/<slug:slug>/", include(by_slug.urls)),
    path("projects/<int:project_id>/", include("django_wizard_sessions.urls")),
    path(
        "api/<slug:version>/teams/<str:team>/",
        include("django_wizard_sessions.urls", namespace="teams"),
    ),
    path(
        "beta/<int:team>/",
        include("django_wizard_sessions.urls", namespace="beta"),
        {"beta": True},
    ),
    path(
        "<int:team>/<slug:version>/", include("django_wizard_sessions.urls", namespace="versions")
    ),
    path(
        "orgs/<int:org>/workspaces/<int:workspace>/wizard/",
        include("django_wizard_sessions.urls", namespace="workspaces"),
    ),
]
