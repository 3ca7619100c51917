"""Runs the package's command, or a script, as where some packages are not installed.

Those are named first, by commas.
"""

import runpy
import sys


class Absent:
    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


if __name__ == "__main__":
    sys.meta_path.insert(0, Absent(sys.argv.pop(1).split(",")))
    if sys.argv[1].endswith(".py"):
        runpy.run_path(sys.argv[1], run_name="__main__")
    else:
        runpy.run_module("django_wizard_sessions", run_name="__main__", alter_sys=True)
