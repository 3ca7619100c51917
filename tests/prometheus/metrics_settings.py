from example_project.settings import *  # noqa: F403

INSTALLED_APPS += ["django_wizard_sessions.prometheus"]  # noqa: F405
