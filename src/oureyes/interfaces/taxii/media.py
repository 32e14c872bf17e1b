"""Media types of TAXII 2.1 (§1.6.8.2, §3.1): what is asked for, what is sent. The version is optional in both."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["STIX_20", "STIX_21", "TAXII", "acceptable", "is_taxii"]

TAXII = "application/taxii+json;version=2.1"
STIX_21 = "application/stix+json;version=2.1"
STIX_20 = "application/stix+json;version=2.0"
_OURS = "application/taxii+json"


@lru_cache(256)
def acceptable(accept: str | None) -> bool:
    """Whether an Accept header takes what this server sends. No header takes anything (RFC 9110 §12.5.1)."""
    if accept is None or not accept.strip():
        return True
    best: tuple[int, bool] = (0, False)
    for part in accept.split(","):
        kind, parameters = _read(part)
        fits = 3 if kind == _OURS else 2 if kind == "application/*" else 1 if kind == "*/*" else 0
        if fits == 3 and parameters.get("version", "2.1") != "2.1":
            continue
        # the most exact range decides (RFC 9110 §12.5.1); of two alike, the one that takes it
        if fits:
            best = max(best, (fits, _weight(parameters.get("q", "1")) > 0))
    return best[1]


@lru_cache(256)
def is_taxii(content_type: str) -> bool:
    """Whether a body says that it is TAXII 2.1."""
    kind, parameters = _read(content_type)
    return kind == _OURS and parameters.get("version", "2.1") == "2.1"


def _read(text: str) -> tuple[str, dict[str, str]]:
    kind, *rest = text.split(";")
    pairs = (piece.partition("=") for piece in rest)
    return kind.strip().lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
