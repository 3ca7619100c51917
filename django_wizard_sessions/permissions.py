"""Who may do what: closed by default, and the same for REST and the stream.

The object that DRF's ``has_object_permission`` is asked about is always the project.
"""

from collections.abc import Iterable
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class HasScope(BasePermission):
    """A token must hold the scope of the action and, if it is limited to projects, name this one.

    The scope is looked up in the view's ``required_scopes``, a mapping of action to scope; an
    action that it does not list is denied. The token is DRF's ``request.auth``, of whatever kind.
    Its scopes are what :meth:`get_scopes` says, and its projects what its method
    ``allows_project(project)`` says, if it has one.

    Without a token (a browser's session cookie, say) there is nothing to limit: it passes.
    """

    message: str | None

    def get_scopes(self, request: Request) -> Iterable[str]:
        """The scopes that ``request.auth`` holds; a string has them separated by spaces.

        They are its ``scopes`` (a collection) or ``scope`` (a string, RFC 6749 section 3.3), as an
        attribute or as a key; a token with neither holds none. A host whose tokens say nothing of
        scopes overrides this, and says here what they may be used for.
        """
        return token_scopes(request.auth)

    def has_permission(self, request: Request, view: APIView) -> bool:
        self.message = self._denial(request, view)
        # A permission that is composed of others hides their messages.
        view.scope_denial = self.message  # type: ignore[attr-defined]
        return self.message is None

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        allows_project = getattr(request.auth, "allows_project", None)
        return allows_project is None or bool(allows_project(obj))

    def _denial(self, request: Request, view: APIView) -> str | None:
        """What the token lacks for the view's action, in words; ``None`` if nothing."""
        if request.auth is None:
            return None
        action = getattr(view, "action", None)
        if action is None and not hasattr(view, str(request.method).lower()):
            return None  # DRF answers 405
        scope = getattr(view, "required_scopes", {}).get(action)
        if scope is None:
            return "No scope allows this."
        held = _scopes(self.get_scopes(request))
        return None if scope in held else f"The token lacks the scope {scope}."


def token_scopes(token: Any) -> set[str]:
    """The scopes that a token of any library holds: none, where that cannot be told."""
    scopes = _claim(token, "scopes")
    return _scopes(_claim(token, "scope") if scopes is None else scopes)


def _scopes(value: Any) -> set[str]:
    if isinstance(value, str):
        value = value.split(" ")
    if not isinstance(value, Iterable):
        return set()
    return {scope for scope in value if isinstance(scope, str) and scope}


def _claim(token: Any, name: str) -> Any:
    if hasattr(token, name):
        return getattr(token, name)
    get = getattr(token, "get", None)
    return get(name) if callable(get) else None


class CanViewProject(BasePermission):
    """Django's own object permission, ``view`` on the project.

    Some authentication backend of the host must know object permissions, as those of
    django-guardian and django-rules do. Django's ``ModelBackend`` allows only superusers.
    """

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        permission = f"{obj._meta.app_label}.view_{obj._meta.model_name}"  # noqa: SLF001
        has_perm = getattr(request.user, "has_perm", None)  # a token may be nobody's
        return has_perm is not None and has_perm(permission, obj)
