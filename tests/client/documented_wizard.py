import os
import subprocess
import sys

from django_wizard_sessions.client import WizardRun

URL = os.environ["SESSIONS"]  # https://example.org/api/projects/1/wizard/sessions/
KEY = os.environ["WIZARD_SESSIONS_KEY"]  # with the scope wizard_session:write

with WizardRun(URL, workflow="check", skill="python", key=KEY) as run:
    run.plan("Check the interpreter", "Check the packages")
    with run.task("Check the interpreter"):
        subprocess.run([sys.executable, "--version"], check=True)
    with run.task("Check the packages"):
        subprocess.run([sys.executable, "-c", "import httpx, json"], check=True)
