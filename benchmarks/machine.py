"""What the figures were measured on: the machine's kind, its cores, and the versions of all."""

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORES = {CORES[0]}
CLIENT_CORES = {CORES[-1]}
COMMANDS = f"{os.environ['PATH']}:/usr/sbin"
PACKAGES = (
    "django-wizard-sessions",
    "Django",
    "djangorestframework",
    "channels",
    "channels-redis",
    "uvicorn",
    "uvloop",
    "httptools",
    "psycopg",
    "starlette",
    "sse-starlette",
    "django-eventstream",
)
PROGRAMS = {
    "nginx": ["nginx", "-v"],
    "Redis": ["redis-server", "--version"],
    "PostgreSQL": ["psql", "--version"],
}


def describe() -> dict[str, Any]:
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    kernel = ".".join(platform.release().split(".")[:2])
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": cpu[1] if cpu else platform.processor(),
        "cores": len(CORES),
        "memory_gib": round(memory / 2**30),
        "system": f"{platform.system()} {kernel} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {**_packages(), **_programs()},
    }


def _packages() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _programs() -> dict[str, str]:
    found = {}
    for name, (command, *arguments) in PROGRAMS.items():
        path = shutil.which(command, path=COMMANDS)
        if path is None:
            found[name] = "not installed"
            continue
        said = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
        number = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
        found[name] = number[0] if number else "unknown"
    return found
