"""The story on a terminal: a heading for each step, short lines, quiet tables, and what it took."""

from __future__ import annotations

from collections.abc import Sequence
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


class Screen:
    """Tells the story to a person. Everything shown passes through `reveal`: it came from elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        if self._console.width > _WIDEST:
            self._console.width = _WIDEST
        self._bar: Progress | None = None

    def title(self, text: str, says: str) -> None:
        self._console.print()
        self._console.print(Text.assemble(("  ", ""), (text, "bold"), ("   ", ""), (says, "dim")))

    def begin(self, step: Step) -> None:
        self._console.print()
        self._console.rule(style="dim")
        self._console.print(Text.assemble((f" {step.number}  ", "bold cyan"), (step.name, "bold")))
        self._console.print(_inset(Text(step.says, "italic")))
        self._console.print()

    def line(self, text: str) -> None:
        self._console.print(_inset(Text(_clean(text))))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
        if title:
            self._console.print()
            self._console.print(_inset(Text(_clean(title), "bold")))
        made = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        for place, name in enumerate(columns):
            number = all(isinstance(row[place], int) or _figure(row[place]) for row in rows)
            made.add_column(name, justify="right" if number else "left", overflow="fold")
        for row in rows:
            made.add_row(*(Text(_clean(str(cell)), _style(str(cell))) for cell in row))
        self._console.print(_inset(made))
        self._console.print()

    def excerpt(self, lines: Sequence[str], title: str = "") -> None:
        if title:
            self._console.print(_inset(Text(_clean(title), "bold")))
        for line in lines:
            style = {"-": "red", "+": "green"}.get(line[:1], "dim")
            shown = line.replace("-", "−", 1) if line.startswith("-") else line
            shown = Text(_clean(shown), style, no_wrap=True, overflow="ellipsis")
            shown.truncate(self._console.width - _INSET - 2, overflow="ellipsis")
            self._console.print(_inset(shown, 2))
        self._console.print()

    def progress(self, what: str, done: int, total: int) -> None:
        """A bar that goes when it is full."""
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
        self._console.print()
        said = Text.assemble(("✓ ", "green"), (f"{step.seconds:.1f} s, {checked} proofs checked", "dim"))
        self._console.print(_inset(said))

    def failed(self, error: Exception) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._console.print()
        self._console.print(_inset(Text(f"✗ {_clean(str(error))}", "bold red")))

    def close(self, seconds: float, megabytes: int) -> None:
        self._console.print()
        self._console.rule(style="dim")
        self._console.print(
            _inset(Text(f"The whole story took {seconds:.1f} s; eleven nodes used {megabytes} MB of memory.", "bold"))
        )

    def stay(self, home: Path, commands: Sequence[tuple[str, str]]) -> None:
        """Where to look around."""
        self._console.print()
        self.line(f"The nodes stay up. Their homes are in {home}: BN ID KH LA MM MY PH SG TH TL VN.")
        self.line("In another terminal, for instance:")
        self._console.print()
        for command, says in commands:
            self._console.print(Text(f"    {command}"), soft_wrap=True)
            self._console.print(_inset(Text(says, "dim"), 4))
        self._console.print()
        self.line("Ctrl-C ends it.")

    def goodbye(self, home: Path | None) -> None:
        self._console.print()
        self.line("The nodes are stopped." if home is None else f"The nodes are stopped; their homes stay in {home}.")


def _inset(what: Text | Table, more: int = 0) -> Padding:
    return Padding(what, (0, 0, 0, _INSET + more))


def _clean(text: str) -> str:
    return reveal(text)


def _figure(cell: object) -> bool:
    return isinstance(cell, str) and cell.replace(",", "").replace(".", "").isdigit()


def _style(cell: str) -> str:
    if cell.endswith(("broken", "→ unknown")):
        return "red"
    if cell.endswith("weakened"):
        return "yellow"
    return "green" if cell in ("verified", "signed", "holds") else ""
