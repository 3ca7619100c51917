"""The files of the docs for Docker and Kubernetes: as far as they go without either."""

import json
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from django.test import Client

from tests import example, services
from tests.documented import blocks

PROMISED = 5  # seconds from SIGTERM to the end, as docs/promises.md has it
POD = "10.1.2.3:8000"  # the address that a probe asks for, if it is told no name


@pytest.fixture(scope="module")
def dockerfile():
    """By instruction, what comes behind it."""
    [text, _compose] = blocks("containers", "Docker")
    return dict(line.split(" ", 1) for line in text.splitlines())


@pytest.fixture
def compose(tmp_path):
    path = tmp_path / "compose.yml"
    path.write_text(blocks("containers", "Docker")[1])
    return path


@pytest.fixture(scope="module")
def pod():
    return deployment()["spec"]["template"]["spec"]


@pytest.fixture
def client(settings):
    """Of a host that has the view of the docs, and is asked for by its name alone."""
    [code] = blocks("containers", "A probe's view")
    settings.ROOT_URLCONF = ModuleType("urls")
    exec(code, vars(settings.ROOT_URLCONF))
    settings.ALLOWED_HOSTS = ["example.com"]
    return Client()


def deployment():
    [text] = blocks("containers", "Kubernetes")
    return yaml.safe_load(text)


def test_a_container_that_is_stopped_ends_its_streams_in_time(
    dockerfile, compose, django, monkeypatch, tmp_path
):
    *command, application = json.loads(dockerfile["CMD"])
    assert command[command.index("--port") + 1] == dockerfile["EXPOSE"]
    command = " ".join(command).replace("0.0.0.0", "127.0.0.1").replace("8000", "{port}")
    monkeypatch.setitem(example.COMMANDS, "documented", command)
    assert application == "mysite.asgi:application"
    with (
        example.running(django.env, tmp_path, "documented") as container,
        container.stream(workflow_id="container") as stream,
    ):
        stream.next_block()
        start = time.monotonic()
        container.terminate()
        assert list(stream.blocks())[-1] == ["event: end", "data: reconnect"]
        container.process.wait(timeout=PROMISED)
    grace = yaml.safe_load(compose.read_text())["services"]["web"]["stop_grace_period"]
    assert time.monotonic() - start < PROMISED < int(grace.removesuffix("s"))


def test_the_compose_file_fits_its_schema(compose):
    command = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run(
        [command, "--builtin-schema", "vendor.compose-spec", compose],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("version", ["1.30", "1.37"])  # the oldest that knows all of it
def test_the_deployment_fits_the_schema_of_kubernetes(version):
    services.require_kubernetes_schemas().validate(deployment(), version, strict=True)


@pytest.mark.parametrize("probe", ["readinessProbe", "livenessProbe"])
def test_a_probe_is_answered_without_the_database(client, pod, probe):
    request = pod["containers"][0][probe]["httpGet"]
    headers = {header["name"]: header["value"] for header in request["httpHeaders"]}
    assert client.get(request["path"], headers=headers).status_code == 200


@pytest.mark.filterwarnings("ignore")
def test_a_probe_that_names_no_host_is_refused(client, pod):
    path = pod["containers"][0]["livenessProbe"]["httpGet"]["path"]
    assert client.get(path, headers={"host": POD}).status_code == 400


def test_a_pod_has_time_to_be_forgotten_and_then_to_end(pod):
    [container] = pod["containers"]
    waits = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert waits + PROMISED < pod["terminationGracePeriodSeconds"]
