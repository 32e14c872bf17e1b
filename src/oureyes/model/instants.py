"""Points in time as STIX writes them: text, exact, always UTC (STIX 2.1 §3.2, RFC 3339).

The text is kept as it came. Versions are compared by `nanoseconds`, never as text (`…1Z` and `…1.000Z` are the
same instant) and never through `datetime`, which stops at microseconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

__all__ = ["day_of", "is_instant", "nanoseconds", "of_datetime", "to_datetime"]

_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=4096)
def nanoseconds(text: str) -> int:
    """Nanoseconds since 1970-01-01T00:00:00Z. ValueError when `text` is no RFC 3339 UTC instant."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError(f"not a UTC instant of the form 2026-03-01T08:00:00.000Z: {text[:40]!r}")
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    leap = second == 60  # RFC 3339 §5.7 allows it; datetime does not
    whole = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC) - _EPOCH
    fraction = int((found[7] or "0")[:9].ljust(9, "0"))
    return (whole.days * 86_400 + whole.seconds + leap) * 1_000_000_000 + fraction


def is_instant(text: object) -> bool:
    """Whether `text` is a UTC instant."""
    try:
        return isinstance(text, str) and nanoseconds(text) is not None
    except ValueError:
        return False


def of_datetime(moment: datetime) -> str:
    """The text of an aware datetime, in microseconds."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def to_datetime(text: str) -> datetime:
    """An aware datetime; digits beyond microseconds are cut."""
    return datetime.fromtimestamp(nanoseconds(text) // 1_000 / 1_000_000, tz=UTC)


def day_of(text: str) -> str:
    """The UTC day, `2026-03-01`."""
    return text[:10]
