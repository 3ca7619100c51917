"""A host with all of the documented packages installed; each test's host uses one of them."""

import os

from tests.host.settings import *  # noqa: F403
from tests.integrations import documented

globals().update(documented.settings_of_all())
INSTALLED_APPS += ["tests.integrations"]  # noqa: F405
SECRET_KEY = "for-tests-only, and long enough for a JWT"
DATABASES["default"] |= {  # noqa: F405
    "TEST": {"NAME": f"integrations-{os.getpid()}.sqlite3"},
    "OPTIONS": {"init_command": "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY"},
}
