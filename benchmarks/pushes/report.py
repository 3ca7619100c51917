"""What was measured of pushes, as a table and a figure for the docs."""

from html import escape
from typing import Any

HEAD = (
    "| followers, wizards | ours, pushes/s | plain DRF, pushes/s | ratio | of CPU "
    "| with our serializer, pushes/s | ratio | of CPU |\n" + "|---" + "|--:" * 7 + "|\n"
)
ROW, LEFT, WIDTH = 26, 280, 660


def beside(found: dict[str, Any]) -> str:
    rows = [
        f"| {who} | {each['ours']['per_second']:.0f} "
        f"{_beside(each['plain'])}{_beside(each['same'])}|\n"
        for who, each in found["beside"].items()
    ]
    return "".join([HEAD, *rows])


def by_part(found: dict[str, Any]) -> str:
    of_parts = [f"| {part} | {ms:.2f} |\n" for part, ms in found["parts"].items()]
    whole = f"| **together** | **{sum(found['parts'].values()):.2f}** |\n"
    return "".join(["| part of a push | ms |\n|---|--:|\n", *of_parts, whole])


def _beside(peer: dict[str, float]) -> str:
    return f"| {peer['per_second']:.0f} | {peer['throughput_ratio']:.2f} | {peer['cpu_ratio']:.2f} "


def svg(parts: dict[str, float]) -> str:
    """A bar for each part, the longest as wide as there is room."""
    scale = (WIDTH - LEFT - 70) / max(parts.values())
    bars = [
        f'<text x="{LEFT - 8}" y="{y + 17}" text-anchor="end">{escape(part)}</text>'
        f'<rect x="{LEFT}" y="{y + 4}" width="{ms * scale:.1f}" height="{ROW - 8}" fill="#4c78a8"/>'
        f'<text x="{LEFT + ms * scale + 6:.1f}" y="{y + 17}">{ms:.2f} ms</text>'
        for y, (part, ms) in zip(range(0, ROW * len(parts), ROW), parts.items(), strict=True)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{ROW * len(parts)}" '
        'font-family="sans-serif" font-size="13" role="img">'
        "<title>What a push costs, by part</title>\n" + "\n".join(bars) + "\n</svg>\n"
    )
