"""The example's settings, with django-eventstream in the place of this package's views."""

from example_project.settings import *  # noqa: F403
from example_project.settings import INSTALLED_APPS as OF_EXAMPLE

INSTALLED_APPS = [*OF_EXAMPLE, "django_eventstream"]
ROOT_URLCONF = "benchmarks.peers.eventstream.urls"
EVENTSTREAM_CHANNELMANAGER_CLASS = "django_eventstream.channelmanager.DefaultChannelManager"
