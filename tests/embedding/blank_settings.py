"""The example with one more page, whose template is in a folder of the test's."""

import os

from example_project.settings import *  # noqa: F403
from example_project.settings import TEMPLATES

ROOT_URLCONF = "tests.embedding.blank_urls"
TEMPLATES[0]["DIRS"] = [os.environ["BLANK_TEMPLATES"]]
