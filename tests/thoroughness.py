"""How long the tests may search: moments in every run, and as long as it takes where asked."""

import os

THOROUGH = os.environ.get("FAULTS") == "thorough"
