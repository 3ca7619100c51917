"""For people: the run, drawn anew as it goes on."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from django_wizard_sessions.client import Session, Task
from django_wizard_sessions.words import STATUSES, duration

from . import words
from .printable import printable

PHASE_STYLES = {"completed": "bold green", "error": "bold red"}
MARKS = {
    "pending": ("·", "dim"),
    "in_progress": ("▸", "yellow"),
    "completed": ("✓", "green"),
    "failed": ("✗", "red"),
    "canceled": ("-", "dim"),
}
SAID_BY_MARK = {"pending", "completed"}
FRAMES_PER_SECOND = 8
BAR_WIDTH = 40
OTHER_LINES = 7
"""What the picture has beside tasks, at most, and the line of the cursor."""


class Screen(AbstractContextManager["Screen", None]):
    """While it lasts, what fits; then, all of the last state, to stay on the screen."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.fault: str | None = None
        self.began: dict[str, datetime] = {}
        """Since when each task in progress is."""
        self.spinner: Spinner = Spinner("dots", style="cyan")
        self.console: Console = Console(highlight=False)
        self.live: Live = Live(
            get_renderable=self.draw,
            console=self.console,
            transient=True,
            refresh_per_second=FRAMES_PER_SECOND,
        )

    def __enter__(self) -> Self:
        self.live.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.live.stop()
        if self.session is not None:
            self.console.print(self.picture(self.session, self.session.tasks))

    def show(self, session: Session) -> None:
        same_run = self.session is not None and self.session.session_id == session.session_id
        known = self.began if same_run else {}
        self.began = {
            task.id: known.get(task.id, session.updated_at)
            for task in session.tasks
            if task.status == "in_progress"
        }
        self.session = session

    def tell(self, fault: str | None) -> None:
        self.fault = fault

    def draw(self) -> RenderableType:
        """As it is now. Called by a thread of its own."""
        session, fault = self.session, self.fault
        parts: list[RenderableType] = []
        if session is not None:
            fitting = around_current(session.tasks, self.console.height - OTHER_LINES)
            parts.append(self.picture(session, fitting))
        elif fault is None:
            parts.append(Text(words.WAITING, "dim"))
        if fault is not None:
            parts.append(one_line(f"{words.LOST}: {fault}", "yellow"))
        return Group(*parts)

    def picture(self, session: Session, tasks: Sequence[Task]) -> RenderableType:
        now = datetime.now(UTC)
        parts: list[RenderableType] = [
            one_line(
                words.headline(session, now), PHASE_STYLES.get(session.run_phase, "bold cyan")
            ),
            one_line(session.session_id, "dim"),
        ]
        if session.tasks:
            parts += [bar(session), self.task_list(session, tasks, now)]
        if left_out := len(session.tasks) - len(tasks):
            parts.append(Text(f"… {left_out} more tasks", "dim"))
        if session.error:
            parts.append(Text())
            parts += [Text(line, "red") for line in words.error_lines(session.error)]
        return Group(*parts)

    def task_list(self, session: Session, tasks: Sequence[Task], now: datetime) -> RenderableType:
        rows = Table.grid(padding=(0, 1))
        for task in tasks:
            status = words.status(task, session)
            if status == STATUSES["in_progress"]:
                time = duration(now - self.began.get(task.id, now))
                rows.add_row(self.spinner, one_line(task.title, "bold"), Text(time, "cyan"))
            else:
                mark, style = MARKS.get(task.status, ("?", ""))
                said = "" if task.status in SAID_BY_MARK else printable(status)
                rows.add_row(Text(mark, style), one_line(task.title), Text(said, style))
        return rows


def bar(session: Session) -> RenderableType:
    row = Table.grid(padding=(0, 1))
    row.add_row(
        ProgressBar(len(session.tasks), words.done(session), width=BAR_WIDTH),
        one_line(words.count(session)),
    )
    return row


def one_line(text: str, style: str = "") -> Text:
    return Text(printable(text), style, no_wrap=True, overflow="ellipsis")


def around_current(tasks: Sequence[Task], size: int) -> Sequence[Task]:
    """So many of the tasks that what is going on can be seen."""
    size = max(size, 1)
    done = [task.status not in {"pending", "in_progress"} for task in tasks]
    current = done.index(False) if False in done else len(tasks)
    start = max(0, min(current - size // 2, len(tasks) - size))
    return tasks[start : start + size]
