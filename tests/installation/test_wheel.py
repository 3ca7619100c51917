"""What is installed has all that is needed, and not only Python's modules."""

from zipfile import ZipFile

from tests.example import ROOT


def test_the_wheel_has_all_files_of_the_package(environment):
    files = (path for path in (ROOT / "django_wizard_sessions").rglob("*.*") if path.is_file())
    needed = {str(path.relative_to(ROOT)) for path in files if path.suffix != ".pyc"}
    names = ZipFile(environment.wheel).namelist()
    assert {path.rpartition(".")[2] for path in needed} >= {"py", "js", "css", "html"}
    assert needed - set(names) == set()
