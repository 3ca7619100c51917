"""The same tests at two lengths: short in every run, thorough with ``make test-faults``."""

import os

IS_THOROUGH = os.environ.get("FAULTS") == "thorough"


def at_length(*, short, thorough):
    return thorough if IS_THOROUGH else short
