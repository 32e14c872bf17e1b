"""Whether a STIX pattern parses; the grammar itself is `model.patterns`."""
from __future__ import annotations
import re
__all__ = ["pattern_error"]
_SIMPLE = re.compile(r"\[\s*[a-z0-9-]+:[A-Za-z0-9_.'\"-]+\s*=\s*'(?:[^'\\]|\\.)*'\s*\]")
_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|[\[\]()]|[^'\[\]()]+", re.DOTALL)


def pattern_error(pattern: str) -> str | None:
    """What is wrong with it, or None."""
    if _SIMPLE.fullmatch(pattern):
        return None
    depth, at = [], 0
    while at < len(pattern):
        found = _TOKEN.match(pattern, at)
        if found is None:
            return "a quote that is not closed"
        at = found.end()
        if found[0] in "[(":
            depth.append(found[0])
        elif found[0] in "])" and (not depth or depth.pop() != {"]": "[", ")": "("}[found[0]]):
            return "brackets that do not match"
    return "brackets that do not match" if depth else None
