"""For pipes, files and logs: a line for each change."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TextIO

from django_wizard_sessions.client import Session
from django_wizard_sessions.words import STATUSES

from . import words
from .printable import printable, printable_json


def say(line: str, output: TextIO | None = None) -> None:
    """At once: a pipe would hold it back."""
    print(line, file=output, flush=True)


class Lines(AbstractContextManager["Lines", None]):
    last: Session | None = None
    fault: str | None = None

    def __exit__(self, *_exception: object) -> None:
        """There is nothing to tidy up."""

    def show(self, session: Session) -> None:
        for line in changes(self.last, session):
            say(line)
        self.last = session

    def tell(self, fault: str | None) -> None:
        """What becomes of the connection is no part of the run."""
        if fault is not None and fault != self.fault:
            say(f"{words.LOST}: {printable(fault)}", sys.stderr)
        elif fault is None and self.fault is not None:
            say(words.BACK, sys.stderr)
        self.fault = fault


class JsonLines(Lines):
    """Each state as the server sent it."""

    def show(self, session: Session) -> None:
        say(printable_json(session.json))


def changes(last: Session | None, session: Session) -> Iterator[str]:
    if last is not None and last.session_id != session.session_id:
        last = None
    if last is None:
        yield printable(session.session_id)
    phase = words.phase(session)
    is_other_phase = last is None or words.phase(last) != phase
    if is_other_phase and not session.has_ended:
        yield printable(phase)
    statuses = {task.id: words.status(task, last) for task in last.tasks} if last else {}
    for task in session.tasks:
        status = words.status(task, session)
        if status != statuses.get(task.id, STATUSES["pending"]):
            yield f"  {printable(status):12}  {printable(task.title)}"
    if is_other_phase and session.has_ended:
        count = f" · {words.count(session)}" if session.tasks else ""
        yield words.headline(session, session.updated_at) + count
    if session.error and (last is None or session.error != last.error):
        for line in words.error_lines(session.error):
            yield f"  {line}"
