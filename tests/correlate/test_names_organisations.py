"""Organisations meet without their legal form, across scripts and customs."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.correlate import names
from oureyes.correlate.names.index import NameIndex
from oureyes.correlate.names.keys import keys_of, name_keys
from oureyes.correlate.names.organisations import agreed, may_be_one
from oureyes.model.objects import StixObject
from oureyes.model.romanisation.customs import NATIVE_FORMS
from oureyes.model.romanisation.organisations import core

ids = count(1)


def a_company(name, **more):
    identifier = f"identity--00000000-0000-4000-8000-{next(ids):012d}"
    body = {"type": "identity", "id": identifier, "name": name, "identity_class": "organization"}
    return StixObject.make({**body, "roles": ["front company"], **more})


def an_actor(name):
    body = {"type": "threat-actor", "id": f"threat-actor--00000000-0000-4000-8000-{next(ids):012d}", "name": name}
    return StixObject.make(body)


def compared(left, right):
    """As `compare` from either side; what is accepted shares a key."""
    found, turned = names.compare(left, right), names.compare(right, left)
    assert (found is None) == (turned is None)
    if found is not None:
        assert (found.score, found.reason, found.key) == (turned.score, turned.reason, turned.key)
        assert {key.value for key in names.keys(left)} & {key.value for key in names.keys(right)}
    return found


ONE = [
    ("บริษัท ทองดี จำกัด", "Thongdi Co., Ltd.", "thongdi"),
    ("บริษัททองดีจำกัด (มหาชน)", "Thongdi Public Company Limited", "thongdi"),
    ("หจก. แสงทอง", "Saengthong Ltd", "saengthong"),
    ("มูลนิธิแสงทอง", "Saengthong Foundation", "saengthong"),
    ("ບໍລິສັດ ທອງດີ ຈຳກັດ", "Thongdi Co Ltd", "thongdi"),
    ("ບໍລິສັດ ທອງດີ ຈຳກັດ", "บริษัท ทองดี จำกัด", "thongdi"),
    ("ក្រុមហ៊ុន សុខា", "Sokha Co., Ltd.", "sokha"),
    ("ရွှေတောင် ကုမ္ပဏီ လီမိတက်", "Shwe Taung Company Limited", "shwe taung"),
    ("முருகன் பிரைவேட் லிமிடெட்", "Murugan Pvt Ltd", "murugan"),
    ("شركة النور المحدودة", "Al Noor Company Ltd", "noor"),
    ("شاريکت ماجو جايا سنديرين برحد", "Maju Jaya Sdn Bhd", "maju jaya"),
    ("金龙贸易有限公司", "Jinlong Maoyi Co Ltd", "jinlong"),
    ("金龍集團", "Jin Long Trading Pte. Ltd.", "jin long"),
    ("金龙有限公司", "金龍股份有限公司", "金龍"),
    ("株式会社山田", "山田株式会社", "山田"),
    ("Công ty TNHH Minh Long", "Minh Long Co., Ltd", "minh long"),
    ("Công ty Cổ phần Minh Long", "MINH LONG JSC", "minh long"),
    ("Syarikat Maju Jaya Sdn. Bhd.", "Maju Jaya Sdn Bhd", "maju jaya"),
    ("Maju Jaya (M) Sdn Bhd", "Maju Jaya Sendirian Berhad", "maju jaya"),
    ("CV Maju Jaya", "PT MajuJaya", "majujaya"),
    ("Yayasan Harapan Bahari", "Harapan Bahari Foundation", "harapan bahari"),
]

SHORT = ("thongdi", "sokha", "noor")  # three consonants and fewer, which many sound like


@pytest.mark.parametrize(("one", "other", "called"), ONE)
def test_one_organisation_in_two_scripts_or_customs_meets_and_the_reason_says_by_what(one, other, called):
    found = compared(a_company(one), a_company(other))
    assert f"without the legal form ({called})" in found.reason
    assert bool(found.quiet) == (called in SHORT)


def test_the_reason_tells_words_from_sounds():
    words = compared(a_company("PT Maju Jaya Tbk"), a_company("Maju Jaya"))
    assert words.reason == "Maju Jaya and PT Maju Jaya Tbk: the same words without the legal form (maju jaya)"
    sounds = compared(a_company("บริษัท ทองดี จำกัด"), a_company("Thongdi Co., Ltd."))
    assert "the same sounds across scripts without the legal form (thongdi)" in sounds.reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("บริษัท ทองดี จำกัด", "Thongchai Co., Ltd."), ("บริษัท ทองดี จำกัด", "บริษัท แสงทอง จำกัด"),
        ("金龙贸易有限公司", "锦隆贸易有限公司"), ("金龙有限公司", "Jinfeng Co Ltd"), ("Maju Jaya", "Maja Jaya"),
        ("Công ty TNHH Minh Long", "Công ty TNHH Minh Lan"), ("Syarikat Maju Jaya", "Syarikat Maju Mundur"),
        ("شركة النور", "شركة الهدى"), ("PT Sinar", "CV Surya"), ("有限公司", "Co Ltd"), ("Công ty", "Cong ty TNHH"),
        ("Royal Al Co", "Royal El Co"), ("Sinar Maoyi", "Sinar"),
    ],
)  # fmt: skip
def test_two_organisations_of_one_form_are_two(one, other):
    assert compared(a_company(one), a_company(other)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cienco 1", "Cienco 8"), ("PT 88 Jaya", "PT 99 Jaya"), ("Cienco 1", "Cienco"), ("14K Co", "K Co"),
        ("Công ty Cổ phần Xây dựng số 1", "Công ty Cổ phần Xây dựng số 2"), ("PT Jaya 1 1", "PT Jaya 11"),
        ("บริษัท ทองดี 1 จำกัด", "Thongdi 2 Co., Ltd."), ("บริษัท ทองดี ๑ จำกัด", "บริษัท ทองดี 2 จำกัด"),
        ("金龙1有限公司", "金龙2有限公司"), ("金龙1有限公司", "Jinlong 2 Co Ltd"),
    ],
)  # fmt: skip
def test_two_numbers_are_two_organisations_whoever_names_them(one, other):
    for made in (a_company, an_actor):
        assert compared(made(one), made(other)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PT 88 Jaya", "CV 88 Jaya"), ("บริษัท แสงทอง ๑ จำกัด", "Saengthong 1 Co., Ltd."),
        ("บริษัท แสงทอง ๑ จำกัด", "หจก. แสงทอง 1"), ("金龙8有限公司", "Jinlong 8 Co Ltd"),
        ("บริษัท ABC 1 จำกัด", "ABC 1 Co Ltd"),
    ],
)  # fmt: skip
def test_one_number_is_one_in_the_digits_of_any_script(one, other):
    assert not compared(a_company(one), a_company(other)).quiet


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DBS", "TPZ"), ("BCA", "PGA"), ("PT Bina", "PT Pena"), ("PT Baru", "PT Palu"), ("Delta Bina", "Teltapena"),
        ("PT Tiga", "PT Dika"), ("UOB", "UOP"), ("Tung Lok Co", "Dung Rok Co"), ("Lao PDR Bank", "Lao BDR Bank"),
    ],
)  # fmt: skip
def test_one_sound_of_other_letters_is_no_one_organisation_in_latin(one, other):
    assert compared(a_company(one), a_company(other)) is None


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("PT Sumber Soekses", "PT Sumber Sukses", "words that look and sound alike without the legal form"),
        ("Trung", "Truong", "words that look and sound alike without the legal form (truong, trung)"),
        ("ABC (M) Sdn Bhd", "ABC (S) Pte Ltd", "of two countries"),
        ("บริษัท ทองดี จำกัด", "Thongdi Co., Ltd.", "a short name"),
    ],
)
def test_what_is_not_quite_one_name_needs_a_second_sign_and_says_so(one, other, said):
    found = compared(a_company(one), a_company(other))
    assert found.score < 0.5
    assert found.quiet in found.reason
    assert said in found.reason
    paper = {"document_number": "AA1234567"}
    assert not compared(a_company(one, **paper), a_company(other, **paper)).quiet


def test_the_reason_says_the_same_words_of_none_but_the_same_words():
    assert "the same letters, apart or as one," in compared(a_company("CV Maju Jaya"), a_company("PT MajuJaya")).reason


@pytest.mark.parametrize("form", NATIVE_FORMS)
def test_a_name_that_is_only_a_form_stays_whole(form):
    assert any(letter.isalnum() for letter in core(form))


def test_what_only_begins_like_a_form_is_a_name():
    assert core("สมาคมีชัย") == "สมาคมีชัย"
    assert core("محدودةالنور") == "محدودةالنور"


def test_of_whom_nobody_says_what_it_is_a_native_name_is_a_person_s_unless_it_says_its_form():
    assert [may_be_one(name) for name in ("สมชาย ทองดี", "บริษัท ทองดี จำกัด", "Maju Jaya")] == [False, True, True]
    person = compared(an_actor("สมชาย ทองดี"), an_actor("Somchai Thongdi"))
    assert "all parts agree" in person.reason
    company = compared(an_actor("บริษัท ทองดี จำกัด"), an_actor("Thongdi Co., Ltd."))
    assert "without the legal form" in company.reason


@pytest.mark.parametrize("engine", ["tantivy", "numpy"])
def test_the_index_finds_an_organisation_across_scripts_among_others_of_its_form(engine):
    index = NameIndex(engine)
    others = [f"{one}{other}贸易有限公司" for one in "明华安泰兴荣福海天新" for other in "成达昌盛丰源利通和美"]
    index.add(enumerate([*others, "金龙贸易有限公司", "บริษัท ทองดี จำกัด"]))
    assert index.search("Jinlong Maoyi Co Ltd", 5)[0] == len(others)
    assert index.search("Thongdi Co., Ltd.", 5)[0] == len(others) + 1


def test_a_person_of_the_same_sound_is_no_organisation():
    assert compared(a_company("บริษัท ทองดี จำกัด"), a_company("Thongdi", identity_class="individual")) is None


@given(st.one_of(st.text(max_size=40), st.sampled_from([side for row in ONE for side in row[:2]])))
def test_any_name_has_at_most_twelve_keys_whatever_it_is(name):
    for kind in ("person", "organisation", ""):
        assert len(keys_of(name, kind)) <= 12
    assert set(keys_of(name, "person")) == set(name_keys(name))


SIDES = st.sampled_from([side for row in ONE for side in row[:2]])


@given(SIDES, SIDES, st.text(alphabet=" .()abms12๑จำกัด公司شركة", max_size=6), st.sampled_from((a_company, an_actor)))
@settings(max_examples=200, deadline=None)
def test_whatever_is_accepted_shares_a_key_and_reads_alike_from_either_side(one, other, more, made):
    assert agreed(one, other) == agreed(other, one)
    compared(made(one), made(other))
    compared(made(one), made(other + more))
