"""The load client's own process: takes commands as lines of JSON, and answers each by a line."""

import asyncio
import gc
import json
import sys
import threading
from typing import Any

import uvloop

from .commands import Commands


async def serve() -> None:
    loop = asyncio.get_running_loop()
    commands = Commands()
    lines: asyncio.Queue[str] = asyncio.Queue()
    running: set[asyncio.Task[None]] = set()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")

    async def answer(number: int, command: dict[str, Any]) -> None:
        try:
            outcome = await commands.do(command)
        except Exception as error:  # noqa: BLE001  # it is the benchmark that has to say so
            outcome = {"fault": repr(error)}
        print(json.dumps({"number": number, **outcome}), flush=True)

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        task = asyncio.create_task(answer(**json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)


if __name__ == "__main__":
    gc.disable()  # it makes no circles, and must not pause
    uvloop.run(serve())
