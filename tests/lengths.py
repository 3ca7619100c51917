"""The same tests at two lengths: short in every run, thorough with ``make test-faults``."""

import os
from typing import TypeVar

Length = TypeVar("Length")

IS_THOROUGH = os.environ.get("FAULTS") == "thorough"


def at_length(*, short: Length, thorough: Length) -> Length:
    return thorough if IS_THOROUGH else short
