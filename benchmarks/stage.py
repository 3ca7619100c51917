"""What all peers of one run share: a folder, a database with its tables, and a key."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.example import environment, manage

from .databases import REDIS, database

ROOM_FOR_STREAMS = {"MAX_STREAMS_PER_PROJECT": 20_000, "MAX_STREAMS_PER_PROCESS": 20_000}
"""The one thing that is not left at its default."""


@dataclass(frozen=True)
class Stage:
    folder: Path
    database_url: str
    key: str
    workflow: str = field(default_factory=lambda: f"bench-{uuid.uuid4().hex[:8]}")
    """Redis' channels are shared by all who use it: no other run may have the same topics."""
    channels: str = field(default_factory=lambda: f"bench-{uuid.uuid4().hex[:8]}")
    """The same in each process, which is to hear of what the others are pushed."""

    def environment(self, **wizard_sessions: int) -> dict[str, str]:
        settings = {**ROOM_FOR_STREAMS, **wizard_sessions}
        env = environment(self.database_url, REDIS, **settings)
        return {**env, "EXAMPLE_CHANNELS": self.channels}

    @property
    def authorization(self) -> str:
        return f"Authorization: Bearer {self.key}"


@contextmanager
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as url:
        key = manage(environment(url), "prepare_demo").splitlines()[-1]
        yield Stage(Path(folder), url, key)
