"""What a tag releases: what `.ci/release` makes of a copy whose changelog is dated."""

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from django_wizard_sessions import __version__
from noxfile import MATRIX
from tests.example import ROOT, inherited_environment

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def checkout(copy_repository, tmp_path_factory):
    """The repository as it is tagged."""
    folder = tmp_path_factory.mktemp("tagged")
    copy_repository(folder)
    return folder


@pytest.fixture(scope="module")
def dist(checkout):
    """The files that are released."""
    date_the_changelog(checkout)
    released = release(checkout, f"v{__version__}")
    assert released.returncode == 0, released.stdout + released.stderr
    return checkout / "dist"


@pytest.fixture(scope="module")
def wheel(dist):
    [path] = dist.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        yield wheel


@pytest.fixture(scope="module")
def metadata(wheel):
    name = f"django_wizard_sessions-{__version__}.dist-info/METADATA"
    return message_from_bytes(wheel.read(name))


def date_the_changelog(folder):
    changelog = folder / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    changelog.write_text(text.replace("(unreleased)", "(2026-12-01)", 1), encoding="utf-8")


def release(folder, tag):
    tools = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        [folder / ".ci" / "release", tag],
        env={**inherited_environment(), "PATH": tools},
        capture_output=True,
        text=True,
        check=False,
    )


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_a_tag_of_another_version_is_not_released(checkout):
    released = release(checkout, "v9.9")
    assert released.returncode == 1
    assert f"the tag is v9.9, but the version in the package is {__version__}" in released.stderr


def test_a_version_without_its_day_in_the_changelog_is_not_released(copy_repository, tmp_path):
    copy_repository(tmp_path)
    changelog = tmp_path / "CHANGELOG.md"
    text = re.sub(r"^(## \S+) \(.*\)$", r"\1", changelog.read_text(), flags=re.MULTILINE)
    changelog.write_text(text)
    released = release(tmp_path, f"v{__version__}")
    assert released.returncode == 1
    assert "CHANGELOG.md has no line" in released.stderr


def test_elsewhere_and_at_another_time_the_same_bytes_are_built(dist, copy_repository, tmp_path):
    """The wheel of the repository itself is also that of the sdist, of which `dist` has it."""
    elsewhere = tmp_path / "elsewhere"
    copy_repository(elsewhere)
    date_the_changelog(elsewhere)
    for path in elsewhere.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    command = [sys.executable, "-m", "build", "--sdist", "--wheel", elsewhere]
    subprocess.run(command, check=True, capture_output=True)
    assert digests(elsewhere / "dist") == digests(dist)


def test_the_wheel_has_every_file_of_the_package_and_no_other(wheel, checkout):
    package = checkout / "django_wizard_sessions"
    expected = {str(path.relative_to(checkout)) for path in package.rglob("*") if path.is_file()}
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == expected


def test_the_sdist_has_the_sources_of_what_the_wheel_serves_built(dist):
    [path] = dist.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"README.md", "CHANGELOG.md", "LICENSE", "frontend/src/main.js"} <= names
    assert not {name for name in names if name.startswith(("tests/", "frontend/node_modules"))}


def test_no_link_of_the_package_page_leads_into_the_repository(metadata, readme):
    page = metadata.get_payload()
    assert readme.splitlines()[0] in page
    assert re.findall(r"\]\((?!https://)[^)]*\)|^!.*", page, re.MULTILINE) == []


def test_the_changelog_begins_with_the_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+) \(", changelog, re.MULTILINE)[0] == __version__


def test_the_classifiers_name_the_versions_that_are_tested():
    known = r"(Programming Language :: Python|Framework :: Django) :: (\d+\.\d+)"
    matches = filter(None, (re.fullmatch(known, name) for name in PROJECT["classifiers"]))
    pythons, djangos = (set(versions) for versions in zip(*MATRIX, strict=True))
    assert {match.groups() for match in matches} == {
        *(("Programming Language :: Python", python) for python in pythons),
        *(("Framework :: Django", django) for django in djangos),
    }
