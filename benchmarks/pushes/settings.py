"""The example on PostgreSQL with a pool of connections, as the docs advise, and with the peers."""

from example_project.settings import DATABASES
from tests.own_channels import *  # noqa: F403

ROOT_URLCONF = "benchmarks.peers.plain_push"
# Without it, each request would open a connection: that would hide what else it costs.
DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 10, "max_size": 10}}
