"""What runs in a page, tested by node's own test runner. `make lint` checks what is built of it."""

import gzip
import re
import subprocess

import pytest

from . import services
from .example import ROOT

TESTS = sorted((ROOT / "frontend" / "tests").glob("*.test.js"))
SCRIPT = ROOT / "django_wizard_sessions" / "static" / "wizard_sessions" / "wizard-session.js"


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_its_own_tests_pass(path):
    node = services.require_node()
    done = subprocess.run(
        [node, "--test", path], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout


def test_there_are_tests():
    assert TESTS


def test_the_script_has_at_most_12_kilobytes_gzipped():
    assert len(gzip.compress(SCRIPT.read_bytes())) <= 12_000


def test_the_script_is_one_module_that_needs_no_other():
    script = SCRIPT.read_text()
    assert not re.search(r"\bimport\b\s*[({\"'\w*]", script)
    assert "sourceMappingURL" not in script
