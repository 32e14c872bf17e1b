"""Cryptocurrency addresses: which chain, and whether the checksum holds.

An address with a wrong checksum is a typing error and no observable. A chain without checksum in its addresses
(Solana) is read only when the chain is named. All chains that use Ethereum's addresses are `eth`: one key pair, one
holder. Tokens (USDT, USDC) live on several chains, so their name says nothing about the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from hashlib import blake2b, sha256

from oureyes.model.keccak import keccak_256

__all__ = ["CHAINS", "wallet"]

_BITCOIN58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE58 = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

# First bytes of a base58check payload, per chain. Order settles what two chains share: Bitcoin's.
_VERSIONS: dict[bytes, str] = {
    b"\x00": "btc",
    b"\x05": "btc",
    b"\x41": "trx",
    b"\x30": "ltc",
    b"\x32": "ltc",
    b"\x1e": "doge",
    b"\x16": "doge",
    b"\x4c": "dash",
    b"\x10": "dash",
    b"\x26": "btg",
    b"\x17": "btg",
    b"\x1c\xb8": "zec",
    b"\x1c\xbd": "zec",
}
_SHARED = {"bsv": "btc", "xvg": "doge"}  # chains that write their addresses as another does
_NAMES = {
    "bitcoin": "btc", "xbt": "btc", "litecoin": "ltc", "ethereum": "eth", "etc": "eth", "arb": "eth", "bsc": "eth",
    "bnb": "eth", "matic": "eth", "polygon": "eth", "tron": "trx", "monero": "xmr", "dogecoin": "doge",
    "bitcoincash": "bch", "zcash": "zec", "polkadot": "dot", "kusama": "dot", "ksm": "dot", "solana": "sol",
    "ripple": "xrp",
}  # fmt: skip
_TOKENS = frozenset(["usdt", "usdc", "dai", "tether", "busd"])


def wallet(text: str, chain: str | None = None) -> tuple[str, str] | None:
    """(chain, address in its one form) when `text`, perhaps `chain:address`, is a valid address; else None.
    Where the chain named does not fit and the checksum of another does, the checksum is believed: lists err."""
    text = text.strip()
    prefix, colon, rest = text.partition(":")
    if colon and not chain:
        text, chain = rest, prefix
    name = (chain or "").lower()
    name = _NAMES.get(name, name)
    text = text.partition("?")[0]
    if not name or name in _TOKENS:
        return _detect(text)
    read = CHAINS.get(name)
    address = read(text) if read else None
    return (name, address) if address else _detect(text) if read else None


def _detect(text: str) -> tuple[str, str] | None:
    for name in _DETECTED:
        if (address := CHAINS[name](text)) is not None:
            return name, address
    return None


def _base58(text: str, alphabet: str = _BITCOIN58) -> bytes | None:
    number = 0
    for character in text:
        digit = alphabet.find(character)
        if digit < 0:
            return None
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base58_text(raw: bytes) -> str:
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BITCOIN58[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def _checked(text: str, alphabet: str = _BITCOIN58) -> bytes | None:
    """The payload of base58check: the last four bytes are the double SHA-256 of what stands before."""
    raw = _base58(text, alphabet) if 25 <= len(text) <= 40 else None
    if raw is None or len(raw) < 25 or sha256(sha256(raw[:-4]).digest()).digest()[:4] != raw[-4:]:
        return None
    return raw[:-4]


def _base58check(chain: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        payload = _checked(text)
        if payload is None:
            return None
        found = _VERSIONS.get(payload[:-20])
        return text if found == _SHARED.get(chain, chain) else None

    return read


def _bitcoin(text: str) -> str | None:
    return _base58check("btc")(text) or _segwit(text, "bc")


def _litecoin(text: str) -> str | None:
    """Litecoin's old 3… is the same script hash as its M…: written as M…."""
    payload = _checked(text)
    if payload is not None and payload[:-20] == b"\x05":
        raw = b"\x32" + payload[1:]
        return _base58_text(raw + sha256(sha256(raw).digest()).digest()[:4])
    return _base58check("ltc")(text) or _segwit(text, "ltc")


def _zcash(text: str) -> str | None:
    return _base58check("zec")(text)


def _segwit(text: str, human: str) -> str | None:
    """BIP 173 (version 0) and BIP 350 (1 to 16); case must not be mixed; written lower."""
    lower = text.lower()
    if text not in (lower, text.upper()) or not lower.startswith(human + "1") or not 14 <= len(text) <= 90:
        return None
    words = [_BECH32.find(character) for character in lower[len(human) + 1 :]]
    if min(words) < 0 or len(words) < 8:
        return None
    expand = [ord(c) >> 5 for c in human] + [0] + [ord(c) & 31 for c in human]
    program = _octets(words[1:-6])
    constant = 1 if words[0] == 0 else 0x2BC830A3
    sized = program is not None and (len(program) in (20, 32) if words[0] == 0 else 2 <= len(program) <= 40)
    return lower if sized and words[0] <= 16 and _polymod(expand + words) == constant else None


def _polymod(words: Sequence[int]) -> int:
    check = 1
    for word in words:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ word
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def _octets(words: Sequence[int]) -> bytes | None:
    """Five-bit words as bytes; None when the padding is too long or not zero."""
    number = 0
    for word in words:
        number = number << 5 | word
    spare = len(words) * 5 % 8
    return None if spare >= 5 or number & ((1 << spare) - 1) else (number >> spare).to_bytes(len(words) * 5 // 8, "big")


def _bitcoin_cash(text: str) -> str | None:
    """cashaddr without its prefix; a legacy address becomes the cashaddr of the same hash."""
    payload = _checked(text)
    if payload is not None and payload[:-20] in (b"\x00", b"\x05"):
        return _cashaddr(bytes([0 if payload[0] == 0 else 8]) + payload[1:])
    lower = text.lower().removeprefix("bitcoincash:")
    words = [_BECH32.find(character) for character in lower]
    if not 42 <= len(words) <= 112 or min(words) < 0 or _cash_polymod([*_CASH_PREFIX, *words]) != 0:
        return None
    return lower if text.lower() == text or text.upper() == text else None


_CASH_PREFIX = [*(ord(c) & 31 for c in "bitcoincash"), 0]


def _cashaddr(raw: bytes) -> str:
    number = int.from_bytes(raw, "big") << (-len(raw) * 8 % 5)
    count = (len(raw) * 8 + 4) // 5
    words = [number >> 5 * (count - 1 - at) & 31 for at in range(count)]
    check = _cash_polymod([*_CASH_PREFIX, *words, *([0] * 8)])
    return "".join(_BECH32[word] for word in [*words, *(check >> 5 * (7 - at) & 31 for at in range(8))])


def _cash_polymod(words: Sequence[int]) -> int:
    check = 1
    for word in words:
        top, check = check >> 35, (check & 0x07FFFFFFFF) << 5 ^ word
        for bit, generator in enumerate((0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)):
            check ^= generator if top >> bit & 1 else 0
    return check ^ 1


def _ethereum(text: str) -> str | None:
    """Lower case. Mixed case is a checksum and must hold (EIP-55)."""
    if not re.fullmatch(r"0[xX][0-9a-fA-F]{40}", text, re.ASCII):
        return None
    digits, lower = text[2:], text[2:].lower()
    if digits not in (lower, digits.upper()) and digits != _eip55(lower):
        return None
    return "0x" + lower


def _eip55(lower: str) -> str:
    marks = keccak_256(lower.encode()).hex()
    return "".join(c.upper() if int(mark, 16) >= 8 else c for c, mark in zip(lower, marks, strict=False))


def _monero(text: str) -> str | None:
    """Base58 in blocks of 8 bytes as 11 characters; network byte, keys, and four bytes of Keccak-256."""
    if len(text) not in (95, 106):
        return None
    raw = b""
    for at in range(0, len(text), 11):
        block = text[at : at + 11]
        size = {11: 8, 7: 5}.get(len(block))
        decoded = _base58(block)
        if size is None or decoded is None or len(stripped := decoded.lstrip(b"\0")) > size:
            return None
        raw += stripped.rjust(size, b"\0")
    valid = raw[0] in (18, 19, 42) and (raw[0] == 19) == (len(text) == 106)
    return text if valid and keccak_256(raw[:-4])[:4] == raw[-4:] else None


def _substrate(text: str) -> str | None:
    """SS58 for 32-byte accounts: a prefix of one or two bytes and two bytes of BLAKE2b."""
    raw = _base58(text) if 46 <= len(text) <= 50 else None
    if raw is None or len(raw) != (35 if raw[0] < 64 else 36) or raw[0] > 127:
        return None
    return text if blake2b(b"SS58PRE" + raw[:-2]).digest()[:2] == raw[-2:] else None


def _solana(text: str) -> str | None:
    raw = _base58(text) if 32 <= len(text) <= 44 else None
    return text if raw is not None and len(raw) == 32 else None


def _ripple(text: str) -> str | None:
    payload = _checked(text, _RIPPLE58)
    return text if payload is not None and len(payload) == 21 and payload[0] == 0 else None


CHAINS: dict[str, Callable[[str], str | None]] = {
    "eth": _ethereum,
    "btc": _bitcoin,
    "trx": _base58check("trx"),
    "ltc": _litecoin,
    "doge": _base58check("doge"),
    "dash": _base58check("dash"),
    "zec": _zcash,
    "btg": _base58check("btg"),
    "xrp": _ripple,
    "xmr": _monero,
    "bch": _bitcoin_cash,
    "bsv": _base58check("bsv"),
    "xvg": _base58check("xvg"),
    "dot": _substrate,
    "sol": _solana,
}
_DETECTED = tuple(name for name in CHAINS if name not in ("sol", "bsv", "xvg"))
