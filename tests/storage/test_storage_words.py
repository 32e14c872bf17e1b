"""The same answers from both engines, to questions in every script of the eleven states, as written and by ear."""

import pytest
from a_case import an_object
from stores import add

from oureyes.storage import index, words
from oureyes.understand import wordbreaks
from oureyes.understand.fulltext import indexed
from oureyes.understand.query import query

TEXTS = {
    "thai": "ตำรวจจับนายทองดี พรหมมา ที่โอนเงินให้สมชาย",
    "lao": "ທ້າວ ທອງດີ ໂອນເງິນ",
    "khmer": "ឈ្មោះ សុភាព នៅភ្នំពេញ",
    "burmese": "ကျော် ဇော်",
    "zawgyi": "ေအာင္ဝင္းေဇာ္",
    "chinese": "警方逮捕了陈美玲在新加坡",
    "tamil": "சிவராசா பணமோசடி",
    "jawi": "محمد علي",
    "vietnamese": "Nguyễn Văn An",
    "malay": "Muhammad Ali menghantar wang",
    "indonesian": "Suharto dan Chak mengirim uang",
    "tetum": "Xanana no Somchai iha Dili",
    "filipino": "Maria dela Cruz at Sopheap",
    "bicycle": "ขายจักรยาน",
    "chak": "ขาย จักร",
}
# question → found as written, found besides by ear
ASKED = {
    "ทองดี": ({"thai"}, {"lao"}), "Thongdi": (set(), {"thai", "lao"}), "ທອງດີ": ({"lao"}, {"thai"}),
    "Thongdee": (set(), {"thai", "lao"}), "จักร": ({"chak", "bicycle"}, {"indonesian"}),
    "Chak": ({"indonesian"}, {"chak"}), "สมชาย": ({"thai"}, {"tetum"}), "Somchai": ({"tetum"}, {"thai"}),
    "សុភាព": ({"khmer"}, {"filipino"}), "Sopheap": ({"filipino"}, {"khmer"}), "Kyaw": (set(), {"burmese"}),
    "အောင်ဝင်းဇော်": ({"zawgyi"}, set()), "ေအာင္ဝင္းေဇာ္": ({"zawgyi"}, set()), "Aung Win": (set(), {"zawgyi"}),
    "陈美玲": ({"chinese"}, set()), '"Chen Meiling"': (set(), {"chinese"}), "Tan Bee Leng": (set(), {"chinese"}),
    "Sivarasa": (set(), {"tamil"}), "محمد": ({"jawi"}, {"malay"}), "Mohamad Ali": (set(), {"jawi"}),
    "Muhammad": ({"malay"}, {"jawi"}), "nguyen": ({"vietnamese"}, set()), "Thongdi -พรหมมา": (set(), {"lao"}),
    "wang": ({"malay"}, set()), "T1059.001": (set(), set()), "Thongdi wang": (set(), set()),
}  # fmt: skip


def held(store):
    found = {name: an_object("note", abstract="-", content=text, object_refs=[]) for name, text in TEXTS.items()}
    return dict(zip((one.object for one in add(store, *found.values())), found, strict=True))


def answers(store, engine, names):
    if not engine:
        return set()
    with store.read() as connection:
        return {names[number] for number in index.search(connection, engine, limit=50)}


def test_both_engines_answer_alike_as_written_and_by_ear(store):
    names, sqlite = held(store), store.dialect == "sqlite"
    for asked, (written, by_ear) in ASKED.items():
        one = query(asked)
        first = answers(store, one.fts5() if sqlite else one.tsquery(), names)
        assert (first, answers(store, one.by_ear(sqlite=sqlite), names) - first) == (written, by_ear), asked


def test_whole_words_come_before_pieces(store):
    names, sqlite = held(store), store.dialect == "sqlite"
    assert answers(store, query("จักร").words(sqlite=sqlite), names) == {"chak"}
    assert answers(store, query("新加坡 -Chak").words(sqlite=sqlite), names) == {"chinese"}


def test_an_index_made_without_icu_answers_whatever_is_asked_with_it(store, monkeypatch):
    with monkeypatch.context() as without:
        without.setattr(wordbreaks, "breaker", lambda: None)
        names = held(store)
    one, sqlite = query("จักร"), store.dialect == "sqlite"
    assert answers(store, one.words(sqlite=sqlite), names) == set()
    assert answers(store, one.fts5() if sqlite else one.tsquery(), names) == {"chak", "bicycle"}


def test_a_row_takes_the_place_of_another(store):
    [number] = [one.object for one in add(store, an_object("note", content="before", object_refs=[]))]
    store.write(lambda c: words.replace(c, [(number, indexed({"type": "note", "content": "after"}))]))
    with store.read() as connection:
        assert index.search(connection, "before", limit=5) == []
        assert index.search(connection, "after", limit=5) == [number]


def test_what_waits_is_told_in_order_and_without_what_is_erased(store):
    numbers = [one.object for one in add(store, *(an_object("note", content=str(n), object_refs=[]) for n in range(4)))]
    store.write(lambda c: c.exec_driver_sql(f"UPDATE object SET body = NULL WHERE n = {numbers[1]}"))
    with store.read() as connection:
        assert [number for number, _ in words.waiting(connection, 0, 2)] == [numbers[0], numbers[2]]
        assert words.count(connection) == 3
        assert words.count(connection, numbers[2]) == 2
        assert words.any_object(connection)


def test_the_longest_question_there_may_be_is_answered_by_ear(store):
    names, sqlite = held(store), store.dialect == "sqlite"
    words = [chr(0x4E00 + 37 * n) + chr(0x5200 + 41 * n) + chr(0x6300 + 43 * n) for n in range(39)]
    assert answers(store, query(" ".join([*words, "Thongdi"])).by_ear(sqlite=sqlite), names) == set()
    many = " ".join(["Thongdi", *(f"-{word}" for word in words)])
    assert answers(store, query(many).by_ear(sqlite=sqlite), names) == {"thai", "lao"}


@pytest.mark.parametrize("odd", ["0e5", "1e5 0x1f", "2tunti", "1u0e17"])
def test_what_looks_like_a_sound_is_a_word_when_it_is_typed(store, odd):
    names = held(store)
    one, sqlite = query(odd), store.dialect == "sqlite"
    assert answers(store, one.fts5() if sqlite else one.tsquery(), names) == set()
