"""The results of some runs, as a page of the docs includes them."""

from pathlib import Path

from benchmarks.pushes.report import svg

from . import of_ours, of_peers, plots
from .medians import Results

PLOT = "peers.svg"
GENERATED = "<!-- Written by `make bench-full`. -->"


def write(raw: Path, to: Path) -> str:
    """Returns what it wrote."""
    results = Results.read(raw)
    to.mkdir(parents=True, exist_ok=True)
    parts = [GENERATED, of_peers.conditions(results)]
    if any(results.median(peer, "fanout") for peer in results.peers):
        plots.draw(results, to / PLOT)
        parts.append(f"![Processor time, memory and connects of all peers]({PLOT})")
    if push := results.median("ours", "push"):
        (to / "push.svg").write_text(svg(push["parts"]))
    parts += [
        of_peers.peers_table(results),
        of_peers.latency_table(results),
        *of_ours.sections(results),
    ]
    text = "\n\n".join(part for part in parts if part) + "\n"
    (to / "results.md").write_text(text)
    return text
