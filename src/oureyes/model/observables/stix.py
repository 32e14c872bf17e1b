"""Observables and the STIX objects that hold them, both ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from oureyes.model.identifiers import observable_id
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.observables.forms import Observable, normalise

__all__ = ["observables_of", "observables_of_misp", "sco"]

_STIX_HASHES = {
    "md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512", "sha3-256": "SHA3-256",
    "sha3-512": "SHA3-512", "ssdeep": "SSDEEP", "tlsh": "TLSH",
}  # fmt: skip
# Types that STIX has not, named as OpenCTI does where it has them, under one extension definition of ours.
_OURS = frozenset(
    ["phone-number", "bank-account", "cryptocurrency-wallet", "identity-document", "vehicle", "x-oureyes-observable"]
)


def sco(observable: Observable) -> StixObject:
    """The STIX object of an observable. Its id follows from its content (STIX 2.1 §2.9): two states that record
    one domain record one object."""
    kind, properties = _written(observable)
    content: dict[str, Any] = {"type": kind, "spec_version": "2.1", "id": observable_id(kind, properties), **properties}
    if kind in _OURS:
        content["extensions"] = {EXTENSIONS["observables"]: {"extension_type": "new-sco"}}
    return StixObject.make(content)


def _written(observable: Observable) -> tuple[str, dict[str, Any]]:
    """(type, id-contributing properties); here they are all the properties there are."""
    kind, value = observable.kind, observable.value
    if kind.startswith("hash:"):
        name = _STIX_HASHES.get(kind[5:])
        return ("file", {"hashes": {name: value}}) if name else _as_is(observable)
    writer = _WRITERS.get(kind)
    # what is in use and no valid value by the standard goes as ours: what is emitted must validate
    return writer(value) if writer and _STRICT.get(kind, _any)(value) else _as_is(observable)


def _any(value: str) -> bool:
    return True


_LDH = re.compile(r"(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def _is_host(name: str) -> bool:
    """Whether each label conforms to RFC 5890, as STIX 2.1 §6.4 demands: no underscore, and no hyphens at third and
    fourth place but in a true A-label."""
    if _LDH.fullmatch(name) is not None:
        return len(name) <= 253
    import idna

    try:
        return idna.encode(name).decode() == name
    except (idna.IDNAError, UnicodeError):
        return False


def _is_full_key(key: str) -> bool:
    """Whether no hive is abbreviated (STIX 2.1 §6.17): where the key begins, but OASIS's schema looks everywhere."""
    return re.search(r"hklm|hkcc|hkcr|hkcu|hku", key) is None


_MAILBOX = re.compile(r"[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9.-]+")


def _is_mailbox(text: str) -> bool:
    """Whether OASIS's validator takes it for an addr-spec (STIX 2.1 §6.5): it knows fewer than RFC 5322 does."""
    return _MAILBOX.fullmatch(text) is not None


_STRICT: Mapping[str, Callable[[str], bool]] = {
    "domain-name": _is_host,
    "email-addr": _is_mailbox,
    "windows-registry-key": _is_full_key,
}


def _as_is(observable: Observable) -> tuple[str, dict[str, Any]]:
    return "x-oureyes-observable", {"kind": observable.kind, "value": observable.value}


def _split(kind: str, *names: str) -> Callable[[str], tuple[str, dict[str, Any]]]:
    return lambda value: (
        kind,
        {n: part for n, part in zip(names, value.split(":", len(names) - 1), strict=True) if part},
    )


def _one(kind: str, name: str = "value") -> Callable[[str], tuple[str, dict[str, Any]]]:
    return lambda value: (kind, {name: value})


def _passport(value: str) -> tuple[str, dict[str, Any]]:
    issuer, _, number = value.partition(":")
    return "identity-document", {"document_type": "passport", "issuer": issuer, "number": number}


_WRITERS: Mapping[str, Callable[[str], tuple[str, dict[str, Any]]]] = {
    **{k: _one(k) for k in ("domain-name", "ipv4-addr", "ipv6-addr", "url", "email-addr", "mac-addr")},
    **{k: _one(k) for k in ("phone-number", "cryptocurrency-wallet")},
    "file-name": _one("file", "name"),
    "mutex": _one("mutex", "name"),
    "windows-registry-key": _one("windows-registry-key", "key"),
    "autonomous-system": lambda value: ("autonomous-system", {"number": int(value)}),
    "user-account": _split("user-account", "account_type", "account_login"),
    "iban": _one("bank-account", "iban"),
    "bank-account": _split("bank-account", "country", "bank", "account_number"),
    "passport": _passport,
    "vehicle": _split("vehicle", "country", "plate"),
}


def observables_of(content: Mapping[str, Any]) -> tuple[Observable, ...]:
    """The observables an object itself holds: an SCO's values and hashes, those of 2.0's embedded `objects`, of an
    identity's contact, of a MISP attribute kept as it is, and what our extension lists. References are not followed
    and patterns are not read (see `patterns.observables_of_pattern`)."""
    kind = content.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    simple = _VALUES.get(kind) if isinstance(kind, str) else None
    if simple is not None and "extensions" not in content:
        found = normalise(simple[0], content.get(simple[1], ""))
        return (found,) if found else ()
    return tuple(dict.fromkeys(_all(content, reader, simple)))


def observables_of_misp(attribute: str, value: str, country: str | None = None) -> tuple[Observable, ...]:
    """The observables of a MISP attribute; a composite type (`filename|md5`, `ip-dst|port`) holds several."""
    if not isinstance(attribute, str) or not isinstance(value, str):
        return ()
    if "|" not in attribute and attribute not in _CHAINS:
        found = normalise(attribute, value, country)
        return (found,) if found else ()
    kinds, values = attribute.split("|"), value.split("|", attribute.count("|"))
    if attribute in _CHAINS:
        values = [f"{attribute}:{value.strip()}"]
    made = (normalise(kind, part, country) for kind, part in zip(kinds, values, strict=False))
    return tuple(dict.fromkeys(one for one in made if one))


_CHAINS = frozenset(["btc", "xmr", "dash"])
_Made = Iterator[Observable | None]

_VALUES: Mapping[str, tuple[str, str]] = {
    **{k: (k, "value") for k in ("domain-name", "ipv4-addr", "ipv6-addr", "url", "mac-addr", "phone-number")},
    "email-addr": ("email-addr", "value"),
    "hostname": ("domain-name", "value"),  # OpenCTI's
    "mutex": ("mutex", "name"),
    "windows-registry-key": ("windows-registry-key", "key"),
    "directory": ("file-path", "path"),
}


def _all(
    content: Mapping[str, Any], reader: Callable[[Mapping[str, Any]], _Made] | None, simple: Any
) -> Iterator[Observable]:
    made = [*reader(content)] if reader else []
    if simple is not None and simple[0]:
        made.append(normalise(simple[0], content.get(simple[1], "")))
    made += _extension(content)
    if "x_misp_type" in content or "attribute_type" in content:
        made += observables_of_misp(
            content.get("attribute_type") or content.get("x_misp_type") or "",
            content.get("value") or content.get("x_misp_value") or "",
        )
    yield from (one for one in made if one is not None)


def _extension(content: Mapping[str, Any]) -> _Made:
    """What our extension lists, `{"observables": [{"kind", "value", "country"?}]}`, on any type of object."""
    extensions = content.get("extensions")
    ours = extensions.get(EXTENSIONS["observables"]) if isinstance(extensions, dict) else None
    listed = ours.get("observables") if isinstance(ours, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            country = one.get("country")
            yield normalise(one.get("kind", ""), one.get("value", ""), country if isinstance(country, str) else None)


def _hashes(hashes: object) -> _Made:
    for name, value in hashes.items() if isinstance(hashes, dict) else ():
        yield normalise(name, value)


def _file(content: Mapping[str, Any]) -> _Made:
    yield from _hashes(content.get("hashes"))
    name = content.get("name")
    if isinstance(name, str):
        yield normalise("file-path", name)  # many write the whole path where the name belongs
        yield normalise("file-name", name)


def _hashed(content: Mapping[str, Any]) -> _Made:
    yield from _hashes(content.get("hashes"))


def _process(content: Mapping[str, Any]) -> _Made:
    yield normalise("process-name", content.get("name", ""))


def _number(content: Mapping[str, Any]) -> _Made:
    yield normalise("autonomous-system", str(content.get("number", "")))


def _user(content: Mapping[str, Any]) -> _Made:
    """By login and by the number the service gives, since a state may know only one of them."""
    service = content.get("account_type") or content.get("service")
    for name in ("account_login", "user_id"):
        if isinstance(service, str) and isinstance(content.get(name), str):
            yield normalise("user-account", f"{service}:{content[name]}")


def _bank_account(content: Mapping[str, Any]) -> _Made:
    yield normalise("iban", content.get("iban", ""))
    number, bank = content.get("account_number"), content.get("bank") or content.get("bic") or ""
    country = content.get("country") or (bank[4:6] if isinstance(bank, str) and len(bank) in (8, 11) else "")
    if isinstance(number, str):
        yield normalise("bank-account", f"{country}:{bank}:{number}")


def _wallet(content: Mapping[str, Any]) -> _Made:
    value, chain = content.get("value") or content.get("address"), content.get("currency") or content.get("chain")
    if isinstance(value, str):
        yield normalise(
            "cryptocurrency-wallet", f"{chain}:{value}" if isinstance(chain, str) and ":" not in value else value
        )


def _document(content: Mapping[str, Any]) -> _Made:
    if "passport" in str(content.get("document_type", "passport")).lower():
        issuer = content.get("issuer") or content.get("country")
        yield normalise("passport", f"{issuer}:{content.get('number') or content.get('value') or ''}")


def _vehicle(content: Mapping[str, Any]) -> _Made:
    yield normalise("vehicle", f"{content.get('country')}:{content.get('plate') or ''}")


def _as_kept(content: Mapping[str, Any]) -> _Made:
    yield normalise(content.get("kind", ""), content.get("value", ""))


def _vulnerability(content: Mapping[str, Any]) -> _Made:
    yield normalise("cve", content.get("name", ""))
    references = content.get("external_references")
    for reference in references if isinstance(references, list) else ():
        if isinstance(reference, dict) and reference.get("source_name") == "cve":
            yield normalise("cve", reference.get("external_id", ""))


_MAIL = re.compile(r"[^\s@,;<>()]{1,64}@[^\s@,;<>()]{3,253}")
_CALL = re.compile(r"\+\d[\d ().-]{6,20}\d")


def _contact(content: Mapping[str, Any]) -> _Made:
    """E-mail addresses and international phone numbers out of an identity's free text (STIX 2.1 §4.5)."""
    text = content.get("contact_information")
    if isinstance(text, str) and len(text) <= 4096:
        yield from (normalise("email-addr", found.rstrip(".")) for found in _MAIL.findall(text))
        yield from (normalise("phone-number", found) for found in _CALL.findall(text))


def _embedded(content: Mapping[str, Any]) -> _Made:
    """STIX 2.0 kept cyber observables inside observed-data."""
    objects = content.get("objects")
    for one in objects.values() if isinstance(objects, dict) else ():
        if isinstance(one, dict) and one.get("type") != "observed-data":
            yield from observables_of(one)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], _Made]] = {
    "file": _file,
    "artifact": _hashed,
    "x509-certificate": _hashed,
    "process": _process,
    "autonomous-system": _number,
    "user-account": _user,
    "bank-account": _bank_account,
    "cryptocurrency-wallet": _wallet,
    "identity-document": _document,
    "vehicle": _vehicle,
    "vulnerability": _vulnerability,
    "identity": _contact,
    "observed-data": _embedded,
    "x-oureyes-observable": _as_kept,
}
