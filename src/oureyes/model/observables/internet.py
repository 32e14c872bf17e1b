"""Names and addresses on the internet: domains, IP addresses and networks, URLs, e-mail, MAC and AS numbers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote

from oureyes.model.observables.fangs import refang
from oureyes.model.observables.observable import Observable

__all__ = ["address", "domain", "email", "host_of", "mac", "registered_domain", "system_number", "url"]

_LABELS = r"(?:[a-z0-9_-]{1,63}\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_DOMAIN = re.compile(_LABELS, re.ASCII)
_IPV4 = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}", re.ASCII)
_PLAIN_URL = re.compile(rf"https?://{_LABELS}(/[A-Za-z0-9._~:/?@!$&*+,;='-]*)?", re.ASCII)
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(?:([^/?#]*)@)?(\[[^\]/]*\]|[^/?#:@]*)(?::(\d*))?([/?][^#]*)?(?:#.*)?")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)
_PORTS = {"http": "80", "https": "443", "ftp": "21", "ws": "80", "wss": "443"}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}")
_MAC = re.compile(r"[0-9a-f]{12}")


def domain(text: str) -> str | None:
    """A-labels, lower case, at least two labels, no trailing dot."""
    if _DOMAIN.fullmatch(text):
        return text if len(text) <= 253 else None
    name = _ascii_name(refang(text.strip()))
    return name if name is not None and len(name) <= 253 and _DOMAIN.fullmatch(name) else None


def address(text: str) -> tuple[str, str] | None:
    """(kind, text) of an IP address or network. A port is cut off; an IPv4-mapped address is the IPv4 one."""
    if _IPV4.fullmatch(text):
        return "ipv4-addr", text
    text = refang(text.strip())
    try:
        return _network(text) if "/" in text else _host_address(text)
    except ValueError:
        return None


def url(text: str) -> str | None:
    """Refanged, scheme and host lower, no default port, no fragment. Without a scheme it is read as http, as
    browsers do. Percent escapes of unreserved characters are decoded, others upper-cased (RFC 3986 §6.2.2)."""
    plain = _PLAIN_URL.fullmatch(text) if len(text) <= 253 else None  # beyond that the host's length must be checked
    if plain is not None:
        return text if plain[1] else text + "/"
    for _ in range(4):  # an escape may hide a bracketed dot: repeat until it stands still
        written = _url_once(text)
        if written is None or written == text:
            return written
        text = written
    return None


def email(text: str) -> str | None:
    """The local part as given (only its host may compare it, RFC 5321 §2.4), the host as a domain name."""
    text = refang(text.strip()).removeprefix("mailto:")
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1]
    local, at, host = text.rpartition("@")
    name = domain(host) if at and _LOCAL.fullmatch(local) else None
    return f"{local}@{name}" if name else None


def mac(text: str) -> str | None:
    """Six octets, lower case, colons."""
    digits = re.sub(r"[:.\s-]", "", text).lower()
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)) if _MAC.fullmatch(digits) else None


def system_number(text: str) -> str | None:
    """An autonomous system's number, `AS13335` or `13335` (RFC 6793: 32 bits)."""
    found = re.fullmatch(r"(?:ASN?)?\s*(\d{1,10})", text.strip(), re.IGNORECASE | re.ASCII)
    number = int(found[1]) if found else 0
    return str(number) if 0 < number < 1 << 32 else None


def host_of(observable: Observable) -> Observable | None:
    """The host a URL or an e-mail address names, as an observable of its own; None for other kinds."""
    if observable.kind == "email-addr":
        return Observable("domain-name", observable.value.rpartition("@")[2])
    found = _URL.fullmatch(observable.value) if observable.kind == "url" else None
    host = found[3].strip("[]") if found else ""
    if _DOMAIN.fullmatch(host):
        return Observable("domain-name", host)
    return Observable(*numeric) if (numeric := address(host)) else None


def registered_domain(name: str) -> str | None:
    """What was registered: `a.b.co.th` → `b.co.th`, by the public suffix snapshot that comes with tldextract."""
    return _suffixes()(name) or None


def own_domain(name: str) -> str:
    """What somebody holds to himself: as `registered_domain`, but below suffixes that companies share out as well
    (`a.github.io`); "" for a suffix itself, below which others live."""
    found = _shared_suffixes()(name)
    if found is not None:
        return found
    return ".".join(name.split(".")[-2:]) if "." in name else ""  # PSL: a suffix that is not listed is one label


@lru_cache(maxsize=1)
def _shared_suffixes() -> Callable[[str], str | None]:
    import tldextract

    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)

    def own(name: str) -> str | None:
        found = extract(name)
        return found.top_domain_under_public_suffix if found.suffix else None

    return own


@lru_cache(maxsize=1)
def _suffixes() -> Callable[[str], str]:
    import tldextract  # heavy, and an idle node never needs it

    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    return lambda name: extract(name).top_domain_under_public_suffix


def _ascii_name(text: str) -> str | None:
    text = text.removesuffix(".")
    return text.lower() if text.isascii() else _encoded(text)


def _encoded(text: str) -> str | None:
    """UTS #46 mapping, then IDNA 2008; a label that it refuses but the wild uses (emoji) is Punycode all the same."""
    import idna

    try:
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False)
    except (idna.IDNAError, IndexError, UnicodeError):
        return None
    return ".".join(_a_label(label) for label in mapped.removesuffix(".").split("."))


def _a_label(label: str) -> str:
    import idna

    if label.isascii():
        return label
    try:
        return idna.alabel(label).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return "xn--" + label.encode("punycode").decode("ascii")


def _host_address(text: str) -> tuple[str, str]:
    port = re.fullmatch(r"\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5}", text)
    found = ipaddress.ip_address((port[1] or port[2]) if port else text)
    if found.version == 4:
        return "ipv4-addr", str(found)
    if found.scope_id:
        raise ValueError("a zone is local to its machine")
    return ("ipv4-addr", str(found.ipv4_mapped)) if found.ipv4_mapped else ("ipv6-addr", str(found))


def _network(text: str) -> tuple[str, str]:
    found = ipaddress.ip_network(text, strict=False)
    if found.prefixlen == found.max_prefixlen:
        return _host_address(str(found.network_address))
    if found.version == 6 and found.network_address.scope_id:
        raise ValueError("a zone is local to its machine")
    return f"ipv{found.version}-addr", str(found)


def _url_once(text: str) -> str | None:
    text = refang(text.strip())
    found = _URL.fullmatch(text)
    if found is None or (bare := "://" not in text):
        found, bare = _URL.fullmatch("http://" + text), True
    host = _url_host(found[3], bare) if found else None
    if found is None or host is None:
        return None
    scheme, port = found[1].lower(), found[4] or ""
    shown = f":{int(port)}" if port and str(int(port)) != _PORTS.get(scheme) else ""
    if port and int(port) > 65535:
        return None
    user = f"{_escaped(found[2])}@" if found[2] else ""
    tail = _escaped(found[5] or "/")
    return f"{scheme}://{user}{host}{shown}{tail if tail[0] == '/' else '/' + tail}"


def _url_host(text: str, dotted: bool) -> str | None:
    if not text:
        return None
    if numeric := address(text):
        return f"[{numeric[1]}]" if numeric[0] == "ipv6-addr" else numeric[1]
    name = _ascii_name(text)
    if name is None or len(name) > 253 or (_HOST if not dotted else _DOMAIN).fullmatch(name) is None:
        return None
    return name


def _escaped(text: str) -> str:
    """Percent escapes in one form (RFC 3986 §6.2.2.1–2), anything not ASCII as escaped UTF-8."""
    while (decoded := _ESCAPE.sub(_unescape, text)) != text:
        text = decoded
    try:
        return quote(text, safe="!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~")
    except UnicodeEncodeError:  # a lone surrogate
        return "%EF%BF%BD"


def _unescape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()
