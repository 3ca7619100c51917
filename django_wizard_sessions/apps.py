from django.apps import AppConfig, apps


class WizardSessionsConfig(AppConfig):
    name = "django_wizard_sessions"
    label = "wizard_sessions"
    verbose_name: str = "Wizard sessions"
    default_auto_field: str = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: PLC0415  # it needs the models

        checks.register_all()
        if apps.is_installed("drf_spectacular"):
            from . import schema  # noqa: F401, PLC0415  # registers its extensions
