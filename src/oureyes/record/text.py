"""A report in plain text: kept as a note, and the indicators found in it, each held until a person confirms it.

Found means: it has the form, it survives `normalise` (checksums, public suffixes, numbering plans), no earlier reader
claimed the span, and the words before it do not say otherwise: `version 1.2.3.4` is no address, and an Ethereum
address is no SHA-1. The span, the text as written (defanged or not) and the reader's confidence are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO

from oureyes.model.findings import Finding
from oureyes.model.identifiers import derived_id
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable, normalise, refang, registered_domain, sco
from oureyes.model.ports import Options, Record, Rejected
from oureyes.model.text import hidden
from oureyes.record import signals, trails
from oureyes.record.observed import dated, provenance, recorded, sighted, source_of
from oureyes.record.opening import read_bytes, top_level

__all__ = ["HOLD", "NAME", "Extraction", "extract", "read", "sniff"]

NAME = "text"
HOLD = "extracted from text: awaits confirmation"
_NAMES = (".txt", ".text", ".md", ".eml", ".log")


def sniff(head: bytes, name: str) -> bool:
    """A text file that is no list of values or hashes and no JSON."""
    named = name.lower().removesuffix(".gz").endswith(_NAMES)
    return (
        named
        and b"\0" not in head
        and not top_level(head)
        and not (trails.sniff(head, name) or signals.sniff(head, name))
    )


def read(stream: BinaryIO, options: Options) -> Iterator[Record | Rejected]:
    """The extractions, then the note that refers to them."""
    subject = options.source or NAME
    text = read_bytes(stream, subject, options.max_bytes).decode()
    by, at = source_of(subject, recorded(options)), dated(options)
    yield Record(by)
    note = derived_id("note", by.id, text)
    refs = []
    for found in extract(text, options.country):
        yield Record(sco(found.observable), hold=HOLD)
        obj = _observed(found, note, by.id, at)
        refs.append(obj.id)
        yield Record(obj, counts=(("extracted", 1),), hold=HOLD)
    yield _note(note, text, by.id, at, refs)


@dataclass(frozen=True, slots=True)
class Extraction:
    """An observable, where it stands, how it is written there, and how sure the reader is (0–1)."""

    observable: Observable
    start: int
    end: int
    text: str
    confidence: float


def _observed(found: Extraction, note: str, by: str, at: str) -> StixObject:
    said = {"start": found.start, "end": found.end, "text": found.text, "confidence": found.confidence}
    identifier = derived_id("observed-data", note, found.observable.text, str(found.start))
    more: dict[str, Any] = {"created_by_ref": by, "confidence": round(found.confidence * 100)}
    more["extensions"] = provenance("extracted", {**said, "note_ref": note})
    return sighted((found.observable,), "observed-data", identifier, at, more)


def _note(identifier: str, text: str, by: str, at: str, refs: Sequence[str]) -> Record:
    obj = StixObject.make(
        {
            "type": "note",
            "spec_version": "2.1",
            "id": identifier,
            "created": at,
            "modified": at,
            "created_by_ref": by,
            "content": text,
            "object_refs": list(dict.fromkeys(refs)) or [by],
            **({"labels": labels} if (labels := _techniques(text)) else {}),
        }
    )
    findings = tuple(Finding(identifier, "warning", f"hidden character {name}") for name in hidden(text))
    return Record(obj, findings, counts=(("texts", 1),), tags=tuple(labels))


def _techniques(text: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"(?<![A-Za-z0-9.])T[01]\d{3}(?:\.\d{3})?(?![A-Za-z0-9])", text)))


def extract(text: str, country: str | None = None) -> list[Extraction]:
    """Every indicator in order of appearance; one value twice is said twice."""
    taken = bytearray(len(text))
    found: list[Extraction] = []
    for reader in _READERS:
        for one in reader(text, country):
            if not any(taken[one.start : one.end]):
                found.append(one)
                taken[one.start : one.end] = b"\1" * (one.end - one.start)
    return sorted(found, key=lambda one: one.start)


_Reader = Callable[[str, str | None], Iterator[Extraction]]

# Boundaries are ASCII: Thai, Lao, Khmer and Burmese put no space between a word and a number.
_LEFT, _RIGHT = r"(?<![A-Za-z0-9_])", r"(?![A-Za-z0-9_])"
_DOT = r"(?:\.|\s?[\[({]\s?(?:\.|dot)\s?[\])}]\s?|\\\.)"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_LABEL = r"[A-Za-z0-9_\u00c0-\uffdc](?:[A-Za-z0-9_\u00c0-\uffdc-]{0,61}[A-Za-z0-9\u00c0-\uffdc])?"
_B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

_URL = re.compile(
    r"(?<![A-Za-z])(?:h(?:tt|xx|XX|\*\*)ps?|f[tx]p)\s?(?:\[?:\]?//|\[://\])[^\s<>\"'“”‘’«»`|\u0e00-\u0eff]+",
    re.IGNORECASE,
)
_EMAIL = re.compile(
    rf"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{{1,64}}(?:@|\s?[\[({{]\s?(?:@|at)\s?[\])}}]\s?)(?:{_LABEL}{_DOT})+[A-Za-z][A-Za-z0-9-]{{1,62}}",
    re.IGNORECASE,
)
_IPV4 = re.compile(
    rf"(?<![\w.]){_OCTET}(?:{_DOT}{_OCTET}){{3}}(?:/(?:3[0-2]|[12]?\d)(?!\d))?(?::\d{{1,5}})?(?![A-Za-z0-9_]|\.\d)",
    re.ASCII,
)
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:)[0-9A-Fa-f:]+(?:[0-9.]{7,15})?(?:/\d{1,3})?(?![\w:])")
_MAC = re.compile(rf"{_LEFT}(?:[0-9A-Fa-f]{{2}}([:-]))(?:[0-9A-Fa-f]{{2}}\1){{4}}[0-9A-Fa-f]{{2}}(?![:\w-])")
_WALLET = re.compile(
    rf"{_LEFT}(?:0x[0-9a-fA-F]{{40}}|(?:bc1|BC1|ltc1|LTC1)[0-9A-Za-z]{{11,87}}|(?:bitcoincash:)?[qp][0-9a-z]{{41}}"
    rf"|[48][{_B58}]{{94,105}}|[{_B58}]{{25,50}}){_RIGHT}"
)
_HASH = re.compile(
    r"(?<![\w])(?:[0-9a-fA-F]{128}|[0-9a-fA-F]{96}|[0-9a-fA-F]{64}|[0-9a-fA-F]{56}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})(?![\w])"
)
_FUZZY = re.compile(r"(?<![\w:])(?:\d{2,10}:[A-Za-z0-9+/]{6,64}:[A-Za-z0-9+/]{6,64}|T1[0-9A-F]{70})(?![\w+/])")
_IBAN = re.compile(rf"{_LEFT}[A-Z]{{2}}\d{{2}}(?:[ -]?[A-Z0-9]{{4}}){{2,7}}(?:[ -]?[A-Z0-9]{{1,3}})?{_RIGHT}")
_ASN = re.compile(rf"{_LEFT}ASN?\s?\d{{2,10}}{_RIGHT}")
_CVE = re.compile(rf"{_LEFT}CVE-\d{{4}}-\d{{4,7}}{_RIGHT}", re.IGNORECASE)
_DOMAIN = re.compile(rf"(?<![\w@./\\-])(?:{_LABEL}{_DOT}){{1,10}}[^\W\d_][\w-]{{1,62}}(?![\w@])", re.UNICODE)
_FILE = re.compile(
    r"(?<![\w@./\\-])[\w.()-]{1,100}\.(?:exe|dll|apk|ipa|scr|bat|cmd|ps1|vbs|js|jar|lnk|iso|img|docx?|docm|xlsx?|xlsm|pptx?|pdf|rtf"
    r"|zip|rar|7z|msi|sh|py|php|jpe?g|png|mp4|mov)(?![\w.])",
    re.IGNORECASE,
)
_REGISTRY = re.compile(r"(?<![A-Za-z])(?:HKLM|HKCU|HKCR|HKU|HKEY_[A-Z_]+)\\[^\s\"',;<>]*[^\s\"',;<>.]")
_HANDLE = re.compile(
    r"(?<![A-Za-z])(telegram|instagram|facebook|tiktok|twitter|signal|line|wechat|viber|zalo|whatsapp)"
    r"(?:\s+(?:account|user|handle|id|channel|group|profile|akun|kanal|บัญชี))?\s*:?\s*(@[\w.]{3,32})(?<!\.)",
    re.IGNORECASE,
)
_PASSPORT = re.compile(
    rf"(?i:passports?|paspor|pasport|hộ chiếu|หนังสือเดินทาง)\D{{0,24}}?([A-Z]{{1,2}}\d{{6,8}}){_RIGHT}"
)
_IMO = re.compile(rf"{_LEFT}IMO(?:\s(?:no\.?|number))?:?\s?(\d{{7}}){_RIGHT}", re.IGNORECASE)
_IMEI = re.compile(rf"{_LEFT}IMEI(?:\s(?:no\.?|number))?:?\s?(\d{{15}}){_RIGHT}", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"(?i:account|acct|a/c|rekening|akaun|tài khoản|เลขที่บัญชี|บัญชี)(?:\s(?i:no\.?|number|nomor|số|เลขที่))?\s?[:#]?\s?"
    r"(\d[\d -]{6,20}\d)"
)
_NO_ADDRESS = re.compile(
    r"(?i:\b(?:version|versi|phiên bản|ver|v|release|build|firmware|patch|section|clause|chapter|§|เวอร์ชัน)"
    r"\.?\s?(?:no\.?\s)?$)"
)
_CLOSERS = {")": "(", "]": "[", "}": "{"}
# Reserved names stand in exercises (RFC 2606, RFC 6761); onion names in none of the public suffixes (RFC 7686).
_SPECIAL = frozenset(["example", "test", "invalid", "onion", "local"])
# Endings that are a public suffix too: written plainly with one dot, they are a file.
_FILE_ENDINGS = frozenset(
    [
        "zip",
        "mov",
        "sh",
        "py",
        "md",
        "rs",
        "so",
        "pl",
        "ps",
        "app",
        "bat",
        "cab",
        "doc",
        "exe",
        "dll",
        "js",
        "jar",
        "apk",
        "com.exe",
    ]
)

_STATES = (
    ("BN", "brunei"), ("KH", "cambodia|khmer|kamboja|phnom penh|កម្ពុជា|campuchia"),
    ("ID", "indonesia|jakarta"), ("LA", "laos?|lao pdr|vientiane|ລາວ"),
    ("MY", "malaysia|kuala lumpur"), ("MM", "myanmar|burm(?:a|ese)|yangon|မြန်မာ"),
    ("PH", "philippines?|filipino|filipina|manila|pilipinas"), ("SG", "singapore|singapura"),
    ("TH", "thai(?:land)?|bangkok|ไทย"), ("TL", "timor(?:-leste|ese)?|dili"),
    ("VN", "viet ?nam(?:ese)?|việt nam|ha ?noi|hà nội"),
)  # fmt: skip
_STATE = re.compile("|".join(f"(?P<{code}>(?<![A-Za-z])(?:{names}))" for code, names in _STATES), re.IGNORECASE)


def _country_near(text: str, at: int, country: str | None) -> str | None:
    """The state whose name stands last before a number in its sentence, else the one the person importing named."""
    before = re.split(r"[.!?;\n](?=\s|$)", text[max(at - 160, 0) : at])[-1]
    named = [found.lastgroup for found in _STATE.finditer(before)]
    return named[-1] if named else country


def _simple(kind: str, pattern: re.Pattern[str], confidence: float, group: int = 0) -> _Reader:
    def reader(text: str, country: str | None) -> Iterator[Extraction]:
        for found in pattern.finditer(text):
            one = normalise(kind, found[group])
            if one is not None:
                yield Extraction(one, found.start(group), found.end(group), found[group], confidence)

    return reader


def _urls(text: str, country: str | None) -> Iterator[Extraction]:
    for found in _URL.finditer(text):
        shown = _trimmed(found[0])
        one = normalise("url", shown)
        if one is not None:
            yield Extraction(
                one, found.start(), found.start() + len(shown), shown, 0.95 if shown != refang(shown) else 0.85
            )


def _trimmed(text: str) -> str:
    """Without the sentence's own punctuation; a closing bracket stays where the address opened it."""
    while text:
        last = text[-1]
        if last in ".,;:!?…。、" or (last in _CLOSERS and text.count(last) > text.count(_CLOSERS[last])):
            text = text[:-1]
        else:
            break
    return text


def _emails(text: str, country: str | None) -> Iterator[Extraction]:
    for found in _EMAIL.finditer(text):
        one = normalise("email-addr", found[0])
        if one is not None and _public(one.value.rpartition("@")[2]):
            yield Extraction(one, found.start(), found.end(), found[0], 0.9)


def _addresses(text: str, country: str | None) -> Iterator[Extraction]:
    for found in _IPV4.finditer(text):
        one = normalise("ip", re.sub(r"\s", "", found[0]))
        if one is None or _NO_ADDRESS.search(text, max(found.start() - 24, 0), found.start()):
            continue
        yield Extraction(one, found.start(), found.end(), found[0], 0.9 if found[0] != refang(found[0]) else 0.75)


def _long_addresses(text: str, country: str | None) -> Iterator[Extraction]:
    for found in _IPV6.finditer(text):
        shown = found[0].rstrip(".:") if not found[0].endswith("::") else found[0]
        one = normalise("ip", shown) if any(character.isdigit() for character in shown) and len(shown) > 3 else None
        if one is not None:
            yield Extraction(one, found.start(), found.start() + len(shown), shown, 0.85)


def _wallets(text: str, country: str | None) -> Iterator[Extraction]:
    """Only chains whose addresses carry a checksum: forty hexadecimal digits after 0x are Ethereum's, not SHA-1."""
    for found in _WALLET.finditer(text):
        one = normalise("wallet", found[0])
        if one is not None and not one.value.startswith("sol:"):
            yield Extraction(one, found.start(), found.end(), found[0], 0.95)


def _ibans(text: str, country: str | None) -> Iterator[Extraction]:
    """The longest run of groups whose check digits hold."""
    for found in _IBAN.finditer(text):
        shown = found[0]
        while len(shown) >= 15:
            one = normalise("iban", shown)
            if one is not None:
                yield Extraction(one, found.start(), found.start() + len(shown), shown, 0.95)
                break
            shown = shown[:-1].rstrip(" -")


def _national(kind: str, pattern: re.Pattern[str], confidence: float) -> _Reader:
    def reader(text: str, country: str | None) -> Iterator[Extraction]:
        for found in pattern.finditer(text):
            state = _country_near(text, found.start(1), country)
            one = normalise(kind, found[1], state) if state else None
            if one is not None:
                yield Extraction(one, found.start(1), found.end(1), found[1], confidence)

    return reader


def _phones(text: str, country: str | None) -> Iterator[Extraction]:
    """International numbers anywhere; national ones by the state named nearest before them."""
    import phonenumbers

    regions = dict.fromkeys([None, country, *(found.lastgroup for found in _STATE.finditer(text))])
    for region in regions:
        for found in phonenumbers.PhoneNumberMatcher(text, region or "ZZ", leniency=phonenumbers.Leniency.VALID):
            shown = str(found.raw_string)
            national = not shown.lstrip("( ").startswith("+")
            if national and _country_near(text, found.start, country) != region:
                continue
            one = normalise("phone-number", shown, region)
            if one is not None:
                yield Extraction(one, found.start, found.end, shown, 0.6 if national else 0.9)


def _handles(text: str, country: str | None) -> Iterator[Extraction]:
    for found in _HANDLE.finditer(text):
        one = normalise("user-account", f"{found[1]}:{found[2]}")
        if one is not None:
            yield Extraction(one, found.start(2), found.end(2), found[2], 0.8)


def _domains(text: str, country: str | None) -> Iterator[Extraction]:
    for found in _DOMAIN.finditer(text):
        shown = found[0]
        one = normalise("domain", re.sub(r"\s", "", shown))
        if one is None or not _public(one.value):
            continue
        fanged = refang(re.sub(r"\s", "", shown)) == shown
        if fanged and one.value.count(".") == 1 and one.value.rpartition(".")[2] in _FILE_ENDINGS:
            continue
        yield Extraction(one, found.start(), found.end(), shown, 0.7 if fanged else 0.95)


@lru_cache(4096)
def _public(name: str) -> bool:
    """Under a public suffix, or one of the names reserved for exercises; the suffix alone is nobody's."""
    return name.rpartition(".")[2] in _SPECIAL or registered_domain(name) is not None


_READERS: tuple[_Reader, ...] = (
    _urls,
    _emails,
    _simple("mac-addr", _MAC, 0.9),
    _long_addresses,
    _addresses,
    _wallets,
    _simple("hash", _FUZZY, 0.9),
    _simple("hash", _HASH, 0.9),
    _ibans,
    _simple("cve", _CVE, 0.95),
    _simple("imei", _IMEI, 0.9, 1),
    _simple("imo", _IMO, 0.9, 1),
    _national("passport", _PASSPORT, 0.7),
    _simple("windows-registry-key", _REGISTRY, 0.8),
    _handles,
    _national("bank-account", _ACCOUNT, 0.6),
    _phones,
    _simple("autonomous-system", _ASN, 0.8),
    _domains,
    _simple("file-name", _FILE, 0.5),
)
