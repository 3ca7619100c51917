"""The README's own words, carried out in an empty project with the wheel installed."""

import json
import subprocess
import textwrap
import uuid

import pytest

from tests.documented import blocks
from tests.example import free_port

SHOP = uuid.UUID("a3bb189e-8bf9-4f2b-9a75-1f0d4e5c6b7a")
HOSTS = {
    "the README's": ("BigAutoField(primary_key=True)", {}, "1"),
    "a UUID and another prefix": (
        "UUIDField(primary_key=True)",
        {
            "api/projects/<int:project_id>/wizard/": "tenants/<uuid:tenant>/",
            "api/projects/1/wizard/": f"tenants/{SHOP}/",
        },
        str(SHOP),
    ),
    "a slug": (
        "SlugField(primary_key=True)",
        {"<int:project_id>": "<slug:project_id>", "projects/1/": "projects/alices-shop/"},
        "alices-shop",
    ),
}
MODELS = """
    from django.db import models

    class Project(models.Model):
        id = models.{key}
        members = models.ManyToManyField("auth.User")
"""


class Host:
    """An empty Django project into which the README is carried out."""

    project: str  # its key

    def __init__(self, folder, environment, key, changes):
        self.folder, self.environment = folder, environment
        self.port = free_port()
        self.changes = {**changes, ":8000": f":{self.port}"}
        self.variables = {}
        environment.run("django-admin", "startproject", "mysite", folder)
        self.manage("startapp", "projects")
        self.write("projects/models.py", textwrap.dedent(MODELS).format(key=key), mode="w")
        self.write("mysite/settings.py", 'INSTALLED_APPS += ["projects"]\n')
        self.manage("makemigrations", "projects")

    def adapted(self, text):
        for old, new in self.changes.items():
            text = text.replace(old, new)
        return text

    def write(self, name, text, mode="a"):
        with (self.folder / name).open(mode) as file:
            file.write(self.adapted(text))

    def manage(self, *arguments):
        return self.environment.run("python", "manage.py", *arguments, cwd=self.folder)

    def configure(self):
        settings, urls, asgi, permission, permissions = blocks("README", language="python")
        self.write("mysite/settings.py", settings)
        self.write("mysite/urls.py", urls)
        self.write("mysite/asgi.py", asgi, mode="w")
        self.write("projects/permissions.py", permission)
        self.write("mysite/settings.py", permissions)

    def shell(self, command):
        """A line of the README, with the variables that the lines before it exported."""
        script = f"{self.adapted(command)}\nenv -0 >variables"
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", script],
            cwd=self.folder,
            env={
                **self.environment.variables,
                **self.variables,
                "CURL_HOME": str(self.folder),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        exported = (self.folder / "variables").read_text().split("\0")
        pairs = (pair.split("=", 1) for pair in exported if "=" in pair)
        self.variables = {name: value for name, value in pairs if name in {"KEY", "SESSIONS"}}
        return done.stdout


@pytest.fixture(scope="module", params=HOSTS)
def host(request, environment, tmp_path_factory):
    key, changes, project = HOSTS[request.param]
    host = Host(tmp_path_factory.mktemp("host"), environment, key, changes)
    host.project = project
    host.configure()
    return host


@pytest.fixture(scope="module")
def answers(host, environment):
    """What each command below «Install it» and «Use it» printed, against the running server."""
    _commands, _install, then, push, read, follow = blocks("README", language="sh")
    migrate, create_key, serve = then.splitlines()
    host.shell(migrate)
    host.manage(
        "shell",
        "-c",
        "from django.contrib.auth.models import User; from projects.models import Project; "
        f"Project.objects.create(pk='{host.project}')"
        ".members.add(User.objects.create_user('alice'))",
    )
    host.shell(create_key)
    daphne, application = serve.split()
    with environment.serving(host.folder, host.port, daphne, "-p", str(host.port), application):
        # curl takes these from its configuration, so that the README's lines stay as they are.
        (host.folder / ".curlrc").write_text("silent\nshow-error\nfail\nmax-time = 3\n")
        yield {
            "push": host.shell(push),
            "read": [host.shell(line) for line in read.splitlines()],
            "follow": host.shell(f"{follow.strip()} || true"),
        }


def test_a_push_is_answered_with_the_session(host, answers):
    session = json.loads(answers["push"])
    assert (session["session_id"], str(session["team_id"])) == ("run-1", host.project)


def test_it_is_read_back_in_the_three_ways(answers):
    one, page, latest = answers["read"]
    assert one == latest == answers["push"]
    assert json.loads(page)["results"] == [json.loads(one)]


def test_a_follower_sees_it(answers):
    assert f"data: {answers['push']}\n\n" in answers["follow"]


def test_the_host_has_no_migration_to_make(host):
    assert "No changes detected" in host.manage("makemigrations", "--check", "--dry-run")


def test_the_hosts_checks_find_nothing(host):
    assert "no issues" in host.manage("check")


def test_the_whole_asgi_py_is_under_12_lines():
    assert len(blocks("README", language="python")[2].splitlines()) < 12


def test_the_readme_is_at_most_150_lines(readme):
    assert len(readme.splitlines()) <= 150


def test_the_settings_table_is_that_of_the_code(readme):
    from dataclasses import fields  # noqa: PLC0415

    from django_wizard_sessions.conf import Settings  # noqa: PLC0415

    table = readme.partition("## Settings")[2].partition("## ")[0]
    rows = [line.split("|")[1].strip(" `") for line in table.splitlines() if "| `" in line]
    assert rows == [field.name for field in fields(Settings)]
