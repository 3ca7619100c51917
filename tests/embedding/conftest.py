import pytest

from tests.documented import blocks
from tests.example import manage, migrated, running

BLANK = '<!doctype html>\n<html lang="en">\n<title>Blank</title>\n<link rel="icon" href="data:,">\n'
SUPERUSER = (
    "from django.contrib.auth.models import User; "
    "User.objects.create_superuser('root', password='root')"
)


@pytest.fixture(scope="session")
def lines():
    """What the docs say to add to a page."""
    tag, _mount = blocks("component", "The template tag", "html")
    return tag


@pytest.fixture(scope="session")
def host(lines, tmp_path_factory):
    """The example with a page that was blank before it got the docs' lines."""
    folder = tmp_path_factory.mktemp("blank")
    (folder / "blank.html").write_text(BLANK + lines)
    with migrated(f"sqlite:///{folder}/db.sqlite3") as env:
        env |= {
            "BLANK_TEMPLATES": str(folder),
            "DJANGO_SETTINGS_MODULE": "tests.embedding.blank_settings",
        }
        manage(env, "shell", "-c", SUPERUSER)
        with running(env, folder) as host:
            yield host


@pytest.fixture
def log_in(host):
    """Lets a browser in, by the cookies of who logged in by the form."""

    def log_in(context, username="alice"):
        cookies = host.log_in(username).items()
        context.add_cookies(
            [{"name": name, "value": value, "url": host.url} for name, value in cookies]
        )

    return log_in
