"""The example on a Redis that it shares with other hosts, such as those of another test run."""

import os

from example_project.settings import *  # noqa: F403

CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = os.environ["EXAMPLE_CHANNELS"]  # noqa: F405
