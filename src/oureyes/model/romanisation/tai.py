"""Thai and Lao script in Latin letters: the vowels that stand before, above and around put where they are spoken.

Thai writes some vowels not at all; a name then has two or three readings (`รัตนา` ratna, rattana; `กมล` kamon, kamol),
and all are given. After the Royal Thai General System and the Lao BGN/PCGN tables, without tones and lengths.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["lao", "thai"]

_THAI_FIRST = dict(
    zip(
        "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
        (
            "k kh kh kh kh kh ng ch ch ch s ch y d t th th th n d t th th th n b p ph f ph f ph m y r l w s s s h l  h"
        ).split(" "),
        strict=True,
    )
)
_THAI_LAST = {
    **dict.fromkeys("กขคฆ", "k"), **dict.fromkeys("จชซฌฎฏฐฑฒดตถทธศษส", "t"), **dict.fromkeys("บปพฟภ", "p"),
    **dict.fromkeys("ญณนรลฬ", "n"), "ง": "ng", "ม": "m", "ย": "i", "ว": "o",
}  # fmt: skip
_THAI_LETTER = {**_THAI_LAST, "ร": "r", "ล": "l", "ฬ": "l", "ช": "j", "จ": "j", "ส": "s", "ศ": "s", "ษ": "s"}
_THAI_TONES = re.compile("[่-๋็ํ๎ฺๆฯ\u200b-\u200d]")
_THAI_SILENT = re.compile("(?:[ดตท](?=ร)|ษ(?=ณ))?[ก-ฮ][ิุ]?์")
_THAI_SPELLED = (
    ("ทร(?=[ก-ฮะ-ู]|$)", "ซ"), ("(?<=[เแโไใ])ทร", "ซ"), ("[ศสซ]ร(?=[ก-ฮะ-ู])", "ส"), ("จริ", "จิ"), ("ฤๅ", "รื"),
    ("ฤ", "ริ"), ("รห(?=ม)", "ร"), ("ห(?=[งญนมยรลว][ะ-ู็-๋])", ""), ("(?<=[เแโไใ])ห(?=[งญนมยรลว])", ""),
    ("^อ(?=ย)", ""), ("ชร(?=$)", "ช"), ("ตร(?=$)", "ต"), ("(?<=ั)กร(?=$)", "ก"), ("กร(?=$)", "กอร"),
    ("พร(?=$)", "พอร"), ("ธร(?=$)", "ทอร"),
    ("([ตท])ิ(?=$)", r"\1"), ("([ตท])ุ(?=$)", r"\1"),
)  # fmt: skip
_SPELLED = tuple((re.compile(old), new) for old, new in _THAI_SPELLED)
_K, _V = "[ก-ฮ]", "[ะ-ู]"
_ONSET = "(?:[กขคตปผพ][รล](?=[ะ-ู])|[กขค]ว(?=[ะ-ู])|(?<=[เแโไใ])[กขคตปผพ][รล]|[ก-ฮ])"
_CLOSE = f"([ก-งจชซญ-นบปพฟภ-วศ-สฬ])(?!{_V}|รร)"
_LAST = f"(?:{_CLOSE[:-1]}|[ก-ฮ]$))?"  # two bare consonants at the end are a syllable of their own
# (pattern, vowel); group 1 is the onset, group 2 what closes the syllable.
_THAI = tuple(
    (re.compile(pattern), vowel)
    for pattern, vowel in (
        (f"เ({_ONSET})ียะ?{_LAST}", "ia"), (f"เ({_ONSET})ือะ?{_LAST}", "uea"), (f"เ({_ONSET})าะ()", "o"),
        (f"เ({_ONSET})า()(?!{_V})", "ao"), (f"เ({_ONSET})ิ{_LAST}", "oe"), (f"เ({_ONSET})ย(?!{_V})()", "oei"),
        (f"เ({_ONSET})อะ?{_LAST}", "oe"), (f"เ({_ONSET})ะ?{_LAST}", "e"), (f"แ({_ONSET})ะ?{_LAST}", "ae"),
        (f"โ({_ONSET})ะ?{_LAST}", "o"), (f"[ไใ]({_ONSET})ย?(?!{_V})()", "ai"), (f"({_ONSET})ัวะ?{_LAST}", "ua"),
        (f"({_ONSET})ัย(?!{_V})()", "ai"), (f"({_ONSET})ั(?:{_CLOSE})?", "a"), (f"({_ONSET})ำ()", "am"),
        (f"({_ONSET})ะ()", "a"), (f"({_ONSET})า{_LAST}", "a"), (f"({_ONSET})[ิี]{_LAST}", "i"),
        (f"({_ONSET})ึ{_LAST}", "ue"), (f"({_ONSET})ือ?{_LAST}", "ue"), (f"({_ONSET})[ุู]{_LAST}", "u"),
        (f"({_K})รร([กขคงญณดตถทธนบปพมศส])(?!{_V})", "a"), (f"({_K})รร()", "an"),
        (f"({_K})ว([ก-งจชญ-นบปพมรลศ-ส])(?!{_V}|รร)", "ua"), (f"({_ONSET})อ(?!{_V}){_LAST}", "o"),
    )
)  # fmt: skip
_RUN = re.compile(f"(?:[กขคตปผพ][รล](?={_K})|{_K})(?!{_V}|รร)")


@lru_cache(maxsize=1 << 13)
def thai(word: str) -> tuple[str, ...]:
    """Readings of one Thai word: as spoken, with open inner syllables, and letter by letter at the end."""
    text = _THAI_SILENT.sub("", _THAI_TONES.sub("", word))
    for old, new in _SPELLED:
        text = old.sub(new, text)
    parts = _thai_syllables(text)
    out = (_spoken(parts), _linked(parts), _written(parts))
    return tuple(dict.fromkeys(reading for reading in out if reading))


def _thai_syllables(text: str) -> list[tuple[str, str, str]]:
    """(onset letters, vowel, final letter); a vowel of "" is the unwritten one."""
    out: list[tuple[str, str, str]] = []
    at = 0
    while at < len(text):
        for pattern, vowel in _THAI:
            if found := pattern.match(text, at):
                out.append((found[1], vowel, found[2] or ""))
                at = found.end()
                break
        else:
            at += _bare(text, at, out)
    return out


def _bare(text: str, at: int, out: list[tuple[str, str, str]]) -> int:
    """Consonants without a vowel: two are a syllable with o, of an odd number the first has an a."""
    run: list[str] = []
    place = at
    while found := _RUN.match(text, place):
        run.append(found[0])
        place = found.end()
    if not run:
        if "ก" <= text[at] <= "ฮ":
            out.append((text[at], "a", ""))
        return 1
    if len(run) % 2 and len(run) > 1:
        out.append((run.pop(0), "a", ""))
    while len(run) > 1:
        first, last = run.pop(0), run.pop(0)
        out.append((first, "", last[0]))
    if run:
        out.append((run[0], "a", "") if place < len(text) or not out else ("", "", run[0]))
    return place - at


def _first(onset: str) -> str:
    return "".join(_THAI_FIRST.get(letter, "") for letter in onset)


def _spoken(parts: list[tuple[str, str, str]]) -> str:
    return "".join(
        _first(onset) + (vowel or ("o" if onset else "")) + _THAI_LAST.get(last, "") for onset, vowel, last in parts
    )


def _linked(parts: list[tuple[str, str, str]]) -> str:
    """Inner finals open a syllable of their own: `สุรชัย` surachai."""
    out = ""
    for place, (onset, vowel, last) in enumerate(parts):
        inner = place < len(parts) - 1 and last and last not in ("งม" if not vowel else "งมยวนญณ")
        out += _first(onset) + (vowel or ("a" if onset and inner else "o" if onset else ""))
        out += _first(last) + "a" if inner else _THAI_LETTER.get(last, "")
    return out


def _written(parts: list[tuple[str, str, str]]) -> str:
    return "".join(
        _first(onset) + (vowel or ("o" if onset else "")) + _THAI_LETTER.get(last, "") for onset, vowel, last in parts
    )


_LAO_FIRST = dict(
    zip(
        "ກຂຄງຈສຊຍດຕຖທນບປຜຝພຟມຢຣລວຫອຮໜໝ",
        "k kh kh ng ch s x nh d t th th n b p ph f ph f m y r l v h  h n m".split(" "),
        strict=True,
    )
)
_LAO_LAST = {
    **dict.fromkeys("ກ", "k"), **dict.fromkeys("ດຕ", "t"), **dict.fromkeys("ບປ", "p"), "ງ": "ng", "ນ": "n", "ມ": "m",
    "ຍ": "i", "ວ": "o", "ຣ": "n", "ລ": "n", "ສ": "s",
}  # fmt: skip
_LAO_TONES = re.compile("[່-໋໌\u200b-\u200d]")
_LAO_LEADING = re.compile("ຫ(?=[ງຍນມລວຣຼ])")
_LK, _LV = "[ກ-ຮໜໝ]", "[ະ-ົຽໍ]"
_LO = "([ກຂຄ]ວ(?=[າະັິີ])|[ກ-ຮໜໝ])"
_LL = f"(?:([ກງດຕນບປມຍວຣລສ])(?!{_LV}|[ອ](?!{_LV})|ວ[ກງດນບມ]))?"
_LAO = tuple(
    (re.compile(pattern), vowel)
    for pattern, vowel in (
        (f"ເ{_LO}ຍ()(?!{_LV})", "ia"), (f"ເ{_LO}ັຽ{_LL}", "ia"), (f"ເ{_LO}ົາ()", "ao"), (f"ເ{_LO}າະ()", "o"),
        (f"ເ{_LO}[ຶື]ອ{_LL}", "ua"), (f"ເ{_LO}[ິີ]{_LL}", "oe"), (f"ເ{_LO}[ະັ]?{_LL}", "e"),
        (f"ແ{_LO}[ະັ]?{_LL}", "ae"), (f"ໂ{_LO}[ະົ]?{_LL}", "o"), (f"[ໄໃ]{_LO}()ຍ?(?!{_LV})", "ai"),
        (f"{_LO}ຽ{_LL}", "ia"), (f"{_LO}[ັົ]ວ{_LL}", "oua"), (f"{_LO}ວ([ກງດນບມຍ])(?!{_LV})", "oua"),
        (f"{_LO}ັຍ()", "ai"), (f"{_LO}ັ{_LL}", "a"), (f"{_LO}ົ{_LL}", "o"), (f"{_LO}ຳ()", "am"), (f"{_LO}ໍ{_LL}", "o"),
        (f"{_LO}ອ{_LL}", "o"), (f"{_LO}ະ()", "a"), (f"{_LO}າ{_LL}", "a"), (f"{_LO}[ິີ]{_LL}", "i"),
        (f"{_LO}[ຶື]{_LL}", "u"), (f"{_LO}[ຸູ]{_LL}", "ou"),
    )
)  # fmt: skip


@lru_cache(maxsize=1 << 13)
def lao(word: str) -> tuple[str, ...]:
    """The reading of one Lao word; Lao writes every vowel."""
    text = _LAO_LEADING.sub("", _LAO_TONES.sub("", word).replace("ໍາ", "ຳ")).replace("ຼ", "ລ")
    out, at = "", 0
    while at < len(text):
        for pattern, vowel in _LAO:
            if found := pattern.match(text, at):
                out += "".join(_LAO_FIRST.get(letter, "") for letter in found[1]) + vowel
                out += _LAO_LAST.get(found[2] or "", "")
                at = found.end()
                break
        else:
            out += _LAO_FIRST.get(text[at], "") + ("a" if at + 1 < len(text) and text[at] in _LAO_FIRST else "")
            at += 1
    return (out,) if out else ()
