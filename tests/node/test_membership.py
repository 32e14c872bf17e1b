"""A roster on its way from member files to installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from oureyes.errors import ConfigError, InvalidObject, VerificationError
from oureyes.node import Node, membership
from oureyes.node.opening import init, roster_version


def _homes(folder: Path, *members: str) -> list[Path]:
    for member in members:
        init(folder / member, member)
    return [folder / member for member in members]


def test_a_roster_stands_as_far_as_it_is_signed(tmp_path: Path) -> None:
    homes = _homes(tmp_path, "ID", "MY", "SG")
    raw = membership.build(homes[0], [home / "member.json" for home in homes])
    for count, home in enumerate(homes):
        found = membership.check(home, raw)
        assert len(found.signed) == count
        assert bool(found.fault) == (count < 2)  # two thirds of three
        raw = membership.sign(home, raw)
    assert membership.install(homes[0], raw).roster.version == 1
    kept = membership.current(homes[0])
    assert kept is not None
    assert kept.fingerprint == membership.check(homes[1], raw).fingerprint


def test_a_roster_of_another_line_is_not_installed_over_ours(tmp_path: Path) -> None:
    ours, other = _homes(tmp_path, "ID", "MY")
    for home in (ours, other):
        raw = membership.sign(home, membership.build(home, [home / "member.json"]))
        membership.install(home, raw)
    foreign = (other / "roster.json").read_bytes()
    assert membership.check(ours, foreign).fault
    with pytest.raises(VerificationError):
        membership.install(ours, foreign)


def test_what_is_no_roster_is_not_signed(tmp_path: Path) -> None:
    (home,) = _homes(tmp_path, "ID")
    with pytest.raises((InvalidObject, VerificationError)):
        membership.sign(home, b"{}")
    with pytest.raises(ConfigError):
        membership.own_member(tmp_path)


def test_officers_read_the_same_words_for_a_key_on_both_ends(tmp_path: Path) -> None:
    (home,) = _homes(tmp_path, "ID")
    raw = membership.build(home, [home / "member.json"])
    (listed,) = membership.check(home, raw).roster.members.values()
    assert membership.words_of_key(listed) == membership.words_of_key(membership.own_member(home))


def test_versions_follow_each_other_and_the_chain_is_kept(tmp_path: Path) -> None:
    homes = _homes(tmp_path, "ID", "MY")
    for version, count in ((1, 1), (2, 2), (3, 2)):
        raw = membership.build(homes[0], [home / "member.json" for home in homes[:count]])
        for home in homes[:count]:
            raw = membership.sign(home, raw)
        assert membership.install(homes[0], raw).fault == ""
        assert membership.install(homes[0], raw).roster.version == version  # twice is once
        with Node.open(homes[0]) as node:
            assert node.roster.version == version
        found = membership.current(homes[0])
        assert found is not None
        assert (found.roster.version, found.fault) == (version, "")
    assert [roster_version(homes[0], version) is not None for version in (1, 2, 3, 4)] == [True, True, True, False]
