import asyncio
import os

from django_wizard_sessions.client import WizardRun, afollow, alatest, alist_sessions

URL = os.environ["SESSIONS"]
KEY = os.environ["WIZARD_SESSIONS_KEY"]


async def install(run: WizardRun, package: str) -> None:
    with run.task(f"Install {package}"):
        await asyncio.sleep(0.1)


async def main() -> None:
    async with WizardRun(URL, workflow="packages", skill="python", key=KEY) as run:
        await asyncio.gather(install(run, "httpx"), install(run, "rich"))
    async for session in afollow(URL, workflow="packages", key=KEY):
        print(session.run_phase, *[f"{task.title}: {task.status}" for task in session.tasks])
    if newest := await alatest(URL, workflow="packages", key=KEY):
        print("Started at", newest.started_at)
    async for session in alist_sessions(URL, workflow="packages", key=KEY):
        print(session.session_id, session.run_phase)


asyncio.run(main())
