"""The story on a terminal: a heading for each step, short lines, quiet tables, and what it took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from oureyes.interfaces.demo.proof import Step
from oureyes.model.text import reveal

__all__ = ["Screen"]

_WIDEST = 100
_INSET = 4
_MARKS = str.maketrans("", "", ",.")


class Screen:
    """Tells the story to a person. Everything shown passes through `reveal`: it came from elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        if self._console.width > _WIDEST:
            self._console.width = _WIDEST
        self._bar: Progress | None = None
        self._blank = False

    def title(self, text: str, says: str) -> None:
        self._print(Text(f" {text}", "bold"))
        self._print(Text(f" {says}", "dim"))

    def begin(self, step: Step) -> None:
        self._gap()
        self._console.rule(style="dim")
        self._print(Text.assemble((f" {step.number}  ", "bold cyan"), (step.name, "bold")))
        self._print(_inset(Text(step.says, "italic")))
        self._gap()

    def line(self, text: str) -> None:
        self._print(_inset(Text(_clean(text))))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
        self._gap()
        if title:
            self._print(_inset(Text(_clean(title), "bold")))
        made = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        for place, name in enumerate(columns):
            number = all(_is_figure(row[place]) for row in rows)
            made.add_column(name, justify="right" if number else "left", overflow="fold")
        for row in rows:
            made.add_row(*(Text(_clean(str(cell)), _style(str(cell))) for cell in row))
        self._print(_inset(made))
        self._gap()

    def excerpt(self, lines: Sequence[str], title: str = "") -> None:
        self._gap()
        if title:
            self._print(_inset(Text(_clean(title), "bold")))
        for line in lines:
            shown = Text(_clean(line), "red" if line.startswith("−") else "green", no_wrap=True)
            shown.truncate(self._console.width - _INSET - 1, overflow="ellipsis")
            self._print(_inset(shown))
        self._gap()

    def _print(self, what: Text | Padding) -> None:
        self._console.print(what)
        self._blank = False

    def _gap(self) -> None:
        """One empty line, never two."""
        if not self._blank:
            self._console.print()
        self._blank = True

    def progress(self, what: str, done: int, total: int) -> None:
        """A bar that goes when it is full; nothing where nobody watches."""
        if not self._console.is_terminal:
            return
        if self._bar is None:
            columns = (TextColumn("    {task.description}"), BarColumn(30), TextColumn("{task.percentage:>3.0f} %"))
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._bar.add_task("")
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], description=_clean(what)[:40].ljust(40), completed=done, total=total)
        if done >= total:
            self._bar.stop()
            self._bar = None

    def end(self, step: Step) -> None:
        checked = len(step.proof.get("checked", ()))
        self._gap()
        self._print(_inset(Text.assemble(("✓ ", "green"), (f"{step.seconds:.1f} s, {checked} proofs hold", "dim"))))

    def failed(self, error: Exception) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._gap()
        self._print(_inset(Text(f"✗ {_clean(str(error))}", "bold red")))

    def close(self, seconds: float, megabytes: int) -> None:
        self._gap()
        self._console.rule(style="dim")
        said = f"It took {seconds:.1f} s. The eleven nodes never used more than {megabytes} MB together."
        self._print(_inset(Text(said, "bold")))

    def stay(self, home: Path, members: Iterable[str], commands: Sequence[tuple[str, str]]) -> None:
        """Where to look around."""
        self._gap()
        self.line("The nodes stay up. Look around from another terminal; each state has its home in")
        self._console.print(Text(f"    {home}/{{{','.join(members)}}}"), soft_wrap=True)
        for command, says in commands:
            self._gap()
            self._print(_inset(Text(says, "dim")))
            self._console.print(Text(f"    {command}"), soft_wrap=True)
        self._gap()
        self.line("Ctrl-C ends it.")

    def goodbye(self, home: Path) -> None:
        self._gap()
        self.line(f"The nodes are stopped; their homes stay in {home}.")


def _inset(what: Text | Table) -> Padding:
    return Padding(what, (0, 0, 0, _INSET), expand=False)


def _clean(text: str) -> str:
    return reveal(text)


def _is_figure(cell: object) -> bool:
    return isinstance(cell, int) or str(cell).translate(_MARKS).isdigit()


def _style(cell: str) -> str:
    if cell.endswith("broken"):
        return "red"
    if cell.endswith("weakened"):
        return "yellow"
    return "green" if cell in ("verified", "signed", "holds") else ""
