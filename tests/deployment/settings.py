"""The example with what the docs add to a host's settings for a proxy."""

from example_project.settings import *  # noqa: F403
from tests.documented import blocks

[added] = blocks("proxies", "Django")
exec(added)
