import os

from django_wizard_sessions.client import WizardSessionsError, follow

try:
    for session in follow(
        os.environ["SESSIONS"],
        workflow="integration",
        key=os.environ["WIZARD_SESSIONS_KEY"],
        on_fault=lambda fault: print(f"Not connected: {fault}" if fault else "Connected"),
    ):
        tasks = [task.title for task in session.tasks if task.status == "in_progress"]
        print(session.run_phase, session.updated_at, *tasks)
except WizardSessionsError as error:
    print(f"It cannot be followed: {error}")
