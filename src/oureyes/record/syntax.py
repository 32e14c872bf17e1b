"""Whether a STIX pattern parses: nearly all are one equality and are seen at a glance, the rest are parsed."""

from __future__ import annotations

import re

from oureyes.errors import InvalidObject
from oureyes.model.patterns import parse

__all__ = ["pattern_error"]

_GLANCE = re.compile(r"\[[a-z][a-z0-9-]+:(?:[a-z_]+|hashes\.(?:MD5|'(?:MD5|SHA-1|SHA-256|SHA-512)')) ?= ?'[^'\\]*'\]")


def pattern_error(pattern: str) -> str | None:
    """What is wrong with it, or None. Nothing of the pattern itself is said."""
    if _GLANCE.fullmatch(pattern):
        return None
    try:
        parse(pattern)
    except InvalidObject as error:
        return f"{error.found or 'an error'} where {error.expected} should be" if error.expected else str(error)
    except RecursionError:
        return "nesting without end"
    return None
