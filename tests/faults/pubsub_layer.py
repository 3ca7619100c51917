"""The example, without what channels-redis itself logs of each connection that it lost."""

from example_project.settings import *  # noqa: F403

LOGGING["loggers"] = {"channels_redis": {"level": "CRITICAL"}}  # noqa: F405
