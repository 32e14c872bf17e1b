"""A response policy zone: loaded by dnspython, and no value is more than a name in it."""

from __future__ import annotations

import dns.name
import dns.rdatatype
import dns.zone
import pytest
from exported import GREEN, HOSTILE, a_sheet, a_thing, forced

from oureyes.model.markings import PAP, TLP
from oureyes.record.exports import Written, rpz

ORIGIN = "rpz.resolver.example."


def records(written: Written) -> dict[str, str]:
    """Owner name → what it is answered with; everything but the head of the zone."""
    zone = dns.zone.from_text(written.body.decode("ascii"), ORIGIN, relativize=True, check_origin=True)
    found = {}
    for name, _, data in zone.iterate_rdatas():
        if name != dns.name.empty:
            assert data.rdtype == dns.rdatatype.CNAME
            found[name.to_text()] = data.target.to_text()
    return found


def test_what_is_listed_is_not_there_for_who_asks() -> None:
    things = [
        a_thing("evil.example"),
        a_thing("c2.evil.co.th"),
        a_thing("192.0.2.7", "ipv4-addr:value"),
        a_thing("192.0.2.0/24", "ipv4-addr:value"),
        a_thing("2001:db8::57:0:1", "ipv6-addr:value"),
    ]
    assert records(rpz.write(a_sheet(*things))) == {
        "evil.example": ".", "*.evil.example": ".",  # registered as such: so are those below it
        "c2.evil.co.th": ".",
        "32.7.2.0.192.rpz-ip": ".", "24.0.2.0.192.rpz-ip": ".",
        "128.1.0.57.zz.db8.2001.rpz-ip": ".",
    }  # fmt: skip


@pytest.mark.parametrize("suffix", ["co.id", "com", "github.io"])
def test_a_public_suffix_is_never_blocked(suffix: str) -> None:
    written = rpz.write(forced("domain-name", suffix))
    below = [name for name in records(written) if name.startswith("*")]
    assert not below
    if suffix != "github.io":  # where somebody runs pages of his own besides those of others, the name alone may stand
        assert not records(written)
        assert len(written.left) == 1


@pytest.mark.parametrize(("pap", "blocked"), [(PAP.CLEAR, 1), (PAP.GREEN, 1), (PAP.AMBER, 0), (PAP.RED, 0)])
def test_what_may_not_be_acted_on_is_not_blocked(pap: PAP, blocked: int) -> None:
    thing = a_thing("c2.evil.example", marking=GREEN.but(pap=pap))
    written = rpz.write(a_sheet(thing))
    assert len(records(written)) == blocked
    assert len(written.left) == 1 - blocked
    assert all(f"PAP:{pap.name}" in one.reason for one in written.left)


def test_a_state_s_own_people_decide_anew_on_what_is_its_own_and_not_on_what_is_a_partner_s() -> None:
    own = a_thing("a.evil.example", marking=GREEN.but(pap=PAP.RED, originator="ID"))
    theirs = a_thing("b.evil.example", marking=GREEN.but(pap=PAP.RED, originator="MY"))
    assert list(records(rpz.write(a_sheet(own, theirs, outside=False)))) == ["a.evil.example"]


def test_the_zone_says_how_each_part_is_marked_and_until_when() -> None:
    early = a_thing("a.evil.example", marking=GREEN.but(expires="2026-12-01T00:00:00Z"))
    text = rpz.write(a_sheet(early, a_thing("b.evil.example", marking=GREEN.but(tlp=TLP.AMBER)))).body.decode()
    assert "; TLP:GREEN PAP:GREEN H0 until 2026-12-01T00:00:00Z\na.evil.example CNAME ." in text
    assert "; TLP:AMBER PAP:GREEN H0 no end set\nb.evil.example CNAME ." in text
    assert "; fetch again by 2026-12-01T00:00:00Z" in text


def test_a_later_zone_has_a_greater_serial() -> None:
    from dataclasses import replace

    sheet = a_sheet(a_thing())
    later = replace(sheet, at="2026-11-24T08:00:01Z")
    serials = [dns.zone.from_text(rpz.write(one).body.decode(), ORIGIN).get_soa().serial for one in (sheet, later)]
    assert serials[1] == serials[0] + 1


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["{}", "a.{}", "{}.evil.example"])
def test_a_value_cannot_add_a_record_a_directive_or_a_line(name: str, text: str) -> None:
    found = records(rpz.write(forced("domain-name", name.format(text))))
    assert set(found) <= {name.format(text), f"*.{name.format(text)}"}


@pytest.mark.parametrize("name", ["a" * 64 + ".example", ".".join(["a" * 60] * 4), "-a.example", "a-.example", "a..b"])
def test_what_no_zone_can_hold_is_told_as_left(name: str) -> None:
    written = rpz.write(forced("domain-name", name))
    assert not records(written)
    assert [one.reason for one in written.left] == ["no name that a zone can hold"]


def test_links_and_hashes_have_no_place_in_a_zone_and_are_told_as_left() -> None:
    thing = a_thing("http://evil.example/x", "url:value")
    written = rpz.write(a_sheet(thing))
    assert not records(written)
    assert [one.id for one in written.left] == [thing.object.id]
