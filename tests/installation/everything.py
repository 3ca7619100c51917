"""All that is installed, imported and checked: a script for the Python of an environment."""

import importlib
import pkgutil

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.management import call_command

import django_wizard_sessions
from django_wizard_sessions.routing import mount_stream

NEEDS_PYTEST = "django_wizard_sessions.pytest_plugin"

settings.configure(
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "rest_framework",
        "django_wizard_sessions",
        "django_wizard_sessions.api_keys",
        "django_wizard_sessions.prometheus",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    CHANNEL_LAYERS={"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}},
    REST_FRAMEWORK={"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"},
    WIZARD_SESSIONS={"PROJECT_MODEL": "auth.Group"},
    ASGI_APPLICATION="__main__.application",
)
application = mount_stream(get_asgi_application())
assert "site-packages" in django_wizard_sessions.__file__
for module in pkgutil.walk_packages(django_wizard_sessions.__path__, "django_wizard_sessions."):
    if module.name != NEEDS_PYTEST:
        importlib.import_module(module.name)
importlib.import_module("daphne.server")
call_command("check", fail_level="WARNING")
call_command("migrate", verbosity=0)
