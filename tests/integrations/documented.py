"""The code in the docs, as a host that follows them has it."""

import sys
from collections import defaultdict
from copy import deepcopy
from functools import cache
from types import ModuleType

from tests.documented import blocks
from tests.host import settings as host

OF_THE_HOST = {'"projects.Project"': '"host.Project"', "projects.view_": "host.view_"}


@cache
def sections():
    """By heading, the code blocks of a section, by the file that their first line names."""
    found = defaultdict(dict)
    for block in [*blocks("authentication"), *blocks("permissions")]:
        file, text = block.file()
        found[block.section][file] = text
    return dict(found)


def code(section, file):
    text = sections()[section][file]
    for documented, here in OF_THE_HOST.items():
        text = text.replace(documented, here)
    return compile(text, f"{section}: {file}", "exec")


def settings(section):
    """The settings that the section adds to those of the tests' host, or changes."""
    given = {name: value for name, value in vars(host).items() if name.isupper()}
    after = deepcopy(given)
    if "settings.py" in sections()[section]:
        exec(code(section, "settings.py"), after)
    return {
        name: after[name] for name in after if name.isupper() and after[name] != given.get(name)
    }


def changed_settings(section):
    """Those of the host's own, which one section has otherwise than another."""
    changed = {name: value for name, value in settings(section).items() if hasattr(host, name)}
    changed.pop("INSTALLED_APPS", None)
    return changed


def settings_of_all():
    """What all sections add: their apps, and the settings of packages of their own."""
    apps, added = dict.fromkeys(host.INSTALLED_APPS), {}
    for section in sections():
        for name, value in settings(section).items():
            if name == "INSTALLED_APPS":
                apps |= dict.fromkeys(value)
            elif not hasattr(host, name):
                added[name] = value
    return {**added, "INSTALLED_APPS": [*apps]}


@cache
def module(section, file):
    """Executed once, as Python does it. Models are the tests' app's."""
    if file == "projects/models.py":
        return sys.modules["tests.integrations.models"]
    made = ModuleType(module_name(file))
    exec(code(section, file), vars(made))
    return made


def module_name(file):
    return file.removesuffix(".py").replace("/", ".")
