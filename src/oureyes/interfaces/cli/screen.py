"""What is printed: for people in words and tables, for scripts one JSON document. Nothing shown is taken for markup.

Every text passes `shown`: hidden and reordering characters are written out, and it stands on one line, so that a name
can neither reverse what follows nor pretend to be the next line. Rich gets `Text`, which it never parses.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from oureyes.model.text import reveal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["Screen", "as_json", "raw_out", "said_aside", "shown"]

_PLAIN_WIDTH = 220  # where nobody says how wide the paper is, ids must not be cut


def shown(value: object) -> str:
    """A text as it may stand on a screen."""
    return reveal(" ".join(str(value).split()))


def as_json(body: Any) -> str:
    """One JSON document, indented; characters that hide or reorder are escaped, which JSON reads back unchanged."""
    text = json.dumps(body, ensure_ascii=False, indent=2, default=_plain)
    return text if reveal(text) == text else "".join(_escaped(one) for one in text)


def _escaped(character: str) -> str:
    if character.isascii() or reveal(character) == character:
        return character
    return json.dumps(character)[1:-1]


def _plain(value: object) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)


class Screen:
    """Where a command's answer goes."""

    def __init__(self, json: bool) -> None:
        self.json = json

    def answer(self, body: Any, draw: Callable[[], None]) -> None:
        """The answer of a command: `body` for scripts, `draw` for people."""
        if self.json:
            sys.stdout.write(as_json(body) + "\n")
        else:
            draw()

    def line(self, text: object = "", style: str = "") -> None:
        """One line."""
        self._console().print(self._text(_indented(str(text)), style, cut=False), soft_wrap=True)

    def lines(self, texts: Iterable[str], style: str = "") -> None:
        """Several."""
        for text in texts:
            self._console().print(self._text(_indented(text), style, cut=False), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "none") -> None:
        """A table; `empty` says in words that there is nothing."""
        from rich.table import Table

        filled = [tuple(self._text(cell) for cell in row) for row in rows]
        if not filled:
            self.line(empty, "dim")
            return
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        for name in columns:
            table.add_column(name, overflow="fold", no_wrap=name == "id")
        for cells in filled:
            table.add_row(*cells)
        self._console().print(table)

    def tree(self, label: str, branches: Callable[[Callable[[Any, str], Any], Any], None]) -> None:
        """A tree: `branches` is given a function that adds a text under a branch, and the root."""
        from rich.tree import Tree

        root = Tree(self._text(label))
        branches(lambda under, text: under.add(self._text(text)), root)
        self._console().print(root, soft_wrap=True)

    def document(self, raw: bytes) -> None:
        """A JSON object in readable form."""
        try:
            text = as_json(json.loads(raw))
        except ValueError:
            text = raw.decode("utf-8", "replace")
        self.lines(text.split("\n"))

    def _text(self, value: object, style: str = "", *, cut: bool = True) -> Text:
        from rich.text import Text

        return Text(shown(value) if cut else str(value), style=style)

    def _console(self) -> Console:
        from rich.console import Console

        wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PLAIN_WIDTH
        return Console(highlight=False, markup=False, emoji=False, width=wide)


def _indented(text: str) -> str:
    """`shown`, keeping the spaces at the beginning."""
    return " " * (len(text) - len(text.lstrip(" "))) + shown(text)


def said_aside(texts: Iterable[str]) -> None:
    """Lines beside the answer, on the standard error output: they must not get into a file that the answer becomes."""
    for text in texts:
        sys.stderr.write(_indented(text) + "\n")


def raw_out(raw: bytes) -> None:
    """Exact bytes to the standard output: nothing added, nothing escaped."""
    sys.stdout.flush()
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(raw.decode("utf-8", "surrogateescape"))
    else:
        stream.write(raw)
        stream.flush()
