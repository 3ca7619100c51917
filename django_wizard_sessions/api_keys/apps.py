from django.apps import AppConfig


class ApiKeysConfig(AppConfig):
    """Opt-in: a host that issues tokens of its own leaves this app out."""

    name = "django_wizard_sessions.api_keys"
    label = "wizard_sessions_api_keys"
    verbose_name: str = "API keys"
    default_auto_field: str = "django.db.models.BigAutoField"
