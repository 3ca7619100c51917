"""Who may do what: closed by default, and the same for REST and the stream.

The object that DRF's ``has_object_permission`` is asked about is always the project.
"""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class HasScope(BasePermission):
    """A token must hold the scope of the action and, if it is limited to projects, name this one.

    The scope is looked up in the view's ``required_scopes``, a mapping of action to scope; an
    action that it does not list is denied. The token is DRF's ``request.auth``, of whatever kind:

    - its ``scopes`` (a collection) or ``scope`` (separated by spaces, RFC 6749 section 3.3), as an
      attribute or as a key; a token with neither holds none;
    - its method ``allows_project(project)``, if it has one.

    Without a token (a browser's session cookie, say) there is nothing to limit: it passes.
    """

    message: str

    def has_permission(self, request: Request, view: APIView) -> bool:
        action = getattr(view, "action", None)
        if action is None:
            return True  # a verb that the route does not have: DRF answers 405
        if request.auth is None:
            return True
        scope = getattr(view, "required_scopes", {}).get(action)
        self.message = f"The token lacks the scope {scope}." if scope else "No scope allows this."
        return scope is not None and scope in token_scopes(request.auth)

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        allows_project = getattr(request.auth, "allows_project", None)
        return allows_project is None or bool(allows_project(obj))


def token_scopes(token: Any) -> set[str]:
    """The scopes that a token of any library holds."""
    scopes = _claim(token, "scopes")
    if scopes is None:
        scopes = _claim(token, "scope") or ()
    return set(scopes.split() if isinstance(scopes, str) else scopes)


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
        return request.user.has_perm(permission, obj)
