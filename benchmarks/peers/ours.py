"""This package, as installed: the example on uvicorn, its layer on Redis, all else by default."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.messages import FRAME_BYTES, OWN_FRAME_EXTRA, TOPIC, get, post, run
from benchmarks.servers import Server, uvicorn
from benchmarks.stage import Stage

SESSIONS = "/api/projects/1/wizard/sessions/"
APPLICATION = "example_project.asgi:application"


@contextmanager
def serve(stage: Stage, **wizard_sessions: int) -> Iterator[Server]:
    env = stage.environment(**wizard_sessions)
    workflow = f"{stage.workflow}-{TOPIC}"
    body = run(workflow, FRAME_BYTES - OWN_FRAME_EXTRA)
    query = f"?workflow_id={workflow}"
    with uvicorn(APPLICATION, stage.folder, env) as (process, port):
        yield Server(
            port,
            process,
            subscribe=get(f"{SESSIONS}stream/{query}", stage.authorization),
            publish=post(SESSIONS, body, stage.authorization),
            latest=get(f"{SESSIONS}latest/{query}", stage.authorization),
            silent_opening="retry:",
        )
