"""No page has code that no test carries out. Of a shell, at least our own commands are right."""

import ast
import re
import shlex
import subprocess
from importlib.metadata import metadata

import pytest
from django.core.management import CommandError, get_commands, load_command_class

from django_wizard_sessions.terminal.command import make_parser
from tests.documented import PAGES, blocks
from tests.example import ROOT

EVERY = [block for page in PAGES for block in blocks(page)]
OF_SHELLS = [block for block in EVERY if block.language == "sh"]
SEPARATORS = "();<>|&\n"
OURS = ("django_wizard_sessions", "make", "manage.py", "pip")


def place(block):
    return f"{PAGES[block.page].name}:{block.line}"


def asked_for():
    """What tests ask for by calls of ``blocks()``: a page, and a section or a language, or all."""
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name("blocks"), args=[ast.Constant(page), *section], keywords=language
                ):
                    named = [*section, *(keyword.value for keyword in language)]
                    constants = [it.value for it in named if isinstance(it, ast.Constant)]
                    if len(constants) == len(named):
                        yield page, *constants


def is_asked_for(block, asked):
    return any(
        page == block.page and set(named) <= {block.section, block.language}
        for page, *named in asked
    )


def commands(script):
    """Each command in a script, by its words."""
    script = re.sub(r"(^|\s)#.*$", "", script.replace("\\\n", ""), flags=re.MULTILINE)
    lexer = shlex.shlex(script, posix=True, punctuation_chars=SEPARATORS)
    lexer.whitespace, lexer.whitespace_split = " ", True
    words = []
    for word in [*lexer, "\n"]:
        if set(word) <= set(SEPARATORS):
            yield words
            words = []
        else:
            words.append(word)


@pytest.fixture
def management_commands(settings):
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.staticfiles"]
    return get_commands.__wrapped__()  # type: ignore[attr-defined]  # past its cache


@pytest.fixture
def understand(management_commands):
    """Fails for a script with a command that is known here, and does not take what is written."""

    def understand_command(words):
        while words and words[0] not in OURS:
            words = words[1:]
        match words:
            case ["manage.py", name, *arguments]:
                command = load_command_class(management_commands[name], name)
                command.create_parser("manage.py", name).parse_args(arguments)
            case ["django_wizard_sessions", *arguments]:
                make_parser().parse_args(arguments)
            case ["pip", *_, package] if "[" in package:
                extras = set(re.split(r"[\[\],]", package)[1:-1])
                provided = metadata("django-wizard-sessions").get_all("Provides-Extra") or []
                assert extras <= set(provided)
            case ["make", target]:
                makefile = (ROOT / "Makefile").read_text()
                assert re.search(rf"^{target}:", makefile, re.MULTILINE)

    def understand(script):
        for words in commands(script):
            understand_command(words)

    return understand


def test_every_block_is_asked_for_by_a_test_or_is_of_a_shell_and_sends_no_request():
    asked = [*asked_for()]
    forgotten = [
        place(block)
        for block in EVERY
        if (block.language != "sh" or "curl" in block) and not is_asked_for(block, asked)
    ]
    assert forgotten == []


@pytest.mark.parametrize("block", OF_SHELLS, ids=place)
def test_a_shell_can_read_it(block):
    subprocess.run(["bash", "-n"], input=block, text=True, check=True)


@pytest.mark.parametrize("block", OF_SHELLS, ids=place)
def test_its_commands_take_their_arguments(block, understand):
    understand(block)


@pytest.mark.parametrize(
    "line",
    [
        "python manage.py prune_wizard_sessions --day 90x",
        "python manage.py prune_wizards",
        "KEY=$(python manage.py create_api_key alice --scopes wizard_session:read)",
        "wait && python -m django_wizard_sessions follow --workflow integration",
        'pip install "django-wizard-sessions[dahpne]"',
        "make demonstration  # of what is not there",
    ],
)
def test_a_command_that_is_wrong_is_noticed(line, understand):
    with pytest.raises((AssertionError, CommandError, KeyError, SystemExit)):
        understand(line)
