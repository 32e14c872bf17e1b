"""Values that no column is asked for, kept as JSON."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["from_text", "to_text"]


def to_text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def from_text(text: Any) -> Any:
    return msgspec.json.decode(str(text))
