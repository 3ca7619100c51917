"""What takes a terminal over: a colour, rich's own markup, an order of letters, a title."""

HOSTILE = "\x1b[31m[red]\u202e\x9b2J\x07\x1b]0;title\x07"
HARMLESS = r"\x1b[31m[red]\u202e\x9b2J\x07\x1b]0;title\x07"
