"""What the docs show, as somebody has it who copies it."""

import re

from tests.example import ROOT


def blocks(page, section):
    """The fenced blocks of a section, in order."""
    text = (ROOT / f"docs/{page}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    body = dict(zip(parts[1::2], parts[2::2], strict=True))[section]
    return re.findall(r"^```\w+\n(.*?)^```$", body, re.DOTALL | re.MULTILINE)


def completed(block, changes):
    """The block with what is otherwise on this machine. It must have all that is to be changed."""
    for documented, here in changes.items():
        assert documented in block, documented
        block = block.replace(documented, here)
    return block
