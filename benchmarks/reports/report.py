"""The raw results of some runs, put into words for a page of the docs."""

import json
from pathlib import Path


def write(raw: Path, to: Path) -> str:
    runs = [json.loads(path.read_text()) for path in sorted(raw.glob("run-*.json"))]
    return "\n".join(json.dumps(run["records"], indent=1) for run in runs)
