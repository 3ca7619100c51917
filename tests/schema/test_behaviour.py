"""The running example against its own schema: thousands of requests that the schema allows or not.

None may be answered by a 5xx, a status or a body that the schema does not have; nor may one be
refused that is right, or accepted that is wrong, or let in without its key.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import services
from tests.conftest import DATABASES
from tests.example import ROOT, inherited_environment, migrated, running
from tests.lengths import IS_THOROUGH

THOROUGHLY = ["--max-examples", "100"]
QUICKLY = ["--max-examples", "10", "--phases", "coverage,fuzzing"]


@pytest.mark.parametrize("kind", DATABASES if IS_THOROUGH else ["sqlite"])
def test_the_example_does_what_its_schema_says_and_nothing_else(kind, tmp_path):
    with (
        services.database(kind, tmp_path) as url,
        migrated(url, STREAM_MAX_DURATION=0.05) as env,  # or else no stream would ever be read
        running(env, tmp_path) as example,
    ):
        done = subprocess.run(
            [
                Path(sys.executable).parent / "schemathesis",
                "--config-file",
                Path(__file__).with_name("schemathesis.toml"),
                "--no-color",
                "run",
                f"{example.url}/api/schema/?format=json",
                "--header",
                f"Authorization: Bearer {example.key}",
                *(THOROUGHLY if IS_THOROUGH else QUICKLY),
            ],
            cwd=tmp_path,
            env={**inherited_environment(), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 selected / 5 total" in done.stdout
