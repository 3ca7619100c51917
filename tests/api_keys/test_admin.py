import html
import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import path, reverse
from django.utils import timezone

from django_wizard_sessions.api_keys.models import ApiKey

urlpatterns = [path("admin/", admin.site.urls)]

pytestmark = pytest.mark.urls(__name__)

LIST = "admin:wizard_sessions_api_keys_apikey_changelist"
ADD = "admin:wizard_sessions_api_keys_apikey_add"
CHANGE = "admin:wizard_sessions_api_keys_apikey_change"


@pytest.fixture
def add(admin_client, user):
    """Sends the add form and returns the page that follows, as text."""

    def add(**values):
        form = {"user": user.pk, "scopes": "a:b", "expires_at_0": "", "expires_at_1": "", **values}
        return html.unescape(admin_client.post(reverse(ADD), form, follow=True).content.decode())

    return add


@pytest.fixture
def staff_client(client, db):
    """A client of a staff member who may do no more than is named."""

    def staff_client(*codenames):
        staff = get_user_model().objects.create_user("staff", is_staff=True)
        staff.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(staff)
        return client

    return staff_client


def revoke(client, *api_keys):
    form = {"action": "revoke_selected", "_selected_action": [key.pk for key in api_keys]}
    return client.post(reverse(LIST), form, follow=True)


def test_a_key_is_added_with_all_that_was_given(add, user, project, other_project):
    tomorrow = timezone.localtime() + timedelta(days=1)
    add(
        name="My laptop",
        scopes="a:b\nc:d  a:b",
        projects=f"{project.pk},{other_project.pk}",
        expires_at_0=f"{tomorrow:%Y-%m-%d}",
        expires_at_1=f"{tomorrow:%H:%M:%S}",
    )
    api_key = ApiKey.objects.get()
    assert (api_key.user, api_key.name, api_key.scopes) == (user, "My laptop", ["a:b", "c:d"])
    assert set(api_key.projects.all()) == {project, other_project}
    assert api_key.limited_to_projects
    assert api_key.expires_at == tomorrow.replace(microsecond=0)


def test_a_key_is_added_for_every_project_when_none_is_given(add, project):
    add()
    assert ApiKey.objects.get().allows_project(project)


def test_the_new_key_is_shown_with_the_note_that_this_is_the_one_time(add):
    page = add()
    assert "It is shown this one time" in page
    [key] = re.findall(r"<code>(wzs_[\w-]+)</code>", page)
    assert ApiKey.objects.find(key) == ApiKey.objects.get()


def test_the_new_key_is_kept_by_no_cache_and_by_no_cookie(admin_client, user):
    response = admin_client.post(reverse(ADD), {"user": user.pk, "scopes": "a:b"})
    assert "no-store" in response["Cache-Control"]
    assert str(ApiKey.objects.get()) in response.content.decode()
    assert "messages" not in response.cookies


def test_a_popup_shows_the_new_key_too(add):
    assert re.search(r"<code>(wzs_[\w-]+)</code>", add(_popup="1"))


def test_the_new_key_is_not_shown_again(add, admin_client):
    [key] = re.findall(r"wzs_\w{8}_[\w-]{43}", add())
    api_key = ApiKey.objects.get()
    for url in (reverse(LIST), reverse(CHANGE, args=[api_key.pk])):
        page = admin_client.get(url).content.decode()
        assert str(api_key) in page
        assert key not in page
        assert api_key.digest not in page


def test_the_history_of_the_admin_does_not_hold_the_key(add):
    [key] = re.findall(r"wzs_\w{8}_[\w-]{43}", add())
    entry = LogEntry.objects.get()
    assert entry.object_repr == str(ApiKey.objects.get())
    assert key not in f"{entry.object_repr}{entry.change_message}"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"scopes": ""}, "This field is required."),
        ({"scopes": " "}, "This field is required."),
        ({"scopes": "a:b read"}, "Not of the form 'object:action': 'read'."),
        ({"user": ""}, "This field is required."),
        ({"projects": "404"}, "Please correct the error below."),
        ({"projects": "nowhere"}, "Please correct the error below."),
        ({"expires_at_0": "2020-01-01", "expires_at_1": "00:00"}, "This time has passed."),
    ],
)
def test_a_form_with_a_mistake_adds_no_key(add, values, problem):
    assert problem in add(**values)
    assert not ApiKey.objects.exists()


def test_the_name_of_a_key_can_be_changed(issue, admin_client):
    api_key, _ = issue(name="Old")
    admin_client.post(reverse(CHANGE, args=[api_key.pk]), {"name": "New"})
    api_key.refresh_from_db()
    assert api_key.name == "New"


def test_nothing_else_of_a_key_can_be_changed(issue, admin_client, admin_user, project):
    api_key, _ = issue()
    before = ApiKey.objects.values().get()
    values = {
        "name": "",
        "user": admin_user.pk,
        "scopes": "x:y",
        "projects": project.pk,
        "prefix": "abcd1234",
        "digest": "0" * 64,
        "expires_at_0": "2099-01-01",
        "expires_at_1": "00:00",
        "revoked_at_0": "2020-01-01",
        "revoked_at_1": "00:00",
    }
    admin_client.post(reverse(CHANGE, args=[api_key.pk]), values)
    assert ApiKey.objects.values().get() == before
    assert not api_key.projects.exists()


def test_changing_the_name_does_not_widen_a_key_whose_project_is_gone(
    issue, admin_client, project, other_project
):
    api_key, _ = issue(projects=[project])
    project.delete()
    admin_client.post(reverse(CHANGE, args=[api_key.pk]), {"name": "New"})
    assert not ApiKey.objects.get(name="New").allows_project(other_project)


def test_the_list_shows_a_key_by_its_prefix_with_its_scopes(issue, admin_client):
    api_key, _ = issue(scopes=["a:b", "c:d"])
    page = html.unescape(admin_client.get(reverse(LIST)).content.decode())
    assert str(api_key) in page
    assert "a:b, c:d" in page


@pytest.mark.parametrize("term", ["{0}", "{0.prefix}", "{0.name}", "{0.user}"])
def test_a_key_is_searched_by_prefix_name_and_user(issue, admin_client, admin_user, term):
    api_key, _ = issue(name="Laptop")
    issue(user=admin_user)
    response = admin_client.get(reverse(LIST), {"q": term.format(api_key)})
    assert list(response.context["cl"].queryset) == [api_key]


@pytest.mark.parametrize("state", ["active", "expired", "revoked"])
def test_the_list_tells_the_state_of_a_key_and_can_be_filtered_by_it(
    issue, admin_client, yesterday, state
):
    keys = {"active": issue()[0], "expired": issue(expires_at=yesterday)[0]}
    keys["revoked"] = issue(expires_at=yesterday)[0]
    keys["revoked"].revoke()
    response = admin_client.get(reverse(LIST), {"state": state})
    assert list(response.context["cl"].queryset) == [keys[state]]
    assert f'<td class="field-state">{state}</td>' in response.content.decode()


def test_the_selected_keys_are_revoked_and_the_others_are_not(issue, admin_client):
    one, two, other = (issue()[0] for _ in range(3))
    revoke(admin_client, one, two)
    assert set(ApiKey.objects.exclude(revoked_at=None)) == {one, two}
    assert ApiKey.objects.get(revoked_at=None) == other


def test_revoking_keys_is_recorded_in_their_history(issue, admin_client, admin_user):
    api_key, _ = issue()
    revoke(admin_client, api_key)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (admin_user, str(api_key))
    assert entry.get_change_message() == "Revoked."


def test_revoking_a_revoked_key_keeps_its_time(issue, admin_client, yesterday):
    api_key, _ = issue()
    ApiKey.objects.update(revoked_at=yesterday)
    page = revoke(admin_client, api_key).content.decode()
    assert "API keys revoked: 0." in page
    assert ApiKey.objects.get().revoked_at == yesterday


def test_who_may_only_view_keys_cannot_revoke_them(issue, staff_client):
    api_key, _ = issue()
    client = staff_client("view_apikey")
    assert "Revoke selected keys" not in client.get(reverse(LIST)).content.decode()
    revoke(client, api_key)
    assert not ApiKey.objects.get().is_revoked


def test_who_may_change_keys_can_revoke_them(issue, staff_client):
    api_key, _ = issue()
    revoke(staff_client("change_apikey"), api_key)
    assert ApiKey.objects.get().is_revoked


def test_who_is_no_superuser_adds_keys_for_themselves_only(staff_client, admin_user):
    client = staff_client("add_apikey", "view_apikey")
    assert 'name="user"' not in client.get(reverse(ADD)).content.decode()
    client.post(reverse(ADD), {"user": admin_user.pk, "scopes": "a:b"})
    assert ApiKey.objects.get().user.get_username() == "staff"


def test_who_may_only_change_keys_cannot_add_one(staff_client):
    assert staff_client("change_apikey").get(reverse(ADD)).status_code == 403
