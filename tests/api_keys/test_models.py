import hashlib
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_wizard_sessions.api_keys.models import ApiKey

committed = pytest.mark.django_db(transaction=True)
"""A use is recorded when the request's own transaction is committed."""


def test_an_issued_key_reads_label_prefix_and_secret(issue):
    api_key, key = issue()
    assert re.fullmatch(r"wzs_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", key)
    assert key.startswith(f"wzs_{api_key.prefix}_")


def test_no_two_keys_are_the_same(issue):
    assert len({issue()[1] for _ in range(10)}) == 10


def test_only_the_digest_of_a_key_is_stored(issue):
    api_key, key = issue()
    stored = ApiKey.objects.filter(pk=api_key.pk).values().get()
    assert stored["digest"] == hashlib.sha256(key.encode()).hexdigest()
    assert key.rpartition(f"{api_key.prefix}_")[2] not in str(stored)


def test_two_keys_cannot_have_one_prefix(issue, monkeypatch):
    monkeypatch.setattr("django_wizard_sessions.api_keys.keys.new_prefix", lambda: "abcd1234")
    issue()
    with pytest.raises(IntegrityError):
        issue()


def test_str_and_repr_show_the_prefix_and_no_secret(issue):
    api_key, _ = issue()
    assert str(api_key) == f"wzs_{api_key.prefix}"
    assert repr(api_key) == f"<ApiKey: wzs_{api_key.prefix}>"


def test_a_scope_given_twice_is_kept_once(issue):
    assert issue(scopes=["b:c", "a:b", "b:c"])[0].scopes == ["b:c", "a:b"]


@pytest.mark.parametrize(
    "scope", ["wizard-sessions:write", "my.app_2:*", "featureFlag:read", "a/b:read", "a:b:c"]
)
def test_a_scope_of_the_host_is_taken(issue, scope):
    api_key, _ = issue(scopes=[scope])
    api_key.refresh_from_db()
    assert api_key.scopes == [scope]


@pytest.mark.parametrize(
    "scope", ["", "read", "a:", ":b", "::", "a:b c", "a:b\n", 'a:"b"', "a:\\b", "ä:b", 5]
)
def test_a_malformed_scope_is_named_and_no_key_is_made(issue, scope):
    with pytest.raises(ValidationError) as caught:
        issue(scopes=["a:b", scope])
    assert caught.value.message_dict["scopes"] == [f"Not of the form 'object:action': {scope!r}."]
    assert not ApiKey.objects.exists()


def test_scopes_that_are_no_list_are_refused(user):
    with pytest.raises(ValidationError, match="Scopes must be a list of strings"):
        ApiKey(user=user, prefix="abcd1234", digest="0" * 64, scopes={"a": "b"}).full_clean()  # type: ignore[misc]


def test_a_name_that_is_too_long_is_refused_on_every_database(issue):
    with pytest.raises(ValidationError, match="at most 100 characters"):
        issue(name="n" * 101)


def test_no_key_is_left_when_its_projects_cannot_be_stored(issue, project_model):
    with pytest.raises(ValueError, match="Cannot add"):
        issue(projects=[project_model(name="not saved")])
    assert not ApiKey.objects.exists()


def test_a_key_without_projects_allows_every_project(issue, project):
    assert issue()[0].allows_project(project)


def test_a_key_with_an_empty_list_of_projects_allows_none(issue, project, project_model):
    api_key, _ = issue(projects=project_model.objects.none())
    assert not ApiKey.objects.get(pk=api_key.pk).allows_project(project)


def test_a_key_with_projects_allows_those_alone(issue, project, other_project):
    api_key, _ = issue(projects=[project])
    assert api_key.allows_project(project)
    assert not api_key.allows_project(other_project)


def test_a_key_whose_last_project_is_deleted_allows_none(issue, project, other_project):
    api_key, _ = issue(projects=[project])
    project.delete()
    api_key = ApiKey.objects.get(pk=api_key.pk)
    assert not api_key.allows_project(other_project)


def test_a_key_whose_projects_are_cleared_allows_none(issue, project, other_project):
    api_key, _ = issue(projects=[project])
    api_key.projects.clear()
    assert not ApiKey.objects.get(pk=api_key.pk).allows_project(other_project)


def test_listing_a_project_later_limits_the_key_too(issue, project, other_project):
    api_key, _ = issue()
    api_key.projects.add(project)
    for same_key in (api_key, ApiKey.objects.get(pk=api_key.pk)):
        assert not same_key.allows_project(other_project)


def test_a_key_without_limits_is_checked_without_a_query(issue, project, django_assert_num_queries):
    api_key, _ = issue()
    with django_assert_num_queries(0):
        api_key.allows_project(project)


def test_a_key_is_found_with_its_user_in_one_query(issue, user, django_assert_num_queries):
    api_key, key = issue()
    with django_assert_num_queries(1):
        found = ApiKey.objects.find(key)
        assert found
        assert (found, found.user) == (api_key, user)


def test_a_key_with_a_wrong_secret_is_not_found(issue):
    _, key = issue()
    assert ApiKey.objects.find(key[:-1] + ("a" if key[-1] != "a" else "b")) is None


def test_the_secret_of_another_key_does_not_fit(issue):
    (one, _), (_, other_key) = issue(), issue()
    assert ApiKey.objects.find(f"wzs_{one.prefix}_{other_key[13:]}") is None


def test_a_prefix_in_capitals_is_not_found(issue):
    _, key = issue()
    assert ApiKey.objects.find(key[:4] + key[4:12].upper() + key[12:]) is None


def test_revoking_sets_the_time(issue):
    api_key, _ = issue()
    api_key.revoke()
    revoked_at = ApiKey.objects.get().revoked_at
    assert revoked_at
    assert timezone.now() - revoked_at < timedelta(minutes=1)
    assert api_key.is_revoked


def test_revoking_again_keeps_the_first_time(issue, yesterday):
    api_key, _ = issue()
    ApiKey.objects.update(revoked_at=yesterday)
    api_key.revoke()
    assert api_key.revoked_at == ApiKey.objects.get().revoked_at == yesterday


def test_a_key_is_expired_from_the_very_moment(issue, monkeypatch):
    moment = timezone.now()
    api_key, _ = issue(expires_at=moment)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert api_key.is_expired


def test_a_key_does_not_expire_unless_told(issue):
    assert not issue()[0].is_expired


@committed
def test_the_first_use_is_recorded(issue):
    api_key, _ = issue()
    api_key.record_use()
    last_used_at = ApiKey.objects.get().last_used_at
    assert last_used_at
    assert timezone.now() - last_used_at < timedelta(minutes=1)


@committed
def test_a_use_within_a_minute_writes_nothing(issue, django_assert_num_queries):
    api_key, _ = issue()
    api_key.record_use()
    with django_assert_num_queries(0):
        api_key.record_use()


@committed
def test_a_use_after_a_minute_is_recorded(issue):
    long_ago = timezone.now() - timedelta(seconds=61)
    api_key, _ = issue()
    ApiKey.objects.update(last_used_at=long_ago)
    api_key.refresh_from_db()
    api_key.record_use()
    last_used_at = ApiKey.objects.get().last_used_at
    assert last_used_at
    assert last_used_at > long_ago


@committed
def test_of_two_uses_at_once_the_first_stands(issue):
    issue()
    one, other = ApiKey.objects.get(), ApiKey.objects.get()
    one.record_use()
    with CaptureQueriesContext(connection) as queries:
        other.record_use()
    assert len(queries) == 1
    assert ApiKey.objects.get().last_used_at == one.last_used_at


@committed
def test_recording_a_use_does_not_undo_a_revocation(issue):
    loaded_before, _ = issue()
    ApiKey.objects.get().revoke()
    loaded_before.record_use()
    assert ApiKey.objects.get().is_revoked


def test_the_keys_of_a_deleted_user_go_with_the_user(issue, user):
    issue()
    user.delete()
    assert not ApiKey.objects.exists()
