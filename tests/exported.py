"""Things to export: indicators with their markings, and a sheet of them, as the writers of formats get it."""

from __future__ import annotations

from typing import Any

from a_case import an_indicator

from oureyes.model.markings import PAP, TLP, Marking
from oureyes.model.observables import Observable
from oureyes.record.exports import Sheet, Thing, Value, values_of

AT = "2026-11-24T08:00:00.000000Z"
GREEN = Marking(tlp=TLP.GREEN, pap=PAP.GREEN, originator="ID")


def a_thing(value: str = "fund-relief.example", path: str = "domain-name:value", **more: Any) -> Thing:
    """An indicator of one value; `marking` is its marking, the rest its content."""
    marking = more.pop("marking", GREEN)
    return Thing(an_indicator(path, value, **more), marking)


def a_sheet(*things: Thing, outside: bool = True) -> Sheet:
    """Every value that stands alone in the things."""
    values, _ = values_of(things, AT, lambda one: "")
    return Sheet(AT, "ID", "MY" if outside else "ayu", outside, values=tuple(values))


def forced(kind: str, value: str, marking: Marking = GREEN) -> Sheet:
    """A value no reader of patterns would let through: a writer must not rest on that."""
    return Sheet(AT, "ID", "MY", values=(Value(Observable(kind, value), a_thing(marking=marking)),))


# What tries to end a string, a rule, a record, a line or a cell, and begin one of its own.
HOSTILE = (
    'a"; sid:1; rev:1;) drop ip any any -> any any (msg:"x',
    "a.example\nalert ip any any -> any any (sid:2;)",
    "a.example CNAME .\n*.gov.sg CNAME .",
    "a.example\r\n$INCLUDE /etc/passwd",
    "a.example\u2028b.example",
    "a.example\x85b.example",
    "a.example\x00",
    "a.example # comment",
    "#a.example",
    ";a.example",
    "a.example;b",
    "a.example 60 IN A 192.0.2.1",
    "$ORIGIN example.",
    "@",
    "*",
    "*.example",
    "..",
    "\\010a.example",
    "(",
    '"',
    "'",
    "|41 42|",
    "|",
    "a|22|;",
    "\\",
    "a*b?c\\*d\\\\",
    "!!python/object/apply:os.system ['id']",
    "{{7*7}}",
    "- a\n- b: &x *x",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "\u202eelpmaxe.a",
    "\U0001f600.example",
    "a" * 9000,
)
SURROGATE = "\ud800"  # no JSON holds it, but a writer must not rest on that
