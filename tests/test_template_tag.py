"""``{% wizard_session %}`` in the pages of a host, without a browser: what a page shows first."""

import html
import logging
import re
from types import ModuleType

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.management.commands import collectstatic
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.http import Http404, HttpResponse
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import Client
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch, path
from django.views.decorators.cache import cache_page
from rest_framework.authentication import BaseAuthentication
from rest_framework.decorators import api_view, authentication_classes, renderer_classes
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle

from django_wizard_sessions.api_keys.models import ApiKey
from django_wizard_sessions.views import WizardSessionViewSet
from tests.factories import a_stored_session, a_task
from tests.host import urls
from tests.host.models import Project, RunExtras, Team


def tag(arguments):
    return f"{{% load wizard_sessions %}}{{% wizard_session {arguments} %}}"


TAG = tag('project=project workflow="integration"')
ELEMENT = '<wizard-session url="/projects/{}/sessions/" workflow="integration">'

pytestmark = pytest.mark.django_db


class OncePerMinute(UserRateThrottle):
    rate = "1/min"


class BadgeAuthentication(BaseAuthentication):
    """Of the host's pages, and not of its API."""

    def authenticate(self, request):
        username = request.headers.get("X-Badge")
        return get_user_model().objects.get(username=username), "a badge"


def log_in_by_header(get_response):
    """A middleware of a host that has authentication of its own."""

    def middleware(request):
        if username := request.headers.get("X-User"):
            request.user = get_user_model().objects.get(username=username)
        return get_response(request)

    return middleware


@pytest.fixture
def serve(settings):
    """Has the host show this view at ``/page/``."""

    def serve(view, *others):
        urlconf = ModuleType("tests.host.urls_with_a_page")
        vars(urlconf)["urlpatterns"] = [path("page/", view), *others, *urls.urlpatterns]
        settings.ROOT_URLCONF = urlconf

    return serve


@pytest.fixture
def open_page(client, serve, project):
    """The page of this template, as the client's user gets it."""

    def open_page(template=TAG, method="get", **request):
        serve(lambda request: HttpResponse(rendered(request, project, template)))
        answer = getattr(client, method)("/page/", **request)
        assert answer.status_code == 200
        return answer.content.decode()

    return open_page


def rendered(request, project, template=TAG):
    return Template(template).render(RequestContext(request, {"project": project}))


@pytest.fixture
def member(client, user):
    client.force_login(user)
    return user


@pytest.fixture
def run(project):
    """Half done."""
    titles = {"Detect the framework": "completed", "Install it": "in_progress"}
    tasks = [a_task(id=title, title=title, status=status) for title, status in titles.items()]
    return a_stored_session(project, "half", workflow_id="integration", tasks=tasks)


def said(page, part):
    """What each element of this part says."""
    return re.findall(rf'part="{part}"[^>]*>([^<]*)<', page)


def is_hidden(page, part):
    return re.search(rf'part="{part}"[^>]* hidden>', page) is not None


@pytest.fixture
def templates(settings, tmp_path):
    """A folder in which templates are found before all others."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    return tmp_path


@pytest.fixture
def drf_page(serve, project, templates):
    """Has DRF show the page, by a view with these decorators."""
    (templates / "page.html").write_text(TAG)

    def drf_page(*decorators):
        def page(request):
            return Response({"project": project}, template_name="page.html")

        for decorate in (*decorators, renderer_classes([TemplateHTMLRenderer])):
            page = decorate(page)
        serve(api_view()(page))

    return drf_page


class TestFirstState:
    def test_a_member_sees_the_run_at_once(self, open_page, member, project, run):
        page = open_page()
        assert ELEMENT.format(project.pk) in page
        assert said(page, "phase") == ["Running"]
        assert said(page, "task-title") == ["Detect the framework", "Install it"]
        assert said(page, "task-status") == ["done", "in progress"]
        assert said(page, "now-title") == ["Install it"]
        assert said(page, "count") == ["1 of 2 tasks done"]
        assert said(page, "started") == ["24 Nov 2026, 02:25 UTC"]
        shown = {part for part in ("run", "now", "progress", "tasks") if not is_hidden(page, part)}
        assert shown == {"run", "now", "progress", "tasks"}
        assert is_hidden(page, "error")
        assert is_hidden(page, "empty")

    def test_before_the_first_run_it_says_so(self, open_page, member):
        page = open_page()
        assert said(page, "empty-title") == ["Nothing has run yet"]
        assert not is_hidden(page, "empty")
        assert is_hidden(page, "run")

    def test_an_error_is_shown_with_its_details(self, open_page, member, project):
        error = {"message": "It broke", "code": 7}
        a_stored_session(project, workflow_id="integration", run_phase="error", error=error)
        page = open_page()
        assert said(page, "error-message") == ["It broke"]
        assert said(page, "error-rest") == ["{\n  &quot;code&quot;: 7\n}"]
        assert not is_hidden(page, "error-details")

    def test_a_skill_is_told_from_others(self, open_page, member, project, run):
        done = {"skill_id": "flask", "run_phase": "completed"}
        a_stored_session(project, workflow_id="integration", **done)
        page = open_page(tag('project=project workflow="integration" skill="flask"'))
        assert 'workflow="integration" skill="flask">' in page
        assert said(page, "phase") == ["Completed"]

    def test_a_session_that_is_named_is_shown_whatever_ran_later(self, open_page, member, project):
        for hour, phase in (("02", "completed"), ("03", "running")):
            started_at = f"2026-11-24T{hour}:00:00Z"
            a_stored_session(project, f"at {started_at}", started_at=started_at, run_phase=phase)
        named = "at 2026-11-24T02:00:00Z"
        page = open_page(tag(f'project=project workflow="posthog-integration" session="{named}"'))
        assert f'session="{named}">' in page
        assert said(page, "phase") == ["Completed"]

    def test_a_session_may_be_given_in_place_of_its_id(self, open_page, member, run):
        session = "session=project.wizard_sessions.get"
        page = open_page(tag(f'project=project workflow="integration" {session}'))
        assert 'session="half">' in page
        assert said(page, "phase") == ["Running"]

    def test_an_id_that_no_session_has_is_no_failure(self, open_page, member, run):
        page = open_page(tag('project=project workflow="integration" session=42'))
        assert 'session="42"></wizard-session>' in page

    def test_the_project_may_be_given_by_its_key(self, open_page, member, run):
        page = open_page(tag('project=project.pk workflow="integration"'))
        assert said(page, "phase") == ["Running"]

    def test_it_is_in_what_a_template_includes(self, open_page, member, run, templates):
        (templates / "part.html").write_text(TAG)
        assert said(open_page('{% include "part.html" %}'), "phase") == ["Running"]

    @pytest.mark.usefixtures("member")
    def test_a_template_of_the_hosts_own_replaces_the_packages(
        self, open_page, run, settings, templates
    ):
        (templates / "wizard_sessions").mkdir()
        own = "{{ run.phase }}, {{ run.session.handoff_text }}"
        (templates / "wizard_sessions" / "wizard_session.html").write_text(own)
        serializer = "tests.host.serializers.RunSerializer"
        settings.WIZARD_SESSIONS = {**settings.WIZARD_SESSIONS, "SERIALIZER_CLASS": serializer}
        RunExtras.objects.create(session=run, handoff_text="Over to you")
        assert open_page() == "running, Over to you"


class TestMounts:
    @pytest.mark.parametrize(
        "url",
        [
            "/orgs/7/workspaces/{}/wizard/sessions/",
            "/api/v1/teams/{}/sessions/",
            "/beta/{}/sessions/",
        ],
    )
    def test_a_host_with_several_says_which_by_its_url(self, open_page, member, project, run, url):
        url = url.format(project.pk)
        page = open_page(tag(f'url="{url}" workflow="integration"'))
        assert f'url="{url}"' in page
        assert said(page, "phase") == ["Running"]

    def test_a_viewset_of_the_hosts_own_is_the_one_that_is_asked(
        self, open_page, member, project, run
    ):
        Team.objects.create(slug="a-team", project=project)
        hidden = {"workflow_id": "integration", "skill_id": "internal", "run_phase": "completed"}
        a_stored_session(project, "later", started_at="2026-11-25T00:00:00Z", **hidden)
        page = open_page(tag('url="/by-slug/a-team/sessions/" workflow="integration"'))
        assert said(page, "phase") == ["Running"]

    def test_a_script_prefix_is_in_front_and_found_again(self, open_page, member, project, run):
        with override_script_prefix("/the shop/"):
            page = open_page()
        assert f'url="/the%20shop/projects/{project.pk}/sessions/"' in page
        assert said(page, "phase") == ["Running"]

    def test_static_files_come_from_where_the_host_has_them(self, open_page, member, settings):
        settings.STATIC_URL = "https://cdn.example.com/s/"
        page = open_page()
        files = "https://cdn.example.com/s/wizard_sessions/wizard-session"
        assert f'<script type="module" src="{files}.js"></script>' in page
        assert f'<link rel="stylesheet" href="{files}.css">' in page

    def test_static_files_may_have_hashed_names(self, open_page, member, settings, tmp_path):
        storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.staticfiles"]
        settings.STATIC_URL, settings.STATIC_ROOT = "/static/", tmp_path
        settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}}
        call_command(collectstatic.Command(), interactive=False, verbosity=0)
        names = re.findall(
            r'"/static/(wizard_sessions/wizard-session\.\w+\.(?:js|css))"', open_page()
        )
        assert len(names) == 2
        assert [name for name in names if not (tmp_path / name).is_file()] == []


class TestWhoMayNotSeeIt:
    @pytest.fixture(params=["nobody", "a stranger"])
    def visitor(self, request, client, django_user_model):
        if request.param == "a stranger":
            client.force_login(django_user_model.objects.create_user("mallory"))

    def test_gets_the_page_and_the_element_and_nothing_of_the_run(
        self, open_page, visitor, project, run, caplog
    ):
        page = open_page()
        assert f"{ELEMENT.format(project.pk)}</wizard-session>" in page
        assert caplog.records == []

    def test_gets_the_same_for_a_project_that_is_missing(self, open_page, visitor, project, run):
        foreign = open_page()
        missing = open_page(tag('project=999 workflow="integration"'))
        assert missing == foreign.replace(f"/{project.pk}/", "/999/")

    @pytest.mark.usefixtures("run")
    @pytest.mark.parametrize("refusal", [Http404, PermissionDenied])
    def test_may_be_refused_around_the_view(self, client, serve, project, caplog, refusal):
        def refuse(*_arguments, **_kwargs):
            raise refusal

        around = path("projects/<int:project_id>/sessions/latest/", refuse)
        serve(lambda request: HttpResponse(rendered(request, project)), around)
        page = client.get("/page/").content.decode()
        assert f"{ELEMENT.format(project.pk)}</wizard-session>" in page
        assert caplog.records == []

    def test_does_not_take_the_pages_own_writes_along(
        self, client, serve, visitor, project, monkeypatch
    ):
        def page(request):
            Project.objects.create(name="Written by the page")
            return HttpResponse(rendered(request, project))

        monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
        serve(page)
        assert client.get("/page/").status_code == 200
        assert Project.objects.filter(name="Written by the page").exists()


class TestWhatIsKept:
    @pytest.fixture
    def open_kept_page(self, serve, project):
        cache.clear()
        kept = cache_page(60)(lambda request: HttpResponse(rendered(request, project)))
        serve(kept)
        return lambda client: client.get("/page/")

    def test_a_page_that_shows_a_run_is_not_kept_for_other_visitors(
        self, open_kept_page, client, member, run
    ):
        assert said(open_kept_page(client).content.decode(), "phase") == ["Running"]
        page = open_kept_page(Client())
        assert said(page.content.decode(), "phase") == []

    def test_a_page_that_shows_there_is_no_run_is_not_kept_either(
        self, open_kept_page, client, member
    ):
        assert "Nothing has run yet" in open_kept_page(client).content.decode()
        assert "Nothing has run yet" not in open_kept_page(Client()).content.decode()

    def test_a_page_that_shows_nothing_of_it_is(self, open_kept_page, client, project, run):
        assert open_kept_page(client)["Cache-Control"] == "max-age=60"


class TestTheViewIsAsked:
    def test_with_nothing_of_the_pages_own_body_query_and_headers(
        self, open_page, client, member, project, run
    ):
        latest = f"/projects/{project.pk}/sessions/latest/?workflow_id=integration"
        headers = {"If-None-Match": client.get(latest)["ETag"], "Accept": "text/html"}
        page = open_page(method="post", QUERY_STRING="workflow_id=audit", headers=headers)
        assert said(page, "phase") == ["Running"]

    def test_with_none_of_what_was_read_of_the_pages_body(self, client, serve, member):
        asked: list[object] = []

        def page(request):
            assert (request.body, request.POST["b"], request.headers["If-Match"]) == (
                b"b=2",
                "2",
                "x",
            )
            request.FILES  # noqa: B018
            return HttpResponse(
                Template(tag('url="/asked/" workflow="w"')).render(RequestContext(request))
            )

        def latest(request):
            asked.append((request.body, dict(request.POST), dict(request.FILES)))
            about = (request.method, request.META["REQUEST_METHOD"], request.resolver_match.route)
            asked.append((*about, request.get_full_path()))
            asked.append([name for name in request.headers if name.startswith(("If-", "Content-"))])
            return HttpResponse(status=204)

        serve(page, path("asked/latest/", latest))
        client.post(
            "/page/",
            "b=2",
            content_type="application/x-www-form-urlencoded",
            headers={"If-Match": "x"},
        )
        path_of_question = "/asked/latest/?workflow_id=w"
        assert asked == [(b"", {}, {}), ("GET", "GET", "asked/latest/", path_of_question), []]

    def test_and_leaves_the_pages_request_as_it_was(self, client, serve, member, project, run):
        def page(request):
            rendered(request, project)
            about = (request.method, request.path, request.GET["a"], request.POST["b"])
            return HttpResponse(repr((*about, request.META["CONTENT_LENGTH"])))

        serve(page)
        answer = client.post("/page/?a=1", "b=2", content_type="application/x-www-form-urlencoded")
        assert answer.content.decode() == repr(("POST", "/page/", "1", "2", "3"))

    def test_with_what_a_middleware_put_on_the_request(self, open_page, run, user, settings):
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.log_in_by_header"]
        page = open_page(headers={"X-User": user.username})
        assert said(page, "phase") == ["Running"]

    def test_without_a_count_of_its_throttles(self, open_page, client, member, project, run):
        cache.clear()
        latest = f"/projects/{project.pk}/sessions/latest/?workflow_id=integration"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(WizardSessionViewSet, "throttle_classes", [OncePerMinute])
            pages = [open_page() for _ in range(3)]
            answers = [client.get(latest).status_code for _ in range(2)]
        assert [said(page, "phase") for page in pages] == [["Running"]] * 3
        assert answers == [200, 429]

    @pytest.mark.usefixtures("member", "run")
    def test_in_a_page_of_drfs_own(self, client, drf_page):
        drf_page()
        assert said(client.get("/page/").content.decode(), "phase") == ["Running"]

    @pytest.mark.usefixtures("run")
    def test_in_a_page_of_drfs_own_without_the_user_of_a_token_that_the_api_does_not_take(
        self, client, drf_page, project, user
    ):
        drf_page(authentication_classes([BadgeAuthentication]))
        badge = {"X-Badge": user.username}
        latest = f"/projects/{project.pk}/sessions/latest/?workflow_id=integration"
        assert client.get(latest, headers=badge).status_code == 401
        page = client.get("/page/", headers=badge).content.decode()
        assert f"{ELEMENT.format(project.pk)}</wizard-session>" in page

    @pytest.mark.usefixtures("run")
    def test_in_a_page_of_drfs_own_with_a_token_that_the_api_takes(self, client, drf_page, user):
        drf_page(authentication_classes([BadgeAuthentication]))
        _, key = ApiKey.objects.issue(user=user, scopes=["wizard_session:read"])
        headers = {"X-Badge": user.username, "Authorization": f"Bearer {key}"}
        page = client.get("/page/", headers=headers).content.decode()
        assert said(page, "phase") == ["Running"]

    def test_in_an_asynchronous_page_that_renders_in_a_thread(
        self, client, serve, member, project, run
    ):
        async def page(request):
            return HttpResponse(await sync_to_async(rendered)(request, project))

        serve(page)
        assert said(client.get("/page/").content.decode(), "phase") == ["Running"]


class TestTheScriptIsLeftToShowIt:
    """The page comes all the same, with the element and without a first state."""

    def test_where_the_view_fails(self, open_page, member, project, monkeypatch, caplog):
        def fail(*_arguments, **_kwargs):
            raise OSError("The disk is full")

        monkeypatch.setattr(WizardSessionViewSet, "get_queryset", fail)
        assert f"{ELEMENT.format(project.pk)}</wizard-session>" in open_page()
        [record] = caplog.records
        assert (record.levelno, record.exc_info[0]) == (logging.ERROR, OSError)

    def test_where_its_answer_is_neither_a_session_nor_a_refusal(self, open_page, member, caplog):
        page = open_page(tag('project=project workflow=""'))
        assert "<template" not in page
        [record] = caplog.records
        assert record.levelno == logging.WARNING
        assert record.getMessage().endswith("/sessions/latest/: 400.")

    @pytest.mark.usefixtures("member", "run")
    def test_where_a_page_renders_in_the_event_loop(self, client, serve, project, caplog):
        async def page(request):
            return HttpResponse(rendered(request, project))

        serve(page)
        shown = client.get("/page/").content.decode()
        assert f"{ELEMENT.format(project.pk)}</wizard-session>" in shown
        assert "async context" in caplog.text

    def test_where_there_is_no_request(self, project, settings):
        page = Template(TAG).render(Context({"project": project}))
        assert f"{ELEMENT.format(project.pk)}</wizard-session>" in page
        settings.DEBUG = True
        with pytest.warns(UserWarning, match="context_processors.request"):
            Template(TAG).render(Context({"project": project}))


class TestMistakesInATemplate:
    def test_a_missing_workflow_is_named(self):
        with pytest.raises(TemplateSyntaxError, match="workflow"):
            Template(tag("project=1"))

    def test_a_project_that_no_url_could_name_is_djangos_own_error(self):
        with pytest.raises(NoReverseMatch):
            Template(tag('project=None workflow="integration"')).render(Context())


class TestHostilePushes:
    HOSTILE = "</template></wizard-session><img src=x onerror=alert(1)>\"'{{ 7 }}{% now %}\u202e"

    @pytest.fixture
    def hostile(self, project):
        text = self.HOSTILE
        return a_stored_session(
            project,
            workflow_id=text,
            skill_id=text,
            tasks=[a_task(title=text, status="in_progress"), a_task(title=text * 100)],
            error={"message": text, text: text},
            event_plan={"events": [{"name": text, "description": text}]},
        )

    @pytest.mark.parametrize("around", ["{}", "{{% autoescape off %}}{}{{% endautoescape %}}"])
    def test_are_shown_as_text(self, open_page, member, hostile, around):
        hostile_tag = (
            "{% wizard_session project=project workflow=run.workflow_id skill=run.skill_id %}"
        )
        load = "{% load wizard_sessions %}{% with run=project.wizard_sessions.get %}"
        page = open_page(around.format(f"{load}{hostile_tag}{{% endwith %}}"))
        for part in ("now-title", "task-title", "error-message"):
            assert html.unescape(said(page, part)[0]) == self.HOSTILE
        assert page.count("<img") == 0
        assert page.count("</template>") == page.count("</wizard-session>") == 1

    def test_need_no_inline_script_or_style(self, open_page, member, hostile):
        page = open_page(tag('project=project workflow="integration"'))
        assert re.findall(r"<script[^>]*>[^<]", page) == []
        assert re.findall(r"<[^>]* (?:style|on\w+)=", page) == []
        assert "<style" not in page
