"""The answer to a push shares its JSON with the streams, unless a host makes it another one."""

import json

import pytest
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIRequestFactory, force_authenticate

from django_wizard_sessions.serializers import WizardSessionSerializer
from django_wizard_sessions.views import WizardSessionViewSet
from tests.factories import a_push
from tests.test_broadcast import RecordingLayer

pytestmark = pytest.mark.django_db(transaction=True)


class GreetingSerializer(WizardSessionSerializer):
    """Answers by the request, of which a stream knows nothing."""

    def to_representation(self, instance):
        request = self.context.get("request")
        greeting = request.headers["X-Greeting"] if request else "none"
        return {**super().to_representation(instance), "greeting": greeting}


class Amending(WizardSessionViewSet):
    def create(self, request, **kwargs):
        answer = super().create(request, **kwargs)
        answer.data["tasks"].append("amended")
        return answer


class Replacing(WizardSessionViewSet):
    def create(self, request, **kwargs):
        answer = super().create(request, **kwargs)
        answer.data = {"replaced": True}
        return answer


class WrappingRenderer(JSONRenderer):
    def render(self, data, *args, **kwargs):
        return super().render({"wrapped": data}, *args, **kwargs)


class Wrapping(WizardSessionViewSet):
    renderer_classes = (WrappingRenderer,)


@pytest.fixture
def layer(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "tests.test_broadcast.RecordingLayer"}}
    from channels.layers import get_channel_layer  # noqa: PLC0415

    layer = get_channel_layer()
    assert isinstance(layer, RecordingLayer)
    return layer


@pytest.fixture
def push(user, project, layer):
    def push(viewset=WizardSessionViewSet, **headers):
        view = viewset.as_view({"post": "create"})
        request = APIRequestFactory().post("/", a_push(), format="json", headers=headers)
        force_authenticate(request, user)
        return view(request, project_id=project.pk).render()

    return push


def the_hint(layer):
    [(_, hint)] = layer.sent
    return hint["data"]


def test_the_answer_and_the_hint_are_the_same_text(push, layer):
    answer = push()
    assert answer.content.decode() == the_hint(layer)
    assert answer["Content-Type"] == "application/json"


def test_the_answers_data_is_there_to_be_read(push):
    answer = push()
    assert answer.data == json.loads(answer.content)


def test_an_answer_that_a_host_amends_is_sent_as_amended(push, layer):
    assert json.loads(push(Amending).content)["tasks"] == ["amended"]
    assert json.loads(the_hint(layer))["tasks"] == []


def test_an_answer_that_a_host_replaces_is_sent_as_replaced(push, layer):
    assert json.loads(push(Replacing).content) == {"replaced": True}
    assert json.loads(the_hint(layer))["session_id"] == "run-1"


def test_a_hosts_own_renderer_renders_the_answer(push, layer):
    answer = json.loads(push(Wrapping).content)
    assert answer == {"wrapped": json.loads(the_hint(layer))}


def test_an_answer_is_indented_if_the_client_asks_for_it(push, layer):
    answer = push(Accept="application/json; indent=4")
    assert b'\n    "session_id"' in answer.content
    assert json.loads(answer.content) == json.loads(the_hint(layer))


def test_a_hosts_serializer_may_answer_by_the_request_and_stream_without_one(
    push, layer, configure_wizard_sessions
):
    configure_wizard_sessions(SERIALIZER_CLASS=f"{__name__}.GreetingSerializer")
    assert json.loads(push(**{"X-Greeting": "hello"}).content)["greeting"] == "hello"
    assert json.loads(the_hint(layer))["greeting"] == "none"


def test_a_viewsets_own_serializer_changes_its_answers_alone(push, layer):
    class Greeting(WizardSessionViewSet):
        serializer_class = GreetingSerializer

    assert json.loads(push(Greeting, **{"X-Greeting": "hello"}).content)["greeting"] == "hello"
    assert "greeting" not in json.loads(the_hint(layer))


def test_a_viewset_may_answer_plainly_where_the_streams_have_more(
    push, layer, configure_wizard_sessions
):
    class Plain(WizardSessionViewSet):
        serializer_class = WizardSessionSerializer

    configure_wizard_sessions(SERIALIZER_CLASS=f"{__name__}.GreetingSerializer")
    assert "greeting" not in json.loads(push(Plain).content)
    assert json.loads(the_hint(layer))["greeting"] == "none"
