"""Copied posts are found in the region's scripts; other texts of the same language are not."""

# ruff: noqa: E501 - sentences of many scripts, which are narrower than their letters are many

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.correlate import wording
from oureyes.model.objects import StixObject
from oureyes.model.zawgyi import to_unicode

TEXTS = {
    "indonesian": "Saudara sekalian, keluarga para pejuang membutuhkan bantuan kita. Kirim sumbangan sebelum hari Jumat"
    " dan sebarkan pesan ini kepada semua orang yang kamu percaya, terima kasih banyak",
    "thai": "พี่น้องทั้งหลาย ครอบครัวของพวกเราต้องการความช่วยเหลือ โปรดส่งเงินบริจาคเข้ากองทุนก่อนวันศุกร์และแชร์ข้อความนี้",
    "khmer": "បងប្អូនទាំងអស់ គ្រួសាររបស់យើងត្រូវការជំនួយ សូមផ្ញើប្រាក់មកមូលនិធិមុនថ្ងៃសុក្រ ហើយចែករំលែកសារនេះ",
    "burmese": "ညီအစ်ကိုတို့ ကျွန်ုပ်တို့၏မိသားစုများသည် အကူအညီလိုအပ်နေသည် သောကြာနေ့မတိုင်မီ ရန်ပုံငွေသို့ လှူဒါန်းပါ",
    "lao": "ອ້າຍນ້ອງທັງຫຼາຍ ຄອບຄົວຂອງພວກເຮົາຕ້ອງການຄວາມຊ່ວຍເຫຼືອ ກະລຸນາສົ່ງເງິນບໍລິຈາກເຂົ້າກອງທຶນກ່ອນວັນສຸກ",
    "chinese": "兄弟们，我们的家人需要帮助。请在星期五之前把捐款汇入基金，并把这条消息转发给你信任的每一个人，谢谢大家的支持和信任",
    "vietnamese": "Anh em thân mến, gia đình của chúng ta đang cần giúp đỡ. Hãy gửi tiền quyên góp trước thứ Sáu và chia sẻ"
    " tin nhắn này cho mọi người mà bạn tin tưởng",
    "tamil": "சகோதரர்களே, எங்கள் குடும்பங்களுக்கு உதவி தேவை. வெள்ளிக்கிழமைக்கு முன் நிதிக்கு பணம் அனுப்புங்கள்",
    "jawi": "سودارا سکالين، کلوارڬ کيت ممرلوکن بنتوان. سيلا هنتر سومبڠن سبلوم هاري جمعة دان سيبرکن ڤسنن اين",
}


WATER = "พี่น้องทั้งหลาย หมู่บ้านของเราขาดแคลนน้ำและอาหาร โปรดช่วยกันบริจาคเพื่อซื้อน้ำและแบ่งปันข้อความนี้ให้คนที่ไว้ใจ"
ZAWGYI = "ေအာင္ဝင္းေဇာ္ သန္းေ႐ႊ မင္းေအာင္လႈိင္ ဦးသိန္းစိန္ ေက်ာ္နြယ္ဘ ေအာင္ဆန္းစုၾကည္"


def note(text, kind="note", field="content"):
    return StixObject.make({"type": kind, "id": f"{kind}--00000000-0000-4000-8000-000000000001", field: text})


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_copy_with_another_link_number_and_end_is_found_in_each_script(text):
    copy = f"{text[: len(text) - 6]} https://other.example/x 2027"
    met = wording.compare(note(f"{text} https://first.example/a 2026"), note(copy, "report", "description"))
    assert met is not None
    assert met.score > 0.7


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_text_meets_another(text):
    others = [other for other in TEXTS.values() if other != text]
    assert not any(wording.compare(note(text), note(other)) for other in others)


def test_recall_grows_with_likeness_as_the_bands_promise():
    chosen = random.Random(3)
    words = [f"{chosen.randrange(10**6):x}" for _ in range(3000)]
    words = ["".join(chr(97 + int(digit, 16)) for digit in word) for word in words]
    found = {}
    for changes in (2, 6):
        met = 0
        for _ in range(60):
            base = chosen.sample(words, 60)
            other = list(base)
            for at in chosen.sample(range(60), changes):
                other[at] = chosen.choice(words)
            met += wording.compare(note(" ".join(base)), note(" ".join(other))) is not None
        found[changes] = met / 60
    assert found[2] == 1.0  # likeness about .81
    assert found[6] > 0.6  # about .55, just above the least


words = st.lists(st.sampled_from("alpha bravo charlie delta echo foxtrot golf hotel india juliet".split()), min_size=9)


@given(words, words)
def test_what_is_accepted_shares_a_key(one, other):
    left, right = note(" ".join(one)), note(" ".join(other))
    met = wording.compare(left, right)
    if met is not None:
        assert {key.value for key in wording.keys(left)} & {key.value for key in wording.keys(right)}
        assert wording.likeness(" ".join(one), " ".join(other)) >= 0.5


@given(st.text())
def test_any_text_has_pieces_or_none(text):
    assert isinstance(wording.shingles(text), frozenset)
    assert len(list(wording.keys(note(text)))) in (0, 21)


def test_short_texts_and_other_objects_have_no_keys():
    assert not wording.keys(note("give now"))
    assert not wording.keys(note("https://a.example/" + "x" * 300))
    assert not wording.keys(note(TEXTS["thai"], "indicator", "description"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TEXTS["khmer"], TEXTS["khmer"].replace("ត្រូវ", "\u200bត្រូវ\u200b").replace("ហើយ", "ហើយ ")),
        (TEXTS["burmese"], TEXTS["burmese"].replace("သို့", "သို့\n").replace("သည်", "\u200bသည်")),
        (TEXTS["chinese"], "\n".join(TEXTS["chinese"][at : at + 9] for at in range(0, len(TEXTS["chinese"]), 9))),
        (WATER, WATER.replace("น้ำ", "นํ้า").replace("แ", "เเ").replace("เพื่อ", " เพื่อ ")),
        (ZAWGYI, to_unicode(ZAWGYI)),
    ],
)
def test_breaks_and_ways_of_typing_make_no_difference_in_scripts_without_spaces(one, other):
    assert one != other
    assert wording.shingles(one)
    assert wording.likeness(one, other) == 1


def test_a_space_still_parts_words_where_the_script_has_spaces():
    assert (
        wording.likeness(
            "send what you can to the relief fund before friday", "sendwhatyoucan tothe relieffund beforefriday"
        )
        == 0
    )
