from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from tests.example import Example

from .history import History

WORKFLOW = "history"


@dataclass
class Stage:
    """Where wizards, viewers and nemeses meet. Each draws from the one seed by its own name."""

    seed: str
    processes: tuple[Example, Example]
    session_length: timedelta
    history: History = field(default_factory=History)

    def random(self, name: str) -> Random:
        return Random(f"{self.seed} {name}")
