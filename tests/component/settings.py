"""The example, with a page around what a test puts into it."""

from example_project.settings import *  # noqa: F403

ROOT_URLCONF = "tests.component.urls"
