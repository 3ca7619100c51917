"""The example without a channel layer: as a host has it that runs a database and nothing else."""

from example_project.settings import *  # noqa: F403

CHANNEL_LAYERS = {}
