"""What the docs and the README show, as somebody has it who copies it."""

from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt

from .example import ROOT

PAGES = {
    path.stem: path for path in [*ROOT.glob("[A-Z]*.md"), *sorted((ROOT / "docs").glob("*.md"))]
}


# What these show stands elsewhere: in the tests, or in another page.
INCLUSIONS = ("{include}", "{literalinclude}", "{toctree}")


class Block(str):  # noqa: SLOT000  # it has attributes
    """The text of a fenced block, which knows where it stands."""

    page: str
    section: str
    language: str
    line: int

    def file(self):
        """The name in the comment on its first line, and what goes into that file."""
        comment, _, text = self.partition("\n")
        return comment.strip("#/{} "), text


def blocks(page, section=None, language=None):
    """Those of a page, in order; of one section alone, or in one language."""
    return [
        block
        for block in _all_of(page)
        if section in {None, block.section} and language in {None, block.language}
    ]


@cache
def _all_of(page):
    found, section = [], ""
    tokens = MarkdownIt().parse(PAGES[page].read_text(encoding="utf-8"))
    for token, following in pairwise([*tokens, tokens[-1]]):
        if token.type == "heading_open" and token.tag == "h2":
            section = following.content
        elif token.type in {"fence", "code_block"} and not token.info.startswith(INCLUSIONS):
            assert token.map
            block = Block(token.content)
            block.page, block.section, block.language = page, section, token.info
            block.line = token.map[0] + 1
            found.append(block)
    return found
