from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.views.decorators.debug import sensitive_variables
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from .keys import LABEL

if TYPE_CHECKING:
    from .models import ApiKey


class ApiKeyAuthentication(BaseAuthentication):
    """Takes ``Authorization: Bearer <API key>``: ``request.auth`` is then the ``ApiKey``.

    Only for a view that has ``required_scopes``, which the permission ``HasScope`` looks at: a
    view that knows no scopes would let a key do all that its user may.

    A bearer token that is no API key by its looks is left to the host's next authenticator. A key
    is taken from nowhere else: addresses end up in logs.
    """

    keyword = "Bearer"

    @sensitive_variables("token")
    def authenticate(self, request: Request) -> "tuple[Any, ApiKey] | None":
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip(" ")
        if scheme.lower() != self.keyword.lower() or not token.startswith(LABEL):
            return None
        if not hasattr(request.parser_context.get("view"), "required_scopes"):
            raise AuthenticationFailed("API keys are not accepted here.")
        # Not imported: where the app is not installed, a system check says so, and nothing fails.
        api_key = apps.get_model("wizard_sessions_api_keys", "ApiKey").objects.find(token)
        if api_key is None:
            # The same for an unknown prefix and a wrong secret: which keys there are is not told.
            raise AuthenticationFailed("Invalid API key.")
        _check_usable(api_key)
        api_key.record_use()
        return api_key.user, api_key

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


def _check_usable(api_key: "ApiKey") -> None:
    """Raises ``AuthenticationFailed`` with the reason, which the holder of the key may know."""
    if api_key.is_revoked:
        raise AuthenticationFailed("This API key has been revoked.")
    if api_key.is_expired:
        raise AuthenticationFailed("This API key has expired.")
    if not api_key.user.is_active:
        raise AuthenticationFailed("The user of this API key is inactive.")
