"""The same below a prefix."""

from tests.documented import blocks

from .settings import *  # noqa: F403

_location, added = blocks("proxies", "Below a prefix")
exec(added)
