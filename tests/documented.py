"""What the docs and the README show, as somebody has it who copies it."""

from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt

from .example import ROOT

PAGES = {
    path.stem: path for path in [*ROOT.glob("[A-Z]*.md"), *sorted((ROOT / "docs").glob("*.md"))]
}
# What these show stands elsewhere: in the tests, or in another page.
INCLUSIONS = ("{include}", "{literalinclude}", "{toctree}")


class Block(str):
    """The text of a fenced block, which knows where it stands."""

    __slots__ = ("language", "line", "page", "section")
    page: str
    section: str
    language: str
    line: int

    def file(self) -> tuple[str, str]:
        """The name in the comment on its first line, and what goes into that file."""
        comment, _, text = self.partition("\n")
        return comment.strip("#/{} "), text


def blocks(page: str, section: str | None = None, language: str | None = None) -> list[Block]:
    """Those of a page, in order; of one section alone, or in one language."""
    return [
        block
        for block in _all_of(page)
        if section in {None, block.section} and language in {None, block.language}
    ]


@cache
def _all_of(page: str) -> list[Block]:
    return [*_found(page)]


def _found(page: str) -> Iterator[Block]:
    section, before = "", ""
    for token in MarkdownIt().parse(PAGES[page].read_text(encoding="utf-8")):
        if before == "h2" and token.type == "inline":
            section = token.content
        elif token.type in {"fence", "code_block"} and not token.info.startswith(INCLUSIONS):
            assert token.map
            block = Block(token.content)
            block.page, block.section, block.language = page, section, token.info
            block.line = token.map[0] + 1
            yield block
        before = token.tag
