from django.urls import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter

from .views import WizardSessionViewSet

app_name = "wizard_sessions"

router: SimpleRouter = SimpleRouter(use_regex_path=False)
router.register("sessions", WizardSessionViewSet, basename="session")

urlpatterns: list[URLPattern | URLResolver] = router.urls
