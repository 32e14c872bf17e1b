"""What a pattern names outright: its equality atoms, and the observables they are.

Of 8,445 real indicators, nearly all are one equality. That shape is read by one regular expression; the parser sees
the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.model.observables import Observable, normalise, observables_of
from oureyes.model.patterns.parser import parse
from oureyes.model.patterns.syntax import (
    Comparison,
    Every,
    Expression,
    Group,
    Joined,
    Literal,
    Observed,
    Path,
    Pattern,
    Qualified,
    Test,
)

__all__ = ["Atom", "atoms", "kind_at", "observable_of_atom", "observables_of_pattern"]

_SIMPLE = re.compile(
    r"\s*\[\s*([a-z][a-z0-9-]*):([A-Za-z_][A-Za-z0-9_-]*(?:\.(?:[A-Za-z_][A-Za-z0-9_-]*|'[A-Za-z0-9_-]+'))*)"
    r"\s*==?\s*'([^'\\]*)'\s*\]\s*",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Atom:
    """`type:path = value`, one of the values where the pattern says IN."""

    type: str
    path: str
    value: Literal


def atoms(pattern: Pattern) -> tuple[Atom, ...]:
    """Every equality that is not negated, in order, each once."""
    return tuple(dict.fromkeys(atom for test in _tests(pattern.root) for atom in _atoms(test)))


def observables_of_pattern(text: str) -> tuple[Observable, ...]:
    """The observables a pattern names; none for a text that is no pattern (`parse` says why)."""
    found = _SIMPLE.fullmatch(text)
    if found is not None:
        kind = _kind(found[1], found[2].replace("'", ""))
        one = normalise(kind, found[3]) if kind else None
        return (one,) if one else ()
    try:
        pattern = parse(text)
    except InvalidObject:
        return ()
    return tuple(dict.fromkeys(one for test in _tests(pattern.root) for one in _observables(test)))


def observable_of_atom(atom: Atom) -> Observable | None:
    """The observable an atom is, where it is one."""
    kind = _kind(atom.type, atom.path)
    return normalise(kind, str(atom.value)) if kind and isinstance(atom.value, str | int) else None


def kind_at(path: Path) -> str:
    """The observable kind that stands at a path, as `normalise` knows it; "" for none."""
    return _kind(path.type, path.text)


def _tests(expression: Expression) -> Iterator[Test]:
    if isinstance(expression, Observed):
        yield expression.test
    elif isinstance(expression, Qualified):
        yield from _tests(expression.inner)
    elif isinstance(expression, Joined):
        for part in expression.parts:
            yield from _tests(part)


def _atoms(test: Test) -> Iterator[Atom]:
    if isinstance(test, Group):
        for part in test.parts:
            yield from _atoms(part)
    elif not test.negated and test.operator in ("=", "IN"):
        for value in test.value if isinstance(test.value, tuple) else (test.value,):
            if value is not None:
                yield Atom(test.path.type, test.path.text, value)


def _observables(test: Test) -> Iterator[Observable]:
    for atom in _atoms(test):
        if (one := observable_of_atom(atom)) is not None:
            yield one
    if isinstance(test, Group):
        yield from _composed(test)


def _composed(group: Group) -> Iterator[Observable]:
    """What only several properties together name: an account and its service, a passport and its issuer."""
    for part in group.parts:
        if isinstance(part, Group):
            yield from _composed(part)
    if group.operator == "AND":
        contents: dict[str, dict[str, Any]] = {}
        for part in group.parts:
            if isinstance(part, Comparison) and part.operator == "=" and not part.negated and _flat(part.path):
                contents.setdefault(part.path.type, {"type": part.path.type})[str(part.path.steps[0])] = part.value
        for content in contents.values():
            if content["type"] in _COMPOSED:
                yield from observables_of(content)


def _flat(path: Path) -> bool:
    return len(path.steps) == 1 and not isinstance(path.steps[0], Every)


_COMPOSED = frozenset(["user-account", "bank-account", "identity-document", "vehicle", "cryptocurrency-wallet"])
_KINDS = {
    **{f"{kind}:value": kind for kind in ("domain-name", "url", "ipv4-addr", "ipv6-addr", "email-addr", "mac-addr")},
    **{f"{kind}:value": kind for kind in ("phone-number", "cryptocurrency-wallet")},
    "hostname:value": "domain-name",
    "bank-account:iban": "iban",
    "file:name": "file-name",
    "file:path": "file-path",  # MVT's
    "file:parent_directory_ref.path": "file-path",
    "directory:path": "file-path",
    "process:name": "process-name",
    "process:image_ref.name": "file-name",
    "mutex:name": "mutex",
    "windows-registry-key:key": "windows-registry-key",
    "autonomous-system:number": "autonomous-system",
    "vulnerability:name": "cve",
    "app:cert.sha1": "hash:sha1",  # MVT's
    "app:cert.sha256": "hash:sha256",
    "email-message:from_ref.value": "email-addr",
    "email-message:sender_ref.value": "email-addr",
    "email-message:to_refs[*].value": "email-addr",
    "email-message:cc_refs[*].value": "email-addr",
    "email-message:bcc_refs[*].value": "email-addr",
    "network-traffic:src_ref.value": "host",
    "network-traffic:dst_ref.value": "host",
    "domain-name:resolves_to_refs[*].value": "host",
    "network-traffic:extensions.http-request-ext.request_header.Host": "host",
}


@lru_cache(maxsize=4096)
def _kind(kind: str, path: str) -> str:
    """The observable kind that `type:path` holds, "" for none; a hash is named by the last step."""
    found = _KINDS.get(f"{kind}:{path}")
    if found is not None:
        return found
    steps = path.rpartition(".")
    return steps[2] if steps[0].rpartition(".")[2] == "hashes" else ""
