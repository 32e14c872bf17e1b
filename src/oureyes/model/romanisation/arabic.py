"""Arabic script in Latin letters, Jawi and Persian letters included: consonants stand, short vowels are guessed.

What script leaves out no rule restores, so the commonest names are a table, and of the others two readings are given
(w and y as vowels or as consonants). Jawi letters after Dewan Bahasa dan Pustaka: چ c, ڠ ng, ڤ p, ݢ g, ڽ ny, ۏ v.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

__all__ = ["NAMES", "arabic"]

_SAME = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ڬ": "ݢ", "گ": "ݢ", "ھ": "ه", "ہ": "ه",
    "ە": "ه",
     "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": "", "ء": "", "ٴ": "", "ۍ": "ي", "ي": "ي", "ۀ": "ه", "ں": "ن", "ڭ": "ڠ"}
)  # fmt: skip
_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f]")
_CONSONANTS = {
    "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "h", "خ": "kh", "د": "d", "ذ": "dh", "ر": "r", "ز": "z", "س": "s",
    "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ل": "l", "م": "m",
    "ن": "n", "ه": "h", "چ": "ch", "ڤ": "p", "پ": "p", "ڠ": "ng", "ڽ": "ny", "ݢ": "g", "ۏ": "v", "ژ": "zh", "ڥ": "v",
    "ٹ": "t", "ڈ": "d", "ڑ": "r",
}  # fmt: skip
_VOWELS = frozenset("aiu")
_SOUNDED = {"ث": "s", "ذ": "z", "ق": "k", "ض": "d", "ظ": "dh"}

NAMES: Mapping[str, str] = dict(
    pair.split(":")
    for pair in (
        "محمد:muhammad احمد:ahmad محمود:mahmud حامد:hamid حميد:hamid عبد:abdul عبدالله:abdullah عبدالرحمن:abdul_rahman "
        "عبدالرحيم:abdul_rahim عبدالعزيز:abdul_aziz عبدالكريم:abdul_karim عبدالقادر:abdul_qadir عبدالحميد:abdul_hamid "
        "عبدالمجيد:abdul_majid عبدالسلام:abdul_salam عبدالغني:abdul_ghani عبدالملك:abdul_malik عبدالرزاق:abdul_razzaq "
        "عبدالوهاب:abdul_wahhab عبدالرشيد:abdul_rashid علي:ali حسن:hasan حسين:husayn عمر:umar عثمان:uthman ابو:abu "
        "ابي:abu ابوبكر:abu_bakr بكر:bakr خالد:khalid وليد:walid سعيد:said سعد:saad فهد:fahd فيصل:faisal ناصر:nasir "
        "نصر:nasr يوسف:yusuf ابراهيم:ibrahim ابرهيم:ibrahim اسماعيل:ismail اسحاق:ishaq اسحق:ishaq يعقوب:yaqub "
        "موسى:musa "
        "موسي:musa عيسي:isa عيسى:isa داود:dawud داوود:dawud سليمان:sulaiman سليم:salim سالم:salim سلطان:sultan "
        "رحمن:rahman "
        "رحيم:rahim كريم:karim قاسم:qasim هاشم:hashim هشام:hisham جعفر:jafar صالح:salih صلاح:salah طارق:tariq "
        "طاهر:tahir "
        "رشيد:rashid راشد:rashid زكريا:zakariya زين:zain زيد:zaid يزيد:yazid نور:nur نورالدين:nuruddin عيني:aini "
        "ازهر:azhar اظهر:azhar منصور:mansur مصطفي:mustafa مصطفى:mustafa حمزه:hamza بلال:bilal جمال:jamal كمال:kamal "
        "جلال:jalal عادل:adil عارف:arif امين:amin انور:anwar اكرم:akram اسلم:aslam بدر:badr فاطمه:fatimah عائشه:aisha "
        "عايشه:aisha خديجه:khadijah زينب:zaynab مريم:maryam سيتي:siti نور:nur حليمه:halimah رحمه:rahmah امينه:aminah "
        "زيتون:zaitun ربيعه:rabiah اينون:ainun ذوالكفل:zulkifli ذوالكفلي:zulkifli شريف:sharif سيد:sayyid شيخ:shaykh "
        "سعاد:suad لطيف:latif لطيفه:latifah مالك:malik ماجد:majid مجيد:majid ايوب:ayyub يحيي:yahya يحيى:yahya "
        "هارون:harun "
        "ادريس:idris الياس:ilyas لقمان:luqman رمضان:ramadan شعبان:shaban رجب:rajab مرتضي:murtada رضا:rida مهدي:mahdi "
        "صادق:sadiq باقر:baqir جواد:jawad حيدر:haydar عباس:abbas فضل:fadl فاضل:fadil غني:ghani وهاب:wahhab عزيز:aziz "
        "عزالدين:izzuddin ضياء:diya بهاء:baha علاء:ala شهاب:shihab شمس:shams الدين:din دين:din حبيب:habib نبيل:nabil "
        "سمير:samir رفيق:rafiq توفيق:tawfiq شفيق:shafiq عثيمين:uthaymin بن:bin ابن:bin بنت:binti"
    ).split()
)


@lru_cache(maxsize=1 << 13)
def arabic(word: str) -> tuple[tuple[str, ...], ...]:
    """Readings of one word, each a tuple of tokens."""
    bare = _MARKS.sub("", word).translate(_SAME)
    for form in (bare, bare[2:] if bare.startswith("ال") and len(bare) > 4 else bare):
        if form in NAMES:
            return (tuple(NAMES[form].split("_")),)
    if bare.startswith("عبدال") and len(bare) > 6:
        return tuple(("abdul", *rest) for rest in arabic(bare[5:]))
    if bare.startswith("ال") and len(bare) > 4:
        bare = bare[2:]
    readings = (_read(bare, {}, True), _read(bare, _SOUNDED, True), _read(bare, {}, False))
    return tuple((reading,) for reading in dict.fromkeys(readings) if reading)


def _read(word: str, sounded: dict[str, str], glides_are_vowels: bool) -> str:
    """Consonants with an a between two of them; ا a, و u or w, ي i or y, ع an a at the head and silent elsewhere."""
    out: list[str] = []
    for place, letter in enumerate(word):
        head, last = place == 0, place == len(word) - 1
        if letter in "اع":
            piece = "a" if letter == "ا" or head else ""
        elif letter in "وي":
            piece = _glide(letter, out, word[place + 1 : place + 2], head, glides_are_vowels)
        else:
            piece = sounded.get(letter) or _CONSONANTS.get(letter, "")
        if letter == "ه" and last and len(word) > 2:
            piece = "ah"
        if piece and out and piece[0] not in _VOWELS and out[-1][-1] not in _VOWELS:
            out.append("a")
        if piece:
            out.append(piece)
    return "".join(out)


def _glide(letter: str, out: list[str], following: str, head: bool, as_vowel: bool) -> str:
    vowel, consonant = ("u", "w") if letter == "و" else ("i", "y")
    if head or (following and following in "اوي") or (out and out[-1][-1] in _VOWELS and following == ""):
        return consonant
    return vowel if as_vowel else consonant
