"""The command line: what it takes, where it shows a run, and its exit status."""

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from io import TextIOWrapper
from typing import NoReturn, Protocol

from django_wizard_sessions import __version__
from django_wizard_sessions.client import Session, WizardSessionsError, follow

from .lines import JsonLines, Lines, say
from .printable import printable

KEY_VARIABLE = "WIZARD_SESSIONS_KEY"
UNAUTHORIZED = 401
LONGEST_REASON = 1000
CANNOT_FOLLOW = 3
SIGNALLED = 128  # and the number of the signal, as in a shell
STANDARD_OUTPUT = 1  # which may be closed
SIGPIPE = 13  # which not every system has
EPILOG = f"""\
The key is read from the environment variable {KEY_VARIABLE}: others may see the arguments of a
command. It is sent as "Authorization: Bearer KEY"; a key that names another scheme, as in
"Token KEY", is sent as it is.

Exit status: 0 where the run completed, 1 where it ended in an error, 2 for wrong arguments,
3 where it cannot be followed, 130 after Ctrl-C.
"""


class View(AbstractContextManager["View", None], Protocol):
    def show(self, session: Session) -> None: ...

    def tell(self, fault: str | None) -> None:
        """What is wrong with the connection; ``None`` as soon as it works."""


def main() -> int:
    parser = make_parser()
    arguments = vars(parser.parse_args())
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # it may know few letters
    view = JsonLines() if arguments.pop("json") else view_for_output()
    try:
        states = follow(**arguments, key=os.environ.get(KEY_VARIABLE), on_fault=view.tell)
    except (OSError, ValueError) as error:  # certificates that are not there, say
        parser.error(printable(str(error)))
    signal.signal(signal.SIGTERM, leave)
    try:
        return show(states, view)
    except WizardSessionsError as error:
        say(f"Cannot follow: {printable(str(error), LONGEST_REASON)}", sys.stderr)
        if error.status == UNAUTHORIZED and KEY_VARIABLE not in os.environ:
            say(f"Set {KEY_VARIABLE} to your key.", sys.stderr)
        return CANNOT_FOLLOW
    except OSError as error:  # of the output: the client lets none through
        return end_without_output(error)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m django_wizard_sessions",
        description="Follow a wizard's runs from a terminal.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "follow",
        help="show the latest run until it has ended",
        description="Show the latest run of a workflow, live, until it has ended.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = command.add_argument
    add("url", metavar="URL", help="of the sessions: https://.../wizard/sessions/")
    add("--workflow", metavar="ID", required=True, help="what the wizard does")
    add("--skill", metavar="ID", help="for which framework; any, if none is named")
    which = command.add_mutually_exclusive_group()
    which.add_argument("--session", metavar="ID", help="follow the run of this id alone")
    which.add_argument(
        "--new", action="store_true", help="wait for a new run where the latest has ended already"
    )
    add("--json", action="store_true", help="print each state as a line of JSON")
    return parser


def view_for_output() -> View:
    if not os.isatty(STANDARD_OUTPUT) or os.environ.get("TERM") == "dumb":
        return Lines()
    try:
        from .screen import Screen  # noqa: PLC0415
    except ModuleNotFoundError:  # rich is an extra
        return Lines()
    return Screen()


def show(states: Iterator[Session], view: View) -> int:
    completed = False
    with view:
        for session in states:
            view.show(session)
            completed = session.run_phase == "completed"
    return 0 if completed else 1


def leave(number: int, _frame: object) -> NoReturn:
    """Having tidied the screen up."""
    sys.exit(SIGNALLED + number)


def end_without_output(error: OSError) -> int:
    """Nobody reads on, as after ``| head``; or the disk is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to be flushed
    if isinstance(error, BrokenPipeError):
        return SIGNALLED + SIGPIPE
    say(f"Cannot write: {error.strerror}", sys.stderr)
    return CANNOT_FOLLOW
