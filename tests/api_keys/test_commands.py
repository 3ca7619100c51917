import io
import re
import uuid
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from django_wizard_sessions.api_keys.models import ApiKey


@pytest.fixture
def run():
    """Runs a command and returns what it wrote to the standard output and error."""

    def run(*arguments, **options):
        out, err = io.StringIO(), io.StringIO()
        call_command(*arguments, stdout=out, stderr=err, no_color=True, **options)
        return out.getvalue(), err.getvalue()

    return run


@pytest.fixture
def create(run, user):
    def create(*arguments):
        return run("create_api_key", "alice", "--scope", "a:b", *map(str, arguments))

    return create


def test_create_prints_the_key_alone_on_the_standard_output(create):
    out, _ = create()
    assert ApiKey.objects.find(out.removesuffix("\n")) == ApiKey.objects.get()


def test_create_says_on_the_standard_error_that_the_key_is_shown_once(create):
    out, err = create()
    assert f"Created {ApiKey.objects.get()}." in err
    assert "shown this one time" in err
    assert out.strip() not in err


def test_create_makes_a_key_of_the_user_for_every_project_and_for_good(create, user):
    create()
    api_key = ApiKey.objects.get()
    assert (api_key.user, api_key.name) == (user, "")
    assert (api_key.expires_at, api_key.limited_to_projects) == (None, False)


def test_create_takes_scopes_one_by_one_and_several_at_once(create):
    create("--scope", "c:d", "e:f", "--scope", "g:h")
    assert ApiKey.objects.get().scopes == ["a:b", "c:d", "e:f", "g:h"]


def test_create_can_be_called_with_lists(run, user, project):
    run("create_api_key", "alice", scopes=["a:b", "c:d"], projects=[project.pk])
    api_key = ApiKey.objects.get()
    assert (api_key.scopes, list(api_key.projects.all())) == (["a:b", "c:d"], [project])


def test_create_takes_projects_one_by_one_and_several_at_once(create, project_model):
    projects = [project_model.objects.create(name=name) for name in "abc"]
    one, two, three = (project.pk for project in projects)
    create("--project", one, two, "--project", three)
    api_key = ApiKey.objects.get()
    assert set(api_key.projects.all()) == set(projects)
    assert api_key.limited_to_projects


def test_create_takes_a_name(create):
    create("--name", "My laptop")
    assert ApiKey.objects.get().name == "My laptop"


def test_create_takes_the_days_until_the_key_expires(create):
    create("--expires-in", 30)
    expires_at = ApiKey.objects.get().expires_at
    assert expires_at
    assert timedelta(days=29) < expires_at - timezone.now() <= timedelta(days=30)


def test_create_does_not_know_an_unknown_user(run, db):
    with pytest.raises(CommandError, match=r"^No user has the username 'bob'\.$"):
        run("create_api_key", "bob", "--scope", "a:b")


def test_create_asks_for_a_scope(run, user):
    with pytest.raises(CommandError, match="--scope"):
        run("create_api_key", "alice")


@pytest.mark.parametrize(
    "id_", ["404", "nowhere", "1.5", "9" * 30, "-1", str(uuid.UUID(int=1)), "", "日本"]
)
def test_create_does_not_know_an_unknown_or_malformed_project(create, project, id_):
    with pytest.raises(CommandError, match=f"^No project has the id {re.escape(repr(id_))}\\.$"):
        create(f"--project={id_}")


def test_create_makes_no_key_when_one_of_its_projects_is_unknown(create, project):
    with pytest.raises(CommandError):
        create("--project", project.pk, "404")
    assert not ApiKey.objects.exists()


def test_create_names_the_malformed_scopes(create):
    with pytest.raises(CommandError, match=r"^scopes: Not of the form .*: 'read', 'c:'\.$"):
        create("--scope", "read", "c:")


def test_create_refuses_a_name_that_is_too_long(create):
    with pytest.raises(CommandError, match="name: Ensure this value has at most 100"):
        create("--name", "n" * 101)


@pytest.mark.parametrize("days", ["0", "-1"])
def test_create_refuses_a_key_that_would_be_expired(create, days):
    with pytest.raises(CommandError, match=f"a number of days from 1, not {days}"):
        create(f"--expires-in={days}")


@pytest.mark.parametrize("days", ["9999999", "9" * 30])
def test_create_refuses_an_expiry_beyond_the_calendar(create, days):
    with pytest.raises(CommandError, match="too far ahead"):
        create("--expires-in", days)


@pytest.mark.parametrize("form", ["{key}", "wzs_{prefix}", "{prefix}"])
def test_revoke_takes_the_key_and_both_forms_of_its_prefix(run, issue, form):
    api_key, key = issue()
    issue()
    out, err = run("revoke_api_key", form.format(key=key, prefix=api_key.prefix))
    assert (out, err) == ("", f"Revoked {api_key}.\n")
    assert ApiKey.objects.exclude(revoked_at=None).get() == api_key


def test_revoke_of_a_revoked_key_says_so_and_keeps_its_time(run, issue, yesterday):
    api_key, _ = issue()
    ApiKey.objects.update(revoked_at=yesterday)
    out, err = run("revoke_api_key", api_key.prefix)
    assert out == ""
    assert err.startswith(f"{api_key} was revoked already, at {yesterday:%Y-%m-%d}")
    assert ApiKey.objects.get().revoked_at == yesterday


def test_revoke_does_not_know_an_unknown_prefix(run, db):
    with pytest.raises(CommandError, match=r"^No API key has the prefix 'abcd1234'\.$"):
        run("revoke_api_key", "wzs_abcd1234")


@pytest.mark.parametrize("text", ["", "wzs_", "abcd123", "ABCD1234", "wzs_abcd1234_cut-off", "é"])
def test_revoke_refuses_what_is_no_key_and_does_not_repeat_it(run, db, text):
    with pytest.raises(CommandError) as caught:
        run("revoke_api_key", text)
    assert str(caught.value) == "This is neither an API key nor the prefix of one."
