from django.apps import AppConfig


class WizardSessionsConfig(AppConfig):
    name = "django_wizard_sessions"
    label = "wizard_sessions"
    verbose_name = "Wizard sessions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: PLC0415  # it needs the models

        checks.register_all()
