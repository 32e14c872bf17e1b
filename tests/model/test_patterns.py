"""Patterns: the grammar against OASIS's parser, real patterns, and the observables they name."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stix2patterns.v21.pattern import Pattern as Oracle

from oureyes.errors import InvalidObject
from oureyes.model.observables import Observable
from oureyes.model.patterns import (
    EVERY,
    Atom,
    Between,
    Comparison,
    Group,
    Joined,
    Observed,
    Qualified,
    Repeats,
    Timestamp,
    Within,
    atoms,
    observables_of_pattern,
    parse,
)
from oureyes.model.patterns import (
    Path as ObjectPath,
)

DATA = Path(os.environ.get("OUREYES_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the public data is not beside the repository")


def patterns_held() -> list[str]:
    found = []
    for path in sorted((DATA / "stix").rglob("*")):
        if "json-schemas" in path.parts or not re.search(r"\.(json|stix2)(\.gz)?$", path.name):
            continue
        raw = path.read_bytes()
        document = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
        objects = document if isinstance(document, list) else document.get("objects", [document])
        found += [one["pattern"] for one in objects if one.get("type") == "indicator"]
    return found


@needs_data
def test_every_pattern_held_parses_and_the_short_way_names_what_the_long_way_names():
    held = patterns_held()
    assert len(held) == 5645
    for text in held:
        longer = f"({text})"  # parentheses keep it off the short way
        assert observables_of_pattern(text) == observables_of_pattern(longer)
        parse(text)


def _of(text: str) -> list[str]:
    return [one.text for one in observables_of_pattern(text)]


def test_precedence_is_followedby_then_or_then_and():
    root = parse("[a:x=1] FOLLOWEDBY [a:x=2] OR [a:x=3] AND [a:x=4]").root
    assert isinstance(root, Joined)
    assert root.operator == "FOLLOWEDBY"
    alternatives = root.parts[1]
    assert isinstance(alternatives, Joined)
    assert (alternatives.operator, len(alternatives.parts)) == ("OR", 2)
    inner = alternatives.parts[1]
    assert isinstance(inner, Joined)
    assert inner.operator == "AND"


def test_and_binds_tighter_than_or_within_an_observation():
    root = parse("[a:x=1 OR a:y=2 AND a:z=3]").root
    assert isinstance(root, Observed)
    assert isinstance(root.test, Group)
    assert root.test.operator == "OR"
    assert isinstance(root.test.parts[1], Group)


def test_qualifiers_stack():
    root = parse("([a:x=1] AND [b:y=2]) REPEATS 5 TIMES WITHIN 1.5 SECONDS").root
    assert isinstance(root, Qualified)
    assert root.qualifier == Within(1.5)
    assert isinstance(root.inner, Qualified)
    assert root.inner.qualifier == Repeats(5)


@pytest.mark.parametrize("quote", ["t", ""], ids=["STIX 2.1", "STIX 2.0"])
def test_start_and_stop_are_read_in_both_versions(quote):
    text = f"[a:x=1] START {quote}'2016-01-01T00:00:00Z' STOP {quote}'2016-02-01T00:00:00.5Z'"
    root = parse(text).root
    assert isinstance(root, Qualified)
    assert root.qualifier == Between("2016-01-01T00:00:00Z", "2016-02-01T00:00:00.5Z")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'it\\'s \\\\ here'", "it's \\ here"), ("-5", -5), ("+5", 5), ("-.5", -0.5), ("2.50", 2.5), ("true", True),
        ("h'ffd8'", b"\xff\xd8"), ("b'/9g='", b"\xff\xd8"),
        ("t'2016-01-01T00:00:00.123456789Z'", Timestamp("2016-01-01T00:00:00.123456789Z")),
    ],
)  # fmt: skip
def test_literals_are_what_they_say(written, value):
    root = parse(f"[a:x = {written}]").root
    assert isinstance(root, Observed)
    assert isinstance(root.test, Comparison)
    assert root.test.value == value
    assert type(root.test.value) is type(value)


def test_paths_keep_indexes_stars_quotes_and_references():
    root = parse("[x-a:b_ref.'c-d'[0][*].e[-1] EXISTS]".replace(" EXISTS]", " NOT IN ('u', 'v')]")).root
    assert isinstance(root, Observed)
    assert root.test == Comparison(
        ObjectPath("x-a", ("b_ref", "c-d", 0, EVERY, "e", -1)), "IN", ("u", "v"), negated=True
    )


def test_comments_and_space_mean_nothing():
    assert parse("[ a:x /* = 2 */ = 1 // end\n]").root == parse("[a:x=1]").root


@pytest.mark.parametrize("text", [
    "", "[", "[]", "[a:x = 'unclosed]", "[a:x = 1", "a:x = 1", "[a:x 1]", "[a = 1]", "[a:x = 'C:\\Windows']",
    "[a:x LIKE 1]", "[a:x < true]", "[a:x = 1] AND", "[a:x = 1] REPEATS 0 TIMES", "[a:x = 1] WITHIN -1 SECONDS",
    "[a:x = 1] WITHIN 5",
    "[a:x = t'2016-13-01T00:00:00Z']", "[a:x IN 1]", "[a:x IN (1,)]", "[a:x = h'f']", "[a:x = 1] [a:x = 2]",
    "[a:x[1.5] = 1]", "[AND:x = 1]", "[a:x = 1]]", "[a:x NOT EXISTS]", "[a:x = 1] START t'2016-01-01T00:00:00Z'",
    "[a:x = 'a' OR]", "[a:x = \u0000]",
])  # fmt: skip
def test_what_is_no_pattern_is_refused_and_the_position_named(text):
    with pytest.raises(InvalidObject, match=r"at character \d+"):
        parse(text)


def test_an_error_never_repeats_what_was_written():
    with pytest.raises(InvalidObject) as caught:
        parse("[domain-name:value = 'evil.example' AND secret.example]")
    assert "evil" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_parentheses_without_end_are_refused_and_do_not_overflow():
    for deep in ("(" * 5000 + "[a:x=1]" + ")" * 5000, "[" + "(" * 5000 + "a:x=1" + ")" * 5000 + "]"):
        with pytest.raises(InvalidObject):
            parse(deep)


_NAMES = st.sampled_from(["value", "x_ref", "'quo-ted'", "hashes.'SHA-256'", "v[0]", "v[*].name", "a.b"])
_TYPES = st.sampled_from(["file", "domain-name", "x-thing", "network-traffic"])
_STRINGS = st.text(alphabet="ab%_. /é", max_size=6).map(lambda text: f"'{text}'")
_LITERALS = st.one_of(
    _STRINGS, st.integers(-99, 99).map(str), st.sampled_from(["true", "1.5", "-.5", "h'00ff'", "b'AAA='"]),
    st.just("t'2020-01-01T00:00:00Z'"),
)  # fmt: skip
_TESTS = st.one_of(
    st.tuples(_TYPES, _NAMES, st.sampled_from(["=", "!=", "==", "<>"]), _LITERALS),
    st.tuples(_TYPES, _NAMES, st.sampled_from([">", "<=", "NOT >="]), _LITERALS.filter(lambda text: text != "true")),
    st.tuples(
        _TYPES, _NAMES, st.sampled_from(["IN", "NOT IN"]), st.lists(_LITERALS).map(lambda s: f"({', '.join(s)})")
    ),
    st.tuples(_TYPES, _NAMES, st.sampled_from(["LIKE", "NOT MATCHES", "ISSUBSET", "ISSUPERSET"]), _STRINGS),
).map(lambda parts: f"{parts[0]}:{parts[1]} {parts[2]} {parts[3]}")
_TEST = st.recursive(
    _TESTS | st.tuples(_TYPES, _NAMES).map(lambda parts: f"EXISTS {parts[0]}:{parts[1]}"),
    lambda inner: st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map("".join) | inner.map("({})".format),
    max_leaves=4,
)
_QUALIFIERS = st.sampled_from(
    ["", " WITHIN 5 SECONDS", " REPEATS 2 TIMES", " START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'"]
)
_PATTERNS = st.recursive(
    _TEST.map("[{}]".format),
    lambda inner: (
        st.tuples(inner, st.sampled_from([" AND ", " OR ", " FOLLOWEDBY "]), inner).map("".join)
        | st.tuples(inner.map("({})".format), _QUALIFIERS).map("".join)
    ),
    max_leaves=4,
)


def _oracle_takes(text: str) -> bool:
    try:
        Oracle(text)
    except Exception:
        return False
    return True


def _we_take(text: str) -> bool:
    try:
        parse(text)
    except InvalidObject:
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(_PATTERNS)
def test_what_the_grammar_makes_parses_here_and_there(text):
    assert _oracle_takes(text)
    assert _we_take(text)


@settings(max_examples=60, deadline=None)
@given(_PATTERNS, st.data())
def test_a_damaged_pattern_is_refused_here_and_there(text, data):
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:at] + data.draw(st.sampled_from(["", "'", "[", ")", " ", "=", "\\", "!"])) + text[at + 1 :]
    of_2_0 = re.search(r"(START|STOP)\s*'", damaged)  # plain strings there are STIX 2.0, which the oracle is not
    assert _we_take(damaged) == _oracle_takes(damaged) or of_2_0


@settings(deadline=None)
@given(st.text(alphabet="[]()ax:='\\.*,<>! ANDORt0-/b\n", max_size=40))
def test_any_text_parses_or_is_refused(text):
    assert _we_take(text) in (True, False)
    assert isinstance(observables_of_pattern(text), tuple)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[domain-name:value = 'EVIL.example']", ["domain-name:evil.example"]),
        ("[file:hashes.'SHA-256' = 'AA']", []),
        (f"[file:hashes.md5='{'A' * 32}']", [f"hash:md5:{'a' * 32}"]),
        (f"[file:hashes.MD5 = '{'0' * 32}' AND file:name = 'A.exe']", [f"hash:md5:{'0' * 32}", "file-name:a.exe"]),
        ("[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2/31')]", ["ipv4-addr:192.0.2.1", "ipv4-addr:192.0.2.2/31"]),
        ("[domain-name:value != 'evil.example'] OR [domain-name:value NOT = 'evil.example']", []),
        ("[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]", ["ipv4-addr:192.0.2.1"]),
        ("[email-message:from_ref.value = 'a@evil.example']", ["email-addr:a@evil.example"]),
        ("[user-account:account_type = 'telegram' AND user-account:account_login = '@Evil']",
         ["user-account:telegram:evil"]),
        ("[identity-document:issuer = 'IDN' AND identity-document:number = 'X1234567']", ["passport:IDN:X1234567"]),
        ("[url:value = 'http://evil.example'] FOLLOWEDBY [mutex:name = 'm']", ["url:http://evil.example/", "mutex:m"]),
        ("[file:hashes.SHA-1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
         ["hash:sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"]),
        ("[domain-name:value LIKE '%.example']", []),
        ("rule yara { condition: true }", []),
    ],
)  # fmt: skip
def test_a_pattern_names_what_it_equals(text, found):
    assert _of(text) == found


def test_atoms_are_the_equalities_as_written():
    assert atoms(parse("[a:b.c = 'X' AND a:d IN (1, 2) AND a:e != 3 AND a:f NOT = 4] OR [a:b.c = 'X']")) == (
        Atom("a", "b.c", "X"), Atom("a", "d", 1), Atom("a", "d", 2),
    )  # fmt: skip


def test_an_observable_is_named_once():
    assert observables_of_pattern("[url:value = 'http://e.example/'] OR [url:value = 'hxxp://E.example']") == (
        Observable("url", "http://e.example/"),
    )
