"""The schema in other hosts: several mounts, and viewsets and formats of errors of their own."""

import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.utils import extend_schema, extend_schema_view
from drf_spectacular.validation import validate_schema
from rest_framework import serializers
from rest_framework.authentication import TokenAuthentication
from rest_framework.routers import SimpleRouter
from rest_framework.views import exception_handler

import django_wizard_sessions.schema  # noqa: F401  # as the app does, where drf-spectacular is installed
from django_wizard_sessions.serializers import WizardSessionSerializer
from django_wizard_sessions.views import WizardSessionViewSet
from tests.documented import blocks
from tests.example import ROOT, inherited_environment
from tests.host import urls

CONTRACT = {
    "wizard_sessions_list",
    "wizard_sessions_create",
    "wizard_sessions_retrieve",
    "wizard_sessions_latest_retrieve",
    "wizard_sessions_stream_retrieve",
}


@pytest.fixture(autouse=True)
def rest_framework(settings):
    """Sets keys of ``REST_FRAMEWORK``, beside the one that drf-spectacular needs."""

    def rest_framework(**changes):
        settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, **changes}

    rest_framework(DEFAULT_SCHEMA_CLASS="drf_spectacular.openapi.AutoSchema")
    return rest_framework


@pytest.fixture
def document(capsys):
    """The valid schema of these URL patterns, which was made without a warning."""

    def document(patterns, **spectacular):
        with patched_settings({"OAS_VERSION": "3.1.1", **spectacular}):
            document = SchemaGenerator(patterns=patterns).get_schema(public=True)
            validate_schema(document)
        assert capsys.readouterr().err == ""
        return document

    return document


def operations(document):
    return {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }


def mounted(viewset):
    router = SimpleRouter(use_regex_path=False)
    router.register("sessions", viewset, basename="session")
    return [path("api/shops/<slug:shop>/wizard/", include(router.urls))]


class RunSerializer(WizardSessionSerializer):
    shop = serializers.CharField(source="project.name", read_only=True)

    class Meta(WizardSessionSerializer.Meta):
        fields = (*WizardSessionSerializer.Meta.fields, "shop")


@pytest.fixture
def runs():
    """The patterns of a host that has a viewset of its own, and words of its own for it."""

    @extend_schema(tags=["runs"])
    @extend_schema_view(list=extend_schema(summary="What our customers ran"))
    class RunViewSet(WizardSessionViewSet):
        serializer_class = RunSerializer

        @extend_schema(description="Ours, too.")
        def retrieve(self, request, **kwargs):
            return super().retrieve(request, **kwargs)

    return mounted(RunViewSet)


def test_what_the_docs_say_to_set_makes_a_schema_with_scopes(document, settings):
    block, _urls = blocks("schema", language="python")
    names: dict[str, Any] = {"INSTALLED_APPS": [], "REST_FRAMEWORK": {}}
    exec(block, names)
    assert settings.REST_FRAMEWORK.items() >= names["REST_FRAMEWORK"].items()
    found = document(mounted(WizardSessionViewSet), **names["SPECTACULAR_SETTINGS"])
    assert found["openapi"] == "3.1.1"
    scopes = [
        list(scheme.values()) for scheme in operations(found)["wizard_sessions_create"]["security"]
    ]
    assert [["wizard_session:write"]] in scopes
    assert "WizardSessionRequest" in found["components"]["schemas"]


def test_the_schema_is_where_the_docs_have_it(client, settings):
    _settings, block = blocks("schema", language="python")
    settings.ROOT_URLCONF = ModuleType("urls")
    settings.ROOT_URLCONF.urlpatterns = mounted(WizardSessionViewSet)
    exec(block, vars(settings.ROOT_URLCONF))
    assert "wizard_sessions_create" in client.get("/api/schema/").content.decode()


def test_of_several_mounts_one_has_the_contracts_names_and_all_have_their_own(document):
    found = document(urls.urlpatterns)
    assert len(operations(found)) == 6 * len(CONTRACT)
    mounts = {
        url.partition("sessions/")[0]
        for url, methods in found["paths"].items()
        if any(operation["operationId"] in CONTRACT for operation in methods.values())
    }
    assert len(mounts) == 1
    assert set(operations(found)) > CONTRACT


def test_the_names_are_the_same_each_time(document):
    patterns = mounted(WizardSessionViewSet)
    assert set(operations(document(patterns))) == CONTRACT
    assert set(operations(document(patterns))) == CONTRACT


def test_a_hosts_own_viewset_has_all_that_it_does_not_say_itself(document, runs):
    found = operations(document(runs))
    assert set(found) == CONTRACT
    assert found["wizard_sessions_list"]["summary"] == "What our customers ran"
    assert "newest" in str(found["wizard_sessions_list"]["parameters"])
    assert found["wizard_sessions_retrieve"]["description"] == "Ours, too."
    assert "404" in found["wizard_sessions_retrieve"]["responses"]
    assert all(operation["tags"] == ["runs"] for operation in found.values())


def test_a_hosts_own_serializer_is_the_body(document, runs):
    schemas = document(runs)["components"]["schemas"]
    assert schemas["Run"]["properties"]["shop"]["type"] == "string"
    assert schemas["Run"]["properties"]["session_id"]["pattern"]


def test_where_a_push_and_a_session_are_one_the_schema_asks_of_a_push_no_more_than_the_api(
    document,
):
    found = document(mounted(WizardSessionViewSet), COMPONENT_SPLIT_REQUEST=False)
    required = found["components"]["schemas"]["WizardSession"]["required"]
    assert {"event_plan", "error"}.isdisjoint(required)


def test_a_hosts_own_pages_are_as_it_has_them(document):
    class Unpaged(WizardSessionViewSet):
        pagination_class = None

    found = operations(document(mounted(Unpaged)))
    answer = found["wizard_sessions_list"]["responses"]["200"]["content"]["application/json"]
    assert answer["schema"]["type"] == "array"


def test_openapi_30_has_a_word_of_its_own_for_a_page_that_is_the_last(document):
    found = document(mounted(WizardSessionViewSet), OAS_VERSION="3.0.3")
    page = found["components"]["schemas"]["PaginatedWizardSessionList"]
    assert page["properties"]["next"]["nullable"] is True


def test_a_hosts_own_token_needs_the_scope_too(document):
    class Tokens(WizardSessionViewSet):
        authentication_classes = (TokenAuthentication,)

    found = operations(document(mounted(Tokens)))
    assert found["wizard_sessions_create"]["security"] == [{"tokenAuth": ["wizard_session:write"]}]


def test_openapi_3_0_has_scopes_in_words_alone(document):
    found = operations(document(mounted(WizardSessionViewSet), OAS_VERSION="3.0.3"))
    create = found["wizard_sessions_create"]
    assert create["security"] == [{"apiKeyAuth": []}, {"cookieAuth": []}]
    assert "wizard_session:write" in create["description"]


def test_refusals_in_a_hosts_own_format_are_not_described(document, rest_framework):
    rest_framework(EXCEPTION_HANDLER="tests.schema.test_hosts.hosts_exception_handler")
    found = operations(document(mounted(WizardSessionViewSet)))
    refused = found["wizard_sessions_list"]["responses"]["404"]
    assert refused["content"] == {"application/json": {"schema": {}}}
    assert refused["description"]


def hosts_exception_handler(error, context):
    return exception_handler(error, context)


def test_nothing_needs_drf_spectacular():
    script = """
import sys
sys.modules["drf_spectacular"] = None
import django
django.setup()
from django.core.management import call_command
call_command("check")
import tests.host.asgi, django_wizard_sessions.views
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=ROOT,
        env={**inherited_environment(), "DJANGO_SETTINGS_MODULE": "tests.host.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
