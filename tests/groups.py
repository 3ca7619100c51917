"""What of the tests is for one worker, where there are several: ``pytest -n 3``.

Tests that share what takes long to set up are a group, so that it is set up once. It is known by
a test's name alone: of the marks of xdist's own ``loadgroup``, pytest 9.2 tells it nothing.
"""

import os
import re
from functools import cache

from xdist.scheduler import LoadScopeScheduling

# What has bounds of time runs beside no other such, and goes before whatever else there is to do.
TIMED = ("tests/faults/", "tests/live/")
# But these run beside them: their bounds are several seconds and a minute, and they take as long.
BESIDE = ("tests/live/test_shutdown.py", "tests/installation/test_fresh_clone.py")
# Each of these has hosts of its own, for all of its files.
FOLDERS = (
    "tests/client/",
    "tests/component/",
    "tests/deployment/",
    "tests/hostility/",
    "tests/installation/",
    "tests/typescript/",
)
# It has a database of each kind, but not the host that other tests have there.
RACES = "tests/concurrency/test_first_pushes.py"
# They begin first, so that none of them is left for the end.
LONGEST = (
    "timed",
    "timed, beside",
    "mariadb",
    "tests/installation/",
    "tests/component/",
    "postgresql",
    "sqlite",
    f"{RACES} postgresql",
    f"{RACES} mariadb",
    f"{RACES} sqlite",
    "tests/client/",
    "tests/test_interleavings.py",
    "tests/typescript/",
    "tests/properties/test_hub.py",
    "tests/example_project/test_shop_window.py",
    "tests/deployment/",
    "tests/embedding/test_pages.py",
)


def group(test: str) -> str:
    """The folder or the file; or the database's kind, where a host on each is shared."""
    path = test.partition("::")[0]
    if database := re.search(r"\[(sqlite|postgresql|mariadb)\b", test):
        return f"{path} {database[1]}" if path == RACES else database[1]
    if path in BESIDE:
        return "timed, beside"
    if path.startswith(TIMED):
        return "timed"
    return next(filter(path.startswith, FOLDERS), path)


def give_way(test: str) -> None:
    """A test without bounds of time, to those with them: other workers began with these."""
    if group(test) not in {"timed", "timed, beside"}:
        _lower_priority()


@cache
def _lower_priority() -> None:
    os.nice(5)  # of this process, and of those that it is yet to start


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)

    def _assign_work_unit(self, node):
        for longest in reversed(LONGEST):
            if longest in self.workqueue:
                self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)
