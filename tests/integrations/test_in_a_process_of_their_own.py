"""The other tests of this folder have more apps installed, and a database of their own."""

import subprocess
import sys

from tests.example import ROOT, inherited_environment

from .conftest import SETTINGS


def test_the_documented_packages_keep_to_the_scopes_and_permissions():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--ds", SETTINGS, "tests/integrations"],
        cwd=ROOT,
        env=inherited_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
