"""`normalise`: any value of a known kind to its one form, or None. It never raises, whatever it is given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from oureyes.model.countries import ISO2, ISO3
from oureyes.model.observables import internet, papers
from oureyes.model.observables.observable import Observable
from oureyes.model.wallets import wallet

__all__ = ["CANON", "KINDS", "Observable", "kind_of", "normalise"]

CANON = "canon/1"
_LONGEST = 8192  # no value worth a key is longer, and no pattern below sees more


def normalise(kind: str, value: str, country: str | None = None) -> Observable | None:
    """The one form of `value`, or None when it is no valid value of `kind` or the kind is unknown.

    `kind` is one of KINDS, a STIX or MISP name for it, or a loose word (`ip`, `hash`, `wallet`). `country` is the
    ISO 3166-1 two-letter code by which a national phone number, passport, plate or account is read."""
    if not isinstance(kind, str) or not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        return None
    form = _FORMS.get(kind) or _FORMS.get(_ALIASES.get(kind.lower().replace("_", "-"), ""))
    if form is None:
        return None
    try:
        return form(value, country)
    except (ValueError, OverflowError):  # a digit that is no digit, a number beyond measure: not an observable
        return None


def kind_of(name: str) -> str | None:
    """The kind behind a STIX, MISP or loose name (`ip-dst` → `ipv4-addr`); None where the name alone does not say."""
    kind = name if name in KINDS else _ALIASES.get(name.lower().replace("_", "-"), "")
    return kind if kind in KINDS else None


_Form = Callable[[str, str | None], Observable | None]

# hexadecimal digits per algorithm; ssdeep and tlsh have forms of their own
_DIGITS: Mapping[str, int] = {
    "md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128,
    "sha3-256": 64, "sha3-512": 128, "sha512-256": 64, "imphash": 32, "pehash": 40, "authentihash": 64, "cdhash": 40,
    "ja3": 32, "hassh": 32,
}  # fmt: skip
_BY_LENGTH = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_HEX = re.compile(r"[0-9a-f]+")
_SSDEEP = re.compile(r"\d{1,10}:[A-Za-z0-9+/]{1,64}:[A-Za-z0-9+/]{1,64}")
_TLSH = re.compile(r"(?:T1)?([0-9A-F]{70})")
_CVE = re.compile(r"CVE-(?:19|20)\d\d-\d{4,19}")
_HIVES = {
    "hklm": "hkey_local_machine", "hkcu": "hkey_current_user", "hkcr": "hkey_classes_root", "hku": "hkey_users",
    "hkcc": "hkey_current_config",
}  # fmt: skip
# Services whose account names do not tell upper from lower case.
_CASELESS = frozenset(
    ["telegram", "x", "instagram", "facebook", "tiktok", "github", "reddit", "vk", "mastodon", "snapchat", "wickr"]
)
_SERVICES = {"twitter": "x", "fb": "facebook", "ig": "instagram", "tg": "telegram"}


def _domain(value: str, country: str | None) -> Observable | None:
    """Lists put addresses among the names; the value says which it is."""
    name = internet.domain(value)
    return Observable("domain-name", name) if name else _address(value, None)


def _address(value: str, country: str | None) -> Observable | None:
    found = internet.address(value)
    return Observable(*found) if found else None


def _plain(kind: str, read: Callable[[str], str | None]) -> _Form:
    def form(value: str, country: str | None) -> Observable | None:
        text = read(value)
        return Observable(kind, text) if text else None

    return form


def _national(kind: str, read: Callable[[str, str | None], str | None]) -> _Form:
    def form(value: str, country: str | None) -> Observable | None:
        text = read(value, country)
        return Observable(kind, text) if text else None

    return form


def _digest(algorithm: str, digits: int) -> _Form:
    kind = f"hash:{algorithm}"

    def form(value: str, country: str | None) -> Observable | None:
        if len(value) != digits:
            value = value.strip()
        text = value.lower()
        return Observable(kind, text) if len(text) == digits and _HEX.fullmatch(text) else None

    return form


def _any_digest(value: str, country: str | None) -> Observable | None:
    """A hash whose algorithm nobody named: by its length, ssdeep and TLSH by their form."""
    name = _BY_LENGTH.get(len(value.strip()))
    if name:
        return _FORMS[f"hash:{name}"](value, None)
    return _FORMS["hash:ssdeep"](value, None) or _FORMS["hash:tlsh"](value, None)


def _ssdeep(value: str) -> str | None:
    value = value.strip().split(",")[0]
    return value if _SSDEEP.fullmatch(value) else None


def _tlsh(value: str) -> str | None:
    found = _TLSH.fullmatch(value.strip().upper())
    return f"T1{found[1]}" if found else None


def _phone(value: str, country: str | None) -> str | None:
    """E.164. Possible is enough: numbering plans change faster than tables, and a wrong digit matches nothing."""
    import phonenumbers  # heavy: loaded with the first number

    value = value.strip().removeprefix("tel:")
    if country is None and value.startswith("00"):  # the ITU's international prefix
        value = "+" + value[2:]
    for _ in range(3):  # a trunk digit after the country code goes once per reading
        try:
            number = phonenumbers.parse(value, (country or "ZZ").upper())
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_possible_number(number):
            return None
        text = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
        if text == value:
            return text
        value, country = text, None
    return None


def _iban(value: str) -> str | None:
    from stdnum import iban

    text = re.sub(r"[\s-]", "", value).upper().removeprefix("IBAN:").removeprefix("IBAN")
    return text if text.isascii() and iban.is_valid(text, check_country=False) else None


def _account(value: str, country: str | None) -> Observable | None:
    """`CC:BANK:NUMBER`, the bank as given (BIC, national code, short name) or empty; an IBAN is an IBAN."""
    if text := _iban(value):
        return Observable("iban", text)
    parts = [re.sub(r"[\s.-]", "", part).upper() for part in value.split(":")]
    if len(parts) < 3:
        parts = [(country or "").upper(), *([""] if len(parts) == 1 else []), *parts]
    state, bank, number = parts if len(parts) == 3 else ("", "", "")
    state = ISO2.get(state, state)
    if state not in ISO3 or not re.fullmatch(r"[A-Z0-9]{0,34}", bank) or not re.fullmatch(r"[A-Z0-9]{4,34}", number):
        return None
    return Observable("bank-account", f"{state}:{bank}:{number}")


def _wallet(value: str) -> str | None:
    found = wallet(value)
    return ":".join(found) if found else None


def _user(value: str) -> str | None:
    """`service:name`; a name without its service says nothing."""
    service, colon, name = value.partition(":")
    service = service.strip().lower().replace(" ", "-")
    service = _SERVICES.get(service, service)
    shown = _visible(name.strip().lstrip("@"))
    if not colon or not shown or not re.fullmatch(r"[a-z0-9._-]{1,64}", service):
        return None
    return f"{service}:{_caseless(shown) if service in _CASELESS else shown}"


def _file_name(value: str) -> str | None:
    """The last part of the path, without case: half the world's file systems do not tell it."""
    text = _visible(value.replace("\\", "/").rstrip("/").rpartition("/")[2].strip())
    return _caseless(text) if text and len(text) <= 255 else None


def _file_path(value: str) -> str | None:
    """As given; a Windows path without case and with single backslashes, since sources double them."""
    text = _visible(value.strip())
    if text is None or not re.search(r"[\\/]", text):
        return None
    return _caseless(re.sub(r"\\+", r"\\", text)) if "\\" in text or text[1:2] == ":" else text


def _named(value: str) -> str | None:
    return _visible(value.strip())


def _registry_key(value: str) -> str | None:
    text = _visible(value.strip().strip("\\"))
    if not text or "\\" not in text:
        return None
    hive, slash, rest = _caseless(text).partition("\\")
    return _HIVES.get(hive, hive) + slash + rest


def _cve(value: str) -> str | None:
    text = value.strip().upper()
    return text if _CVE.fullmatch(text) else None


def _visible(text: str) -> str | None:
    """NFC; None for what cannot be stored or seen: lone surrogates, control characters, nothing at all."""
    if text.isascii():
        return text if text.isprintable() and text.strip() else None
    text = unicodedata.normalize("NFC", text)
    bad = any(unicodedata.category(character) in ("Cc", "Cs") for character in text)
    return None if bad or not text.strip() else text


def _caseless(text: str) -> str:
    """Unicode's canonical caseless form (Unicode 3.13 D145), in NFC."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFC", folded)


_FORMS: dict[str, _Form] = {
    "domain-name": _domain,
    "ipv4-addr": _address,
    "ipv6-addr": _address,
    "url": _plain("url", internet.url),
    "email-addr": _plain("email-addr", internet.email),
    **{f"hash:{name}": _digest(name, digits) for name, digits in _DIGITS.items()},
    "hash:ssdeep": _plain("hash:ssdeep", _ssdeep),
    "hash:tlsh": _plain("hash:tlsh", _tlsh),
    "phone-number": _national("phone-number", _phone),
    "iban": _plain("iban", _iban),
    "bank-account": _account,
    "cryptocurrency-wallet": _plain("cryptocurrency-wallet", _wallet),
    "user-account": _plain("user-account", _user),
    "file-name": _plain("file-name", _file_name),
    "file-path": _plain("file-path", _file_path),
    "process-name": _plain("process-name", _file_name),
    "mutex": _plain("mutex", _named),
    "windows-registry-key": _plain("windows-registry-key", _registry_key),
    "mac-addr": _plain("mac-addr", internet.mac),
    "autonomous-system": _plain("autonomous-system", internet.system_number),
    "passport": _national("passport", papers.passport),
    "vehicle": _national("vehicle", papers.vehicle),
    "imei": _plain("imei", papers.imei),
    "imo": _plain("imo", papers.imo),
    "cve": _plain("cve", _cve),
}
KINDS: tuple[str, ...] = tuple(_FORMS)
_FORMS["any-hash"] = _any_digest  # what an alias needs and nothing is of

_ALIASES: dict[str, str] = {
    **{name: f"hash:{name}" for name in (*_DIGITS, "ssdeep", "tlsh")},
    "sha-1": "hash:sha1", "sha-224": "hash:sha224", "sha-256": "hash:sha256", "sha-384": "hash:sha384",
    "sha-512": "hash:sha512", "sha3256": "hash:sha3-256", "sha3512": "hash:sha3-512", "sha512/256": "hash:sha512-256",
    "ja3-fingerprint-md5": "hash:ja3", "hassh-md5": "hash:hassh", "hasshserver-md5": "hash:hassh",
    "hash": "any-hash", "host": "domain-name",
    "domain": "domain-name", "hostname": "domain-name",
    "ip": "ipv4-addr", "ipaddress": "ipv4-addr", "ip-src": "ipv4-addr", "ip-dst": "ipv4-addr", "ipv4": "ipv4-addr",
    "ipv6": "ipv6-addr", "cidr": "ipv4-addr", "ipv4-cidr": "ipv4-addr", "ipv6-cidr": "ipv6-addr",
    "uri": "url", "link": "url",
    "email": "email-addr", "e-mail": "email-addr", "email-src": "email-addr", "email-dst": "email-addr",
    "email-reply-to": "email-addr", "target-email": "email-addr", "whois-registrant-email": "email-addr",
    "dns-soa-email": "email-addr",
    "phone": "phone-number", "whois-registrant-phone": "phone-number",
    "bank-account-nr": "bank-account", "account": "bank-account",
    "wallet": "cryptocurrency-wallet", "btc": "cryptocurrency-wallet", "dash": "cryptocurrency-wallet",
    "xmr": "cryptocurrency-wallet", "crypto": "cryptocurrency-wallet",
    "filename": "file-name", "email-attachment": "file-name", "filepath": "file-path", "path": "file-path",
    "regkey": "windows-registry-key", "registry-key": "windows-registry-key",
    "mac-address": "mac-addr", "mac": "mac-addr", "as": "autonomous-system", "asn": "autonomous-system",
    "passport-number": "passport", "plate": "vehicle", "vehicle-number": "vehicle",
    "vulnerability": "cve", "ship": "imo",
}  # fmt: skip
