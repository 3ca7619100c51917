from django.core.asgi import get_asgi_application

from django_wizard_sessions.routing import mount_stream

application = mount_stream(get_asgi_application())
