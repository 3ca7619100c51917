import os

from django.core.asgi import get_asgi_application

from django_wizard_sessions.routing import mount_stream

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")

application = mount_stream(get_asgi_application())
