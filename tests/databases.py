"""Another database in place of the one that the tests have: of another kind, or with much in it."""

from contextlib import contextmanager

import dj_database_url
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections
from django.db.utils import load_backend

from tests import services


@contextmanager
def postgresql(folder, django_db_blocker):
    """With its tables, and gone at the end."""
    with (
        services.database("postgresql", folder) as url,
        django_db_blocker.unblock(),
        _as_default(url),
    ):
        call_command("migrate", verbosity=0)
        yield


@contextmanager
def _as_default(url):
    """The default database of this thread is, meanwhile, another one."""
    settings = connections.configure_settings({"default": dj_database_url.parse(url)})["default"]
    usual = connections["default"]
    ContentType.objects.clear_cache()
    connections["default"] = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, "default")
    try:
        yield
    finally:
        connection.close()
        connections["default"] = usual
        ContentType.objects.clear_cache()
