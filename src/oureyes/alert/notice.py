"""What a notification may say outside the node: ids, kinds, states and times; nothing that an object says.

An observable's id is a hash of its value (STIX 2.1 §2.9): whoever guesses the value can check it. So observables are
counted, never named. The headline is built here again from what is safe, whatever the alert calls itself.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from oureyes.model.findings import Alert
from oureyes.model.objects import OBSERVABLE_TYPES, is_identifier

__all__ = ["notice", "summary"]

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/-]{0,79}")


def notice(alert: Alert) -> dict[str, Any]:
    """The fields of a notification."""
    kinds = Counter(name.partition("--")[0] for name in alert.objects if is_identifier(name))
    named = [name for name in alert.objects if is_identifier(name) and name.partition("--")[0] not in OBSERVABLE_TYPES]
    return {
        "id": _safe(alert.id),
        "event": _safe(alert.event),
        "summary": summary(alert),
        "origin": _safe(alert.origin),
        "at": _safe(alert.at),
        "kinds": dict(sorted(kinds.items())),
        "objects": named[:100],
        "rank": round(alert.rank, 3),
    }


def summary(alert: Alert) -> str:
    """One line: what happened, how many things, from whom."""
    count = len(alert.objects)
    return f"{_safe(alert.event)}: {count} object{'' if count == 1 else 's'} from {_safe(alert.origin) or 'this node'}"


def _safe(text: str) -> str:
    return text if _WORD.fullmatch(text) else ""
