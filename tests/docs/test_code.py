"""The Python and the templates that the docs show in passing, carried out in the tests' host."""

import sys
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings as current
from django.core import checks
from django.http import HttpResponse
from django.template import RequestContext, Template
from django.urls import path
from rest_framework.throttling import ScopedRateThrottle

from django_wizard_sessions.conf import get_settings
from django_wizard_sessions.grants import Grant
from django_wizard_sessions.signals import CloseReason, stream_closed
from tests.documented import blocks
from tests.factories import a_push, a_stored_session
from tests.host import serializers, urls, views
from tests.host.models import RunExtras, Team

PUSHED = {"content_type": "application/json"}


def executed(block, **given):
    """The names in a module of this text."""
    names = {"__name__": "mysite", **given}
    exec(block, names)
    return names


@pytest.fixture
def configure(settings):
    """Does what a block says of the settings, and has Django check them."""

    def configure(block):
        names = executed(block, WIZARD_SESSIONS={**settings.WIZARD_SESSIONS})
        for name in filter(str.isupper, names):
            setattr(settings, name, names[name])
        assert [it for it in checks.run_checks() if it.level >= checks.ERROR] == []

    return configure


@pytest.fixture(autouse=True)
def mysite(monkeypatch):
    """The package that hosts of the docs have, with what the tests' host has."""
    monkeypatch.setitem(sys.modules, "mysite", ModuleType("mysite"))
    monkeypatch.setitem(sys.modules, "mysite.views", views)
    monkeypatch.setitem(sys.modules, "mysite.serializers", serializers)


@pytest.fixture
def serve(settings):
    """Has the host answer by these patterns, before its own."""

    def serve(*patterns):
        settings.ROOT_URLCONF = ModuleType("urls")
        settings.ROOT_URLCONF.urlpatterns = [*patterns, *urls.urlpatterns]

    return serve


@pytest.fixture
def member(client, user):
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_several_processes_need_a_database_and_nothing_else(configure):
    [block] = blocks("deployment", "The channel layer")
    configure(block)
    assert current.CHANNEL_LAYERS == {}
    assert get_settings().STREAM_RECONCILE_INTERVAL == 2


@pytest.mark.django_db
def test_a_viewset_of_the_hosts_own_is_registered(member, project, serve):
    [block] = blocks("extending", "Another view")
    serve(*executed(block)["urlpatterns"])
    Team.objects.create(slug="a-team", project=project)
    assert member.post("/by-slug/a-team/sessions/", a_push(), **PUSHED).status_code == 201


@pytest.mark.django_db
def test_more_fields_are_kept(member, project, configure):
    [block] = blocks("extending", "More fields")
    configure(block)
    push = a_push(handoff_text="Over to you")
    member.post(f"/projects/{project.pk}/sessions/", push, **PUSHED)
    assert RunExtras.objects.get().handoff_text == "Over to you"


@pytest.mark.django_db
def test_an_action_has_a_rate(configure):
    [block] = blocks("extending", "Throttles")
    configure(block)
    scopes = {f"wizard_sessions.{action}" for action in ("create", "stream")}
    rates: Any = current.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    assert set(rates) == scopes
    throttle = ScopedRateThrottle()
    assert [throttle.parse_rate(rate) for rate in rates.values()] == [(10, 1), (60, 60)]


def test_a_stream_that_is_given_up_is_told(caplog):
    [block] = blocks("observability", "Signals")
    shown = executed(block)
    about = {"grant": Grant(1, "integration", "", "comment"), "frames": 1, "seconds": 30.2}
    for reason in (CloseReason.CLIENT, CloseReason.SLOW):
        stream_closed.send_robust(None, reason=reason, **about)
    stream_closed.disconnect(shown["warn"])
    assert caplog.messages == ["A stream was given up after 30 s."]


@pytest.fixture
def shown(member, project):
    """What a client is shown by the page at ``/page/``, of a run that there is."""
    a_stored_session(project, workflow_id="integration")

    def shown():
        return member.get("/page/").content.decode()

    return shown


@pytest.mark.django_db
def test_an_asynchronous_view_shows_the_run(shown, project, serve, settings, tmp_path):
    tag, _mount = blocks("component", "The template tag", "html")
    [view] = blocks("component", "The template tag", "python")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    (tmp_path / "page.html").write_text(tag)
    view = executed(view.replace('"project": 1', f'"project": {project.pk}'))
    serve(path("page/", view["page"]))
    assert 'part="phase" role="status">Running<' in shown()


@pytest.mark.django_db
def test_one_of_several_mounts_is_named_by_its_address(shown, project, serve):
    _tag, mount = blocks("component", "The template tag", "html")
    template = Template(f"{{% load wizard_sessions %}}{mount}")

    def page(request):
        return HttpResponse(template.render(RequestContext(request, {"team": project})))

    serve(path("page/", page))
    assert f'url="/api/v1/teams/{project.pk}/sessions/"' in shown()
    assert 'part="phase" role="status">Running<' in shown()
