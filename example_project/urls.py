from django.contrib import admin
from django.contrib.auth import urls as auth_urls
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from example_project.projects.views import live_run

urlpatterns = [
    path("", live_run, name="live-run"),
    path("accounts/", include(auth_urls)),
    path("admin/", admin.site.urls),
    path("api/projects/<int:project_id>/wizard/", include("django_wizard_sessions.urls")),
    path("api/schema/", SpectacularAPIView.as_view()),
]
