"""docs/permissions.md, section by section, with the packages themselves."""

import json

import pytest
from guardian.shortcuts import assign_perm, remove_perm

from tests.example import READ, WRITE

from .conftest import log_in
from .libraries import OwnApiKey
from .transports import follow, follow_until_refused, read

pytestmark = pytest.mark.django_db(transaction=True)

MISSING = 10**9  # no project has this key


class Guardian:
    section = "django-guardian"

    def allow(self, user, project):
        assign_perm("host.view_project", user, project)

    def withdraw(self, user, project):
        remove_perm("host.view_project", user, project)


class ByMembership:
    def __init__(self, section):
        self.section = section

    def allow(self, user, project):
        project.members.add(user)

    def withdraw(self, user, project):
        project.members.remove(user)


RULES = [
    Guardian(),
    ByMembership("django-rules"),
    ByMembership("A backend of your own"),
    ByMembership("A permission class, composed"),
]


@pytest.fixture(params=RULES, ids=lambda rule: rule.section)
def rule(request, follow_the_docs):
    follow_the_docs(request.param.section)
    return request.param


@pytest.fixture(params=["DRF's errors", "Errors in your own format"])
def errors(request, follow_the_docs):
    """The body of an error in the format of the host."""
    if request.param == "DRF's errors":
        return lambda code, detail, kind="client_error": {"detail": detail}
    follow_the_docs(request.param)
    return lambda code, detail, kind="client_error": {
        "type": kind,
        "errors": [{"code": code, "detail": detail, "attr": None}],
    }


def test_whom_the_rule_allows_reads_and_follows(ask, rule, user, other_project):
    rule.allow(user, other_project)
    assert ask(other_project.pk, log_in(user)).status == 200


def test_whom_the_rule_does_not_allow_is_answered_as_for_a_missing_project(
    ask, rule, errors, user, other_project
):
    headers = log_in(user)
    foreign = ask(other_project.pk, headers)
    assert foreign.status == 404
    assert json.loads(foreign.body) == errors("not_found", "Not found.")
    assert foreign == ask(MISSING, headers)


def test_a_denial_of_the_stream_is_word_for_word_that_of_rest(rule, errors, user, other_project):
    headers = log_in(user)
    assert follow(other_project.pk, headers).body == read(other_project.pk, headers).body


def test_who_is_not_allowed_any_more_loses_the_open_stream(
    rule, user, other_project, soon_asked_again
):
    rule.allow(user, other_project)
    last = follow_until_refused(
        other_project.pk, log_in(user), refuse=lambda: rule.withdraw(user, other_project)
    )
    assert last == "end"


class TestComposed:
    @pytest.fixture(autouse=True)
    def _host(self, follow_the_docs):
        follow_the_docs("A permission class, composed")

    def test_either_of_two_rules_is_enough(self, ask, user, other_project):
        user.is_staff = True
        user.save()
        assert ask(other_project.pk, log_in(user)).status == 200

    def test_all_of_three_are_needed(self, ask, project):
        assert ask(project.pk, {}).status == 401

    def test_a_missing_scope_is_named_in_the_format_of_the_host(self, ask, errors, user, project):
        answer = ask(project.pk, OwnApiKey().make(user, [WRITE]))
        detail = f"The token lacks the scope {READ}."
        assert answer.status == 403
        assert json.loads(answer.body) == errors("permission_denied", detail)


class TestErrorsOfTheHost:
    @pytest.fixture(autouse=True)
    def _host(self, follow_the_docs):
        follow_the_docs("Errors in your own format")

    def test_who_is_not_known_is_401(self, ask, project):
        answer = ask(project.pk, {})
        assert answer.status == 401
        assert json.loads(answer.body)["errors"][0]["code"] == "not_authenticated"

    def test_a_bad_query_is_400_and_names_the_field(self, cookie, project):
        answer = follow(project.pk, cookie, query="")
        assert answer.status == 400
        assert json.loads(answer.body)["errors"][0]["attr"] == "workflow_id"
        assert answer.body == read(project.pk, cookie, query="latest/").body
