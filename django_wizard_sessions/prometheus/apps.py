from django.apps import AppConfig


class PrometheusConfig(AppConfig):
    name = "django_wizard_sessions.prometheus"
    label = "wizard_sessions_prometheus"
    verbose_name: str = "Wizard sessions: metrics for Prometheus"

    def ready(self) -> None:
        from . import metrics  # noqa: F401, PLC0415  # registers them, and connects the signals
