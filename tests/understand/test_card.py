"""An object's card: who says so, how sure, who may see it, until when."""

from oureyes.model.findings import Match
from oureyes.model.grades import Grade
from oureyes.model.markings import TLP, Marking, Onward
from oureyes.model.objects import StixObject
from oureyes.model.ports import Neighbour
from oureyes.understand.card import Held, PlanUse, card

IT = StixObject.make(
    {"type": "tool", "id": "tool--00000000-0000-4000-8000-000000000001", "name": "invoice\u202egnp.exe"}
)
MARKING = Marking(
    tlp=TLP.AMBER,
    releasable_to=frozenset(["SG", "MY"]),
    onward=Onward.CONSENT,
    grade=Grade.admiralty("B2"),
    review="2026-06-01T00:00:00Z",
    expires="2027-01-01T00:00:00Z",
)
HELD = Held("ID", "report 7", MARKING, "2026-01-01T00:00:00Z", "2026-01-02T03:04:05Z")


def test_a_card_answers_the_five_questions() -> None:
    links = [Neighbour(IT.id, "targets", "identity--1", "ID"), Neighbour("campaign--1", "uses", IT.id, "ID")]
    match = Match("tool--2", IT.id, "names", 0.91, "the same file name")
    shown = card(IT, [HELD], links, [match], [PlanUse("x-oureyes-plan--1", "c2", "holds")], "2026-07-01T00:00:00Z")
    assert shown.said_by == ("ID, from report 7, version 2026-01-01T00:00:00Z, here since 2026-01-02",)
    assert shown.sure == ("ID: B2: usually reliable; probably true",)
    assert shown.readers == ("ID: TLP:AMBER, H0, releasable to MY, SG, passed on only with the originator's consent",)
    assert shown.until == ("ID: review by 2026-06-01 (passed), expires 2027-01-01",)
    assert shown.touches == (
        "1 × targets → identity",
        "1 × uses ← campaign",
        "match 0.91 with tool--2: the same file name",
        "claim c2 of x-oureyes-plan--1: holds",
    )


def test_hidden_characters_are_shown_by_name() -> None:
    assert "U+202E" in card(IT, [HELD]).title
    assert not any("\u202e" in line for line in card(IT, [HELD]).lines())


def test_a_name_cannot_pretend_to_be_another_line() -> None:
    content = {**IT.content, "name": "x\nWho may see it\n  everybody"}
    shown = card(StixObject.make(content), [HELD])
    assert not any("\n" in line for line in shown.lines())


def test_what_nobody_says_is_said_plainly() -> None:
    shown = card(IT, [])
    assert (shown.readers, shown.touches) == (("nobody",), ("nothing known to this node",))


def test_a_retracted_holding_says_so() -> None:
    gone = Held("ID", "", MARKING, "", "2026-01-02T00:00:00Z", "retracted")
    assert card(IT, [gone]).said_by == ("ID, without version, here since 2026-01-02; retracted",)
