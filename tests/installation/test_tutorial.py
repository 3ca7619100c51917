"""The tutorial's own lines, carried out from the first to the last, and seen in a browser."""

import re
import subprocess

import pytest
from playwright.sync_api import expect

from tests.documented import PAGES, blocks
from tests.example import free_port

PAGE = PAGES["tutorial"].read_text(encoding="utf-8")
BLOCKS = blocks("tutorial")
FILE = re.compile(r"(?:# |\{# )([\w/.]+)(, at its end)?(?: #\})?\n")
PUSHES = BLOCKS[-2:]
# The environment of these tests was made by the very same lines; the server has its own port.
DONE_BEFORE = {
    "mkdir shop && cd shop\n",
    "python3 -m venv .venv && . .venv/bin/activate\n",
    'pip install "django-wizard-sessions[daphne]"\n',
    "python manage.py runserver\n",
}


class Reader:
    """Somebody who does what the page says, with what would be released."""

    def __init__(self, folder, environment):
        self.folder, self.environment = folder, environment
        self.port = free_port()

    def adapted(self, text):
        return text.replace(":8000/", f":{self.port}/")

    def write(self, text):
        first_line = FILE.match(text)
        assert first_line, text
        name, at_its_end = first_line.groups()
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text() if at_its_end else "") + self.adapted(text))

    def shell(self, script):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.adapted(script)],
            cwd=self.folder,
            env=self.environment.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def reader(environment, tmp_path_factory):
    """Has done all up to the server, which runs."""
    reader = Reader(tmp_path_factory.mktemp("shop"), environment)
    for text in BLOCKS[: -len(PUSHES)]:
        if text.language == "sh":
            reader.shell("".join(line for line in text.splitlines(True) if line not in DONE_BEFORE))
        else:
            reader.write(text)
    runserver = ("python", "manage.py", "runserver", "--noreload", str(reader.port))
    with environment.serving(reader.folder, reader.port, *runserver):
        yield reader


def test_the_page_shows_a_run_as_it_happens(reader, visitor):
    visitor.expected_error = r".* 404 \(Not Found\)"  # an empty project has no favicon
    first, others = PUSHES
    address, *_others = re.findall(r"<(http://\S+)>", PAGE)
    visitor.goto(reader.adapted(address))
    visitor.get_by_label("Username").fill("alice")
    visitor.get_by_label("Password").fill("alice")
    visitor.get_by_role("button", name="Log in").click()
    expect(visitor.get_by_text("Nothing has run yet")).to_be_visible()
    expect(visitor.get_by_text("Live", exact=True)).to_be_visible()

    reader.shell(first)
    expect(visitor.get_by_text("0 of 2 tasks done")).to_be_visible()
    expect(visitor.get_by_role("listitem").first).to_have_text("Detect the frameworkin progress")

    reader.shell(first.partition("\npush ")[0] + "\n" + others)
    expect(visitor.get_by_text("Completed")).to_be_visible()
    expect(visitor.get_by_text("2 of 2 tasks done")).to_be_visible()
