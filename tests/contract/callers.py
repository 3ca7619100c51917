"""Everybody who may call the example, as headers. Run within it: prints them as JSON."""

import json
from datetime import timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from django_wizard_sessions.api_keys.models import ApiKey
from example_project.projects.models import Project
from tests.example import READ, WRITE


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def key(user, scopes=(READ, WRITE), **limits):
    return bearer(ApiKey.objects.issue(user=user, scopes=scopes, **limits)[1])


def revoked_key(user):
    api_key, text = ApiKey.objects.issue(user=user, scopes=[READ, WRITE])
    api_key.revoke()
    return bearer(text)


def cookie(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    # The CSRF token is a secret of the browser's own.
    return {"Cookie": f"sessionid={session.session_key}; csrftoken={CSRF}", "X-CSRFToken": CSRF}


CSRF = "c" * 32


def cookie_of_who_logged_out(user):
    sent = cookie(user)
    SessionStore(sent["Cookie"].partition(";")[0].removeprefix("sessionid=")).flush()
    return sent


def callers():
    users = get_user_model().objects
    project, other = Project.objects.get(pk=1), Project.objects.get(pk=2)
    alice, bob = users.get(username="alice"), users.get(username="bob")
    carol = users.create_user("carol")
    dave = users.create_user("dave", is_active=False)
    root = users.create_superuser("root")
    project.members.add(carol, dave)
    yesterday = timezone.now() - timedelta(days=1)
    made = {
        "a member's key": key(alice),
        "a member's key limited to the project": key(alice, projects=[project]),
        "a member's cookie": cookie(alice),
        "a key of another project's member": key(bob),
        "a cookie of another project's member": cookie(bob),
        "a member's key limited to another project": key(alice, projects=[other]),
        "a member's key limited to no project": key(alice, projects=[]),
        "a key of who is no member any more": key(carol),
        "a cookie of who is no member any more": cookie(carol),
        "a superuser's key": key(root),
        "a key that only writes": key(alice, [WRITE]),
        "a key that only reads": key(alice, [READ]),
        "a key of no scope": key(alice, []),
        "a key of no scope, of another project's member": key(bob, []),
        "a revoked key": revoked_key(alice),
        "an expired key": key(alice, expires_at=yesterday),
        "an inactive member's key": key(dave),
        "an inactive member's cookie": cookie(dave),
        "a cookie of who logged out": cookie_of_who_logged_out(alice),
        "a key that nobody issued": bearer(f"wzs_abcdefgh_{'x' * 43}"),
        "a token of another issuer": bearer("eyJhbGciOiJIUzI1NiJ9.e30.x"),
        "nothing": {},
    }
    project.members.remove(carol)
    return made


def main():
    print(json.dumps(callers()))
