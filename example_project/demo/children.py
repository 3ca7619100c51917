"""The Python processes that the demo starts."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

ROOT = Path(__file__).parent.parent.parent


@asynccontextmanager
async def child(
    env: Mapping[str, str], *arguments: str, **pipes: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that is gone when the block is left, however that happens, with all it started.

    In a session of its own: the Ctrl-C of a terminal reaches the demo alone, which ends the block.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env=env, start_new_session=True, **pipes
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # at once: nothing that it holds is to be kept
        await process.wait()


async def manage(env: Mapping[str, str], *arguments: str) -> str:
    """The output of a management command of the example."""
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    async with child(env, "example_project/manage.py", *arguments, **pipes) as process:
        output, errors = await process.communicate()
    if process.returncode:
        raise CommandError(f"{arguments[0]} failed:\n{errors.decode()}")
    return output.decode().strip()
