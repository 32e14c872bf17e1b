"""A value in its normal form: what two states' records meet by."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Observable"]


@dataclass(frozen=True, slots=True)
class Observable:
    """A value in its normal form. Equal observables are the same thing."""

    kind: str
    value: str

    @property
    def text(self) -> str:
        """`kind:value`, what keys are made of."""
        return f"{self.kind}:{self.value}"

    @classmethod
    def of(cls, text: str) -> Observable:
        """From `text` again; a hash's kind holds a colon of its own."""
        parts = text.split(":", 2 if text.startswith("hash:") else 1)
        return cls(":".join(parts[:-1]), parts[-1])
