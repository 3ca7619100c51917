import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
django.setup()

from django_wizard_sessions import __version__  # noqa: E402

project = "django-wizard-sessions"
author = copyright = "The django-wizard-sessions authors"
release = version = __version__
extensions = ["myst_parser"]
html_theme = "furo"
exclude_patterns = ["_build", "performance/*"]  # the latter is included
myst_heading_anchors = 3
