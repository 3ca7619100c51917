import os

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

from django_wizard_sessions.routing import mount_stream

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")

# Static files for the admin: in production, the web server in front has them.
application = mount_stream(ASGIStaticFilesHandler(get_asgi_application()))
