"""What is looked up: candidates by key, matches that fall and come back, and words that both engines find alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
from a_case import an_indicator, an_object
from stores import add, current, incoming, retract

from oureyes.model.findings import Judgement, Match, Verdict
from oureyes.model.markings import TLP, Marking
from oureyes.storage import index, objects
from oureyes.understand.query import query

VALUE = "fund-relief.example"


def key(value=VALUE):
    return next(iter(incoming(an_indicator(value=value)).keys)).value


def source(store, origin, name):
    return store.write(lambda c: objects.source(c, origin, name))


def candidates(store, value, *, source, limit=20):
    with store.read() as connection:
        return index.candidates(connection, [key(value)], source=source, limit=limit).get(key(value), [])


def test_candidates_are_one_a_source_and_other_states_come_first(store):
    add(store, an_indicator(value=VALUE), source="mine")
    for number in range(3):
        add(store, an_indicator(value=VALUE), an_indicator(value=VALUE), source=f"mine {number}")
    for state in ("SG", "MY"):
        add(store, an_indicator(value=VALUE), origin=state, source="theirs")
    mine = source(store, "ID", "mine")
    found = candidates(store, VALUE, source=mine)
    assert [one.origin for one in found] == ["SG", "MY", "ID", "ID", "ID"]
    assert len({one.source for one in found}) == 5
    assert {one.holders for one in found} == {6}
    assert [one.origin for one in candidates(store, VALUE, source=mine, limit=3)] == ["SG", "MY", "ID"]


def test_what_names_a_value_stands_for_its_source_before_what_implies_it(store):
    link, host = an_indicator("url:value", f"http://{VALUE}/a"), an_indicator(value=VALUE)
    for made in (host, link, an_indicator("url:value", f"http://{VALUE}/b")):
        add(store, made, origin="SG", source="theirs")
    add(store, an_indicator(value=VALUE), source="mine")
    mine, theirs = source(store, "ID", "mine"), current(store, host.id)[0].holding
    assert [one.holding for one in candidates(store, VALUE, source=mine)] == [theirs]
    with store.read() as connection:
        assert theirs in [holding for holding, *_ in index.live_of(connection, key())]
        assert (len(index.live_of(connection, key())), len(index.live_of(connection, key(), every=True))) == (2, 4)
    retract(store, host.id, origin="SG")
    assert len(candidates(store, VALUE, source=mine)) == 1  # then a link does


def test_a_value_only_one_source_holds_has_no_candidates(store):
    add(store, an_indicator(value=VALUE), an_indicator(value=VALUE))
    assert candidates(store, VALUE, source=source(store, "ID", "file")) == []


def test_a_common_value_never_goes_dark(store):
    for number in range(30):
        add(store, an_indicator(value=VALUE), source=f"feed {number}")
    with store.read() as connection:
        assert len(index.postings(connection, key())) == 30
    found = candidates(store, VALUE, source=source(store, "ID", "feed 0"), limit=5)
    assert (len(found), found[0].holders) == (5, 30)


def test_what_is_retracted_superseded_or_held_back_is_no_candidate(store):
    gone, old, back = an_indicator(value=VALUE), an_indicator(value=VALUE), an_indicator(value=VALUE)
    add(store, gone, origin="MY")
    retract(store, gone.id, origin="MY")
    add(store, old, origin="SG")
    add(
        store,
        type(old).make({**old.content, "modified": "2026-11-29T00:00:00Z", "pattern": "[a:b = 'c']"}),
        origin="SG",
    )
    add(store, back, origin="TH", hold="look")
    add(store, an_indicator(value=VALUE))
    assert candidates(store, VALUE, source=source(store, "ID", "file")) == []


def a_match(store, left, right, value=VALUE):
    one, other = current(store, left.id)[0], current(store, right.id)[0]
    sides = source(store, one.origin, one.source), source(store, other.origin, other.source)
    match = Match(left.id, right.id, "observables", 0.9, "both name it", key(value), "domain-name")
    return index.NewMatch(match, one.holding, other.holding, *sides, 1.0, "")


def keep(store, *found):
    return store.write(lambda c: index.add_matches(c, found, "2026-11-24T08:00:00Z"))


@pytest.fixture
def pair(store):
    left, right = an_indicator(value=VALUE), an_indicator(value=VALUE)
    add(store, left)
    add(store, right, origin="MY")
    return left, right


def shown(store, **how):
    with store.read() as connection:
        return index.matches(connection, **how)


def test_a_match_is_news_once_and_keeps_its_number_when_it_comes_back(store, pair):
    new = a_match(store, *pair)
    [number] = keep(store, new)
    assert keep(store, new) == []
    assert keep(store, a_match(store, *reversed(pair))) == []
    assert store.write(lambda c: index.close_matches(c, [new.right])) == [number]
    assert shown(store) == []
    assert keep(store, new) == []
    assert [one.n for one in shown(store)] == [number]


def test_matches_are_found_by_object_and_value_and_those_on_a_warninglist_only_when_asked(store, pair):
    new = a_match(store, *pair)
    keep(store, new)
    assert [one.match.left for one in shown(store, identifier=pair[1].id)] == [pair[0].id]
    assert shown(store, identifier="indicator--none") == []
    assert len(shown(store, value=key())) == 1
    assert shown(store, numbers=[]) == []
    warned = index.NewMatch(
        Match(pair[0].id, pair[1].id, "observables", 0.9, "r", "other"), new.left, new.right, new.left_source,
        new.right_source, 9.0, "a list",
    )  # fmt: skip
    keep(store, warned)
    assert [one.warned for one in shown(store)] == [""]
    assert [one.warned for one in shown(store, warned=True)] == ["a list", ""]


def test_what_a_reader_may_not_see_takes_no_place_among_its_matches(store, pair):
    """The best match is with what is under another label; one is asked for."""
    hidden = an_indicator(value=VALUE)
    add(store, hidden, origin="SG", marking=Marking(TLP.RED))
    best = replace(a_match(store, pair[0], hidden), rank=9.0)
    keep(store, a_match(store, *pair), best)
    label = current(store, pair[0].id)[0].label
    assert [one.match.right for one in shown(store, limit=1)] == [hidden.id]
    assert [one.match.right for one in shown(store, limit=1, labels=[label])] == [pair[1].id]
    assert shown(store, labels=[]) == []


def test_every_word_on_a_pair_is_kept_in_order(store):
    said = [
        Judgement("b", "a", Verdict.SAME, "ayu", "2026-11-24T08:00:00Z"),
        Judgement("a", "b", Verdict.NOT_SAME, "budi", "2026-11-24T09:00:00Z", "another person"),
    ]
    for one in said:
        store.write(lambda c, one=one: index.add_judgement(c, one))
    with store.read() as connection:
        found = index.judgements(connection, "b", "a")
    assert [(one.verdict, one.by, one.why) for one in found] == [
        (Verdict.SAME, "ayu", ""), (Verdict.NOT_SAME, "budi", "another person"),
    ]  # fmt: skip


TEXTS = {
    "thai": "เครือข่ายฟอกเงินผ่านกระเป๋าเงินดิจิทัล",
    "lao": "ເຄືອຂ່າຍຟອກເງິນຜ່ານກະເປົາເງິນດິຈິຕອນ",
    "khmer": "បណ្តាញសម្អាតប្រាក់តាមកាបូបឌីជីថល",
    "burmese": "ငွေကြေးခဝါချမှုကွန်ရက် ဒစ်ဂျစ်တယ်ပိုက်ဆံအိတ်",
    "vietnamese": "Mạng lưới rửa tiền qua ví điện tử của Nguyễn Văn Đức",
    "chinese": "通过数字钱包洗钱的网络",
    "tamil": "டிஜிட்டல் பணப்பை மூலம் பணமோசடி வலையமைப்பு",
    "malay": "Rangkaian pengubahan wang haram melalui dompet digital",
    "values": "seen on cdn.fund-relief.example and 203.0.113.7, wallet TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY",
    "hash": "5e404bfe62dd4d9d5e404bfe62dd4d9d5e404bfe62dd4d9d5e404bfe62dd4d9d "
    "12e4567890abcdef12e4567890abcdef 0x1f 1e5",
    "empty": "—",
}
ASKED = {
    "ฟอกเงิน": {"thai"}, "ฟอก": {"thai"}, "ຟອກເງິນ": {"lao"}, "សម្អាតប្រាក់": {"khmer"}, "ခဝါချ": {"burmese"},
    "rửa tiền": {"vietnamese"}, "nguyen van duc": {"vietnamese"}, '"rua tien"': {"vietnamese"}, "洗钱": {"chinese"},
    "钱": {"chinese"}, "பணமோசடி": {"tamil"}, "பணமோ*": {"tamil"}, "wang haram": {"malay"}, "pengubah*": {"malay"},
    "digital -wang": set(), "fund-relief.example": {"values"}, "fund-relief": {"values"}, "example": {"values"},
    "cdn[.]fund-relief[.]example": {"values"}, "203.0.113.7": {"values"}, "203.0.113": {"values"},
    "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY": {"values"}, "TKBQ*": {"values"},
    "5e404bfe62dd4d9d5e404bfe62dd4d9d5e404bfe62dd4d9d5e404bfe62dd4d9d": {"hash"}, "5e404bfe*": {"hash"},
    "12e4567890abcdef12e4567890abcdef": {"hash"}, "0x1f": {"hash"}, "1e5": {"hash"}, "113.203": set(),
    '"relief fund"': set(), "wallet -example": set(), "hak": set(),
}  # fmt: skip


def test_both_engines_find_the_same_words_in_every_script(store):
    found = {name: an_object("note", abstract=name, content=text, object_refs=[]) for name, text in TEXTS.items()}
    added = dict(zip((one.object for one in add(store, *found.values())), found, strict=True))
    for asked, names in ASKED.items():
        one = query(asked)
        engine = one.fts5() if store.dialect == "sqlite" else one.tsquery()
        with store.read() as connection:
            hits = {added[number] for number in index.search(connection, engine, limit=50)}
        assert hits == names, asked


def test_the_longest_text_there_is_can_be_stored_and_found(store):
    words = " ".join(f"w{n}" for n in range(200_000))
    obj = an_object("note", content=f"first {words} last", object_refs=[])
    add(store, obj, an_object("note", content="x" * 2_000_000, object_refs=[]))
    with store.read() as connection:
        assert index.search(
            connection, query("first w7").fts5() if store.dialect == "sqlite" else "first & w7", limit=5
        )
