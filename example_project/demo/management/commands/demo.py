import asyncio
import json
import os
import signal
import socket
from contextlib import suppress
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError

from example_project.demo.children import child, manage

HOST = "127.0.0.1"
STREAM = "/api/projects/1/wizard/sessions/stream/?workflow_id=posthog-integration"
# A visitor who stops the wizard does not wait ten minutes to see what a page makes of it.
IMPATIENT = {"STALE_AFTER": 5, "STREAM_RECONCILE_INTERVAL": 1}


class Command(BaseCommand):
    help = "Serves the example, with a recorded wizard to try, at the PORT of the environment."
    requires_system_checks = ()  # all that has to do with the database happens in child processes

    def handle(self, *args: Any, **options: Any) -> None:
        port = usable_port(os.environ.get("PORT") or "8000")
        # A new database each time, and never the one that the visitor works with.
        with TemporaryDirectory(prefix="wizard-sessions-demo-") as folder:
            env = {
                **os.environ,
                "EXAMPLE_DEMO": "1",
                "EXAMPLE_DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
                "EXAMPLE_REDIS_URL": "",
                "EXAMPLE_WIZARD_SESSIONS": json.dumps(IMPATIENT),
            }
            asyncio.run(self.run_until_stopped(port, env))

    async def run_until_stopped(self, port: int, env: dict[str, str]) -> None:
        demo = asyncio.create_task(self.run(port, env))
        for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(stop, demo.cancel)
        with suppress(asyncio.CancelledError):
            await demo

    async def run(self, port: int, env: dict[str, str]) -> None:
        self.say("Preparing ...")
        url = f"http://{HOST}:{port}"
        key = await manage(env, "prepare_demo")
        env |= {"WIZARD_URL": url, "WIZARD_KEY": key}  # for the wizards that the server starts
        address = ("-b", HOST, "-p", str(port))
        asgi = "example_project.demo.asgi:application"
        async with child(env, "-m", "daphne", "-v", "0", *address, asgi) as server:
            invitation = asyncio.create_task(self.invite(url, key))
            try:
                code = await server.wait()
                raise CommandError(f"The server ended by itself, with exit code {code}.")
            finally:
                invitation.cancel()

    async def invite(self, url: str, key: str) -> None:
        await until_it_answers(url)
        self.say(
            f"\nSee a wizard run, and your page follow it:  {url}/\n"
            f"The same as an event stream:\n\n"
            f'curl -N -H "Authorization: Bearer {key}" "{url}{STREAM}"\n\n'
            "Ctrl-C ends it."
        )

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()  # a pipe would hold it back


def usable_port(text: str) -> int:
    port = int(text) if text.isdecimal() else 0
    if not 0 < port < 2**16:
        raise CommandError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used: {error.strerror}. Choose another, as in: "
                "PORT=8001 make demo"
            ) from None
    return port


async def until_it_answers(url: str) -> None:
    """Opens the page as its first visitor, which begins the first run."""
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            with suppress(httpx.TransportError):
                await client.get(url)
                return
            await asyncio.sleep(0.1)
