from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from example_project.projects.views import live_run, strict

urlpatterns = [
    path("", live_run, name="live-run"),
    path("accounts/login/", strict(LoginView.as_view()), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("api/projects/<int:project_id>/wizard/", include("django_wizard_sessions.urls")),
    path("api/schema/", SpectacularAPIView.as_view()),
]
if settings.DEMO:  # its page is in front of the plain one
    urlpatterns = [path("", include("example_project.demo.urls")), *urlpatterns]
