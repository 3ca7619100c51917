"""What runs in a page, tested by node's own test runner."""

import subprocess

import pytest

from . import services
from .example import ROOT

TESTS = sorted((ROOT / "frontend" / "tests").glob("*.test.js"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_its_own_tests_pass(path):
    node = services.require_node()
    done = subprocess.run(
        [node, "--test", path], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout


def test_there_are_tests():
    assert TESTS
