"""What is answered with a status that DRF has no exception for."""

import random

from rest_framework import status
from rest_framework.exceptions import APIException


class StreamNotMounted(APIException):
    status_code = status.HTTP_501_NOT_IMPLEMENTED
    default_detail: str = (
        "Streams need an ASGI server, with the package's consumer in front of Django: in asgi.py, "
        "wrap get_asgi_application() in django_wizard_sessions.routing.mount_stream()."
    )
    default_code = "stream_not_mounted"


class TooManyStreams(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail: str = "Too many streams are open."
    default_code = "too_many_streams"

    def __init__(self) -> None:
        super().__init__()
        self.wait: int = random.randint(5, 15)  # noqa: S311  # seconds; not all come back at once
