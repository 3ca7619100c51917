"""The peers' figures as bars, drawn so that two drawings of the same figures are the same file."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

from benchmarks.peers.catalogue import PEERS

from .markdown import number
from .medians import FANOUT, Results

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "django-wizard-sessions"
mpl.rcParams["svg.fonttype"] = "none"  # text stays text
from matplotlib import pyplot as plt  # noqa: E402  # after the backend is chosen

OURS, OTHERS = "#0c6b58", "#9aa5b1"
CHARTS = (
    ("CPU ms per 1,000 events", "fanout", FANOUT),
    ("KiB per idle stream", "memory", "kib_per_stream"),
    ("seconds for all connects", "storm", "seconds"),
)


def draw(results: Results, path: Path) -> None:
    peers = [
        peer
        for peer in reversed(results.peers)
        if any(results.median(peer, measurement) for _, measurement, _ in CHARTS)
    ]
    figure, axes = plt.subplots(
        1, len(CHARTS), figsize=(12, 0.6 + 0.42 * len(peers)), sharey=True, layout="constrained"
    )
    for axis, (name, measurement, of) in zip(axes, CHARTS, strict=True):
        values = [results.median(peer, measurement).get(of) for peer in peers]
        _bars(axis, name, peers, values)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _bars(axis: Any, name: str, peers: list[str], values: list[float | None]) -> None:
    lengths = [value or 0 for value in values]
    colours = [OURS if peer == "ours" else OTHERS for peer in peers]
    bars = axis.barh([PEERS[peer].title for peer in peers], lengths, color=colours)
    axis.bar_label(bars, [number(value) for value in values], padding=3, fontsize=9)
    axis.set_title(name, fontsize=10, loc="left")
    axis.spines[["top", "right", "bottom"]].set_visible(False)
    axis.xaxis.set_visible(False)
    axis.margins(x=0.2)
    axis.tick_params(axis="y", length=0)
