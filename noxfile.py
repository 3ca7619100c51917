"""The matrix: each Python with each Django that knows it, and the oldest of everything.

``nox`` runs all of it, ``nox --list`` names the sessions. What comes behind ``--`` goes to pytest.
"""

import nox

nox.options.default_venv_backend = "venv"

MATRIX = [
    ("3.11", "5.2"),
    ("3.12", "5.2"),
    ("3.12", "6.0"),
    ("3.12", "6.1"),
    ("3.13", "5.2"),
    ("3.13", "6.0"),
    ("3.13", "6.1"),
]
OLDEST = [
    "channels==4.3.*",
    "channels-redis==4.3.*",
    "django==5.2.0",
    "djangorestframework==3.16.0",
]

# What depends on browsers, proxies, databases and node more than on versions: make test has it.
ELSEWHERE = (
    "client",
    "component",
    "concurrency",
    "deployment",
    "docs",
    "embedding",
    "example_project",
    "faults",
    "hostility",
    "installation",
    "properties",
    "scale",
    "typescript",
)


@nox.session
@nox.parametrize(("python", "django"), MATRIX)
def tests(session: nox.Session, django: str) -> None:
    session.install("--editable", ".[dev]", f"django=={django}.*")
    run_tests(session)


@nox.session(python=["3.11", "3.12", "3.13"])
def installation(session: nox.Session) -> None:
    """The wheel with what it offers to hosts, in an environment that has nothing else."""
    session.install("--no-compile", ".[daphne,prometheus,redis,schema,terminal]")
    session.run("python", "-W", "error", "tests/installation/everything.py")


@nox.session(python="3.11")
def oldest(session: nox.Session) -> None:
    session.install("--editable", ".[dev]", *OLDEST)
    run_tests(session)


def run_tests(session: nox.Session) -> None:
    ignored = [f"--ignore=tests/{folder}" for folder in ELSEWHERE]
    session.run("pytest", "--quiet", "-n", "3", *ignored, *session.posargs)
