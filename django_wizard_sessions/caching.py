"""What a client, and nobody else, may keep of an answer (RFC 9111), and how it asks again."""

from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from . import __version__
from .models import WizardSession


class CachingMixin(GenericAPIView[WizardSession]):
    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(*args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ("Authorization", "Cookie"))
        return response

    def get_etag(self, session: WizardSession) -> str:
        """Another one, whenever the answer is another (RFC 9110, section 8.8.3).

        To be overridden where an answer has more in it than a push can change.
        """
        return f'"{__version__}.{session.pk}.{session.revision}.{session.is_stale:d}"'

    def answer_unless_known(self, session: WizardSession) -> HttpResponseBase:
        """304, without the session, to a client that says by ``If-None-Match`` that it has it."""
        etag = self.get_etag(session)
        answer: HttpResponseBase | None = get_conditional_response(self.request, etag=etag)
        if answer is None:
            answer = Response(self.get_serializer(session).data)
        answer["ETag"] = etag
        return answer
