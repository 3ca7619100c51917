from types import SimpleNamespace

import pytest
from django.core import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from django_wizard_sessions.permissions import CanViewProject, HasScope, token_scopes
from django_wizard_sessions.views import WizardSessionViewSet

pytestmark = pytest.mark.django_db


class WithGet:
    """As the tokens of simplejwt are: no mapping, but with a ``get``."""

    def __init__(self, **claims):
        self.get = claims.get


@pytest.fixture
def ask(user, project):
    """The status of a list, asked by this viewset with this token."""

    def ask(viewset=WizardSessionViewSet, token=None, method="get", actions=None, who=user):
        view = viewset.as_view(actions or {"get": "list"})
        request = getattr(APIRequestFactory(), method)("/")
        force_authenticate(request, who, token)
        return view(request, project_id=project.pk)

    return ask


@pytest.mark.parametrize(
    ("token", "scopes"),
    [
        (SimpleNamespace(scopes=["a:read", "b:write"]), {"a:read", "b:write"}),
        (SimpleNamespace(scope="a:read b:write"), {"a:read", "b:write"}),
        (SimpleNamespace(scopes={"a:read": "Read it"}, scope="a:read"), {"a:read"}),
        ({"scopes": ["a:read"]}, {"a:read"}),
        ({"scope": "a:read  b:write"}, {"a:read", "b:write"}),
        (WithGet(scope="a:read"), {"a:read"}),
        ({"sub": 1}, set()),
        (SimpleNamespace(), set()),
        (SimpleNamespace(scopes=None, scope=None), set()),
        ({"scopes": ["a:read", ["b:write"], {"c": 1}, None]}, {"a:read"}),
        ({"scopes": 5}, set()),
        (SimpleNamespace(scopes=print), set()),
        ("a:read", set()),
        (5, set()),
    ],
)
def test_scopes_are_read_from_whatever_the_token_is(token, scopes):
    assert token_scopes(token) == scopes


def test_a_token_without_scope_information_holds_none(ask):
    response = ask(token=SimpleNamespace())
    assert response.status_code == 403
    assert response.data["detail"] == "The token lacks the scope wizard_session:read."


@pytest.mark.parametrize("scopes", [["wizard_session:read"], "a:b wizard_session:read"])
def test_a_host_says_in_one_place_what_its_tokens_without_scopes_hold(ask, scopes):
    assert ask(holding(scopes), token=SimpleNamespace()).status_code == 200


@pytest.mark.parametrize("scopes", [[], None, "wizard_session:readonly", ["wizard_session:write"]])
def test_what_the_host_does_not_say_a_token_does_not_hold(ask, scopes):
    response = ask(holding(scopes), token={"scopes": ["wizard_session:read"]})
    assert response.status_code == 403
    assert response.data["detail"] == "The token lacks the scope wizard_session:read."


def test_without_a_token_there_is_no_scope_to_lack(ask):
    assert ask(token=None).status_code == 200


def test_a_scope_of_another_action_does_not_do(ask):
    assert ask(token={"scopes": ["wizard_session:write"]}).status_code == 403


def test_an_action_that_is_not_in_the_table_is_denied_to_every_token(ask):
    class Extended(WizardSessionViewSet):
        def export(self, request, **kwargs):
            raise AssertionError

    response = ask(Extended, {"scopes": ["wizard_session:read", "*"]}, actions={"get": "export"})
    assert response.status_code == 403


def test_a_handler_outside_of_the_table_is_denied_to_every_token(ask):
    class WithDelete(WizardSessionViewSet):
        def delete(self, request, **kwargs):
            raise AssertionError

    token = {"scopes": ["wizard_session:write"]}
    assert ask(WithDelete, token, method="delete").status_code == 403
    assert ask(WizardSessionViewSet, token, method="delete").status_code == 405


def test_a_view_without_a_table_is_denied_to_every_token(user):
    class Plain(APIView):
        permission_classes = (HasScope,)

        def get(self, request):
            raise AssertionError

    request = APIRequestFactory().get("/")
    force_authenticate(request, user, {"scopes": ["wizard_session:read"]})  # type: ignore[arg-type]
    assert Plain.as_view()(request).status_code == 403


def test_a_subclass_may_change_the_table(ask):
    class Renamed(WizardSessionViewSet):
        required_scopes = {"list": "runs:read"}

    assert ask(Renamed, {"scope": "runs:read"}).status_code == 200
    assert ask(Renamed, {"scope": "wizard_session:read"}).status_code == 403


def test_a_token_that_does_not_allow_the_project_is_answered_as_for_a_missing_one(ask):
    token = SimpleNamespace(scopes=["wizard_session:read"], allows_project=lambda project: False)
    assert ask(token=token).status_code == 404


def test_djangos_object_permission_opens_the_project_to_a_member_only(ask, django_user_model):
    stranger = django_user_model.objects.create_user("bob")
    assert ask().status_code == 200
    assert ask(who=stranger).status_code == 404


def test_a_token_that_is_nobodys_may_not_view_a_project(ask):
    class WithoutUser(WizardSessionViewSet):
        permission_classes = (HasScope, CanViewProject)

    token = {"scopes": ["wizard_session:read"]}
    assert ask(WithoutUser, token, who=SimpleNamespace()).status_code == 404


def test_permission_classes_of_the_setting_hold(ask, settings):
    settings.WIZARD_SESSIONS = {
        **settings.WIZARD_SESSIONS,
        "PERMISSION_CLASSES": ["tests.test_permissions.Nobody"],
    }
    assert ask().status_code == 404


def test_permission_classes_of_a_subclass_hold_instead(ask, settings):
    class Own(WizardSessionViewSet):
        permission_classes = (Nobody,)

    assert ask(Own).status_code == 404


@pytest.mark.parametrize(("rule", "status"), [("|", 200), ("&", 404)])
def test_permission_classes_compose(ask, rule, status):
    combined = (Nobody | AllowAny) if rule == "|" else (CanViewProject & Nobody)

    class Composed(WizardSessionViewSet):
        permission_classes = (HasScope, combined)

    assert ask(Composed).status_code == status


def test_composed_too_a_missing_scope_is_named(ask):
    class Composed(WizardSessionViewSet):
        permission_classes = (IsAuthenticated & HasScope & CanViewProject,)

    response = ask(Composed, {"scopes": []})
    assert response.status_code == 403
    assert response.data["detail"] == "The token lacks the scope wizard_session:read."


def test_a_denial_that_has_nothing_to_do_with_scopes_names_none(ask):
    class Closed(WizardSessionViewSet):
        permission_classes = (~AllowAny,)

    response = ask(Closed, {"scopes": []})
    assert response.status_code == 403
    assert response.data["detail"] == PermissionDenied.default_detail


@pytest.mark.parametrize("denial", [PermissionDenied, exceptions.PermissionDenied, None])
def test_however_a_permission_denies_the_project_it_is_missing(ask, denial):
    class Denying(BasePermission):
        def has_object_permission(self, request, view, obj):
            if denial:
                raise denial
            return False

    class Denied(WizardSessionViewSet):
        permission_classes = (Denying,)

    assert ask(Denied).status_code == 404


def test_who_overrides_how_the_project_is_found_need_not_authorise(ask, project):
    class Found(WizardSessionViewSet):
        permission_classes = (Nobody,)

        def get_project(self):
            return project

    assert ask(Found).status_code == 404


def test_to_who_is_not_logged_in_a_project_that_asks_for_it_is_401(project):
    class Open(WizardSessionViewSet):
        permission_classes = (CanViewProject,)

    for key in (project.pk, 404):
        response = Open.as_view({"get": "list"})(APIRequestFactory().get("/"), project_id=key)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"


def test_a_host_with_cookies_alone_asks_for_bearer_too(project):
    class CookiesOnly(WizardSessionViewSet):
        authentication_classes = (SessionAuthentication,)

    view = CookiesOnly.as_view({"get": "list"})
    response = view(APIRequestFactory().get("/"), project_id=project.pk)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"


def test_the_object_of_every_permission_is_the_project(ask, project):
    seen = []

    class Watching(BasePermission):
        def has_object_permission(self, request, view, obj):
            seen.append(obj)
            return True

    class Watched(WizardSessionViewSet):
        permission_classes = (Watching,)

    ask(Watched)
    assert seen == [project]


def holding(scopes):
    """A viewset to which every token holds these scopes, by a composed permission."""

    class HasScopeOfHost(HasScope):
        def get_scopes(self, request):
            return scopes

    class OfHost(WizardSessionViewSet):
        permission_classes = (IsAuthenticated & HasScopeOfHost & CanViewProject,)

    return OfHost


class Nobody(BasePermission):
    def has_object_permission(self, request, view, obj):
        return False
