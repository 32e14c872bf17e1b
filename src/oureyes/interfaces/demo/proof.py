"""A step of the demonstration, what it says, and what it proves: nothing is told that was not checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from oureyes.errors import VerificationError

__all__ = ["ProofFailed", "Silence", "Step", "Telling", "ellipsis", "played", "shortened"]

_Stage = TypeVar("_Stage")


class ProofFailed(VerificationError):
    """A step did not prove what it claims."""


@dataclass(slots=True)
class Step:
    """One step. `proof` holds the figures that were checked, for `--json`."""

    number: int
    name: str
    says: str
    seconds: float = 0.0
    proof: dict[str, Any] = field(default_factory=dict)

    def must(self, claim: str, holds: bool, found: object = "") -> None:
        """Go on only when the claim holds."""
        if not holds:
            raise ProofFailed(f"step {self.number}, {self.name}", claim, str(found)[:300] or "otherwise")
        self.proof.setdefault("checked", []).append(claim)

    def note(self, **figures: Any) -> None:
        """Keep figures that were measured."""
        self.proof.update(figures)

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "says": self.says, "seconds": round(self.seconds, 3), "proof": self.proof}


class Telling(Protocol):
    """Who listens to the story: a screen, or nobody while a script waits for the figures."""

    def begin(self, step: Step) -> None: ...

    def line(self, text: str) -> None: ...

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None: ...

    def excerpt(self, lines: Sequence[str], title: str = "") -> None: ...

    def progress(self, what: str, done: int, total: int) -> None: ...

    def end(self, step: Step) -> None: ...


def played(
    on: _Stage, tell: Telling, steps: Iterable[tuple[str, str, Callable[[_Stage, Step], None]]]
) -> Iterator[Step]:
    """Play (name, what it says, what it does) in order; each is given out when its proof stands."""
    for number, (name, says, act) in enumerate(steps):
        step = Step(number, name, says)
        tell.begin(step)
        started = time.perf_counter()
        act(on, step)
        step.seconds = time.perf_counter() - started
        tell.end(step)
        yield step


class Silence:
    """Tells nobody."""

    def begin(self, step: Step) -> None:
        pass

    def line(self, text: str) -> None:
        pass

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
        pass

    def excerpt(self, lines: Sequence[str], title: str = "") -> None:
        pass

    def progress(self, what: str, done: int, total: int) -> None:
        pass

    def end(self, step: Step) -> None:
        pass


def ellipsis(text: str, width: int) -> str:
    """At most `width` characters; an ellipsis stands for the rest."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


def shortened(reason: str) -> str:
    """A reason with its longest values cut: a hash or a wallet is known by its beginning."""
    words = (ellipsis(word, 14) + ":" * word.endswith(":") if len(word) > 24 else word for word in reason.split())
    return " ".join(words)
