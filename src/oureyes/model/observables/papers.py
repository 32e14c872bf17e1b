"""Numbers on papers and things: passports (ICAO 9303), vehicles, IMEI, IMO."""

from __future__ import annotations

import re
import unicodedata

from oureyes.model.countries import ISO2, ISO3, iso3_of

__all__ = ["imei", "imo", "mrz_check_digit", "passport", "passport_of_mrz", "vehicle"]

_WEIGHTS = (7, 3, 1)
# ICAO 9303-3 §5: codes that are no country of ISO 3166-1 and yet issue travel documents.
_ICAO_ONLY = frozenset(
    (
        *("EUE", "UNO", "UNA", "UNK", "XAA", "XBA", "XIM", "XCC", "XCE", "XCO", "XEC", "XPO", "XES", "XMP"),
        *("XOM", "XDC", "XXA", "XXB", "XXC", "XXX", "RKS"),
    )
)
_ALPHANUMERIC = re.compile(r"[A-Z0-9]{4,20}")


def passport(text: str, country: str | None = None) -> str | None:
    """`ISO3:NUMBER`. The country stands in the text or is given (two letters); a number alone names nobody."""
    state, colon, number = text.strip().upper().rpartition(":")
    state = state.strip() if colon else (country or "").upper()
    issuer = "DEU" if state == "D" else iso3_of(state) or (state if state in _ICAO_ONLY else None)
    number = re.sub(r"[\s.<-]", "", number)
    return f"{issuer}:{number}" if issuer and _ALPHANUMERIC.fullmatch(number) else None


def mrz_check_digit(text: str) -> str:
    """ICAO 9303-3 §4.9: weights 7 3 1, digits as they are, A–Z as 10–35, filler 0."""
    return str(sum(_mrz_value(character) * _WEIGHTS[at % 3] for at, character in enumerate(text)) % 10)


def passport_of_mrz(text: str) -> str | None:
    """`ISO3:NUMBER` from the two lines of a passport (TD3), every check digit verified; None when one fails."""
    lines = [line.strip().upper() for line in text.strip().splitlines()]
    if len(lines) != 2 or any(not re.fullmatch(r"[A-Z0-9<]{44}", line) for line in lines) or lines[0][0] != "P":
        return None
    low = lines[1]
    fields = ((low[0:9], low[9]), (low[13:19], low[19]), (low[21:27], low[27]))
    whole = low[0:10] + low[13:20] + low[21:43]
    personal = (low[28:42].strip("<") == "" and low[42] == "<") or mrz_check_digit(low[28:42]) == low[42]
    if not personal or any(mrz_check_digit(part) != digit for part, digit in (*fields, (whole, low[43]))):
        return None
    return passport(f"{lines[0][2:5].rstrip('<')}:{low[0:9]}")


def vehicle(text: str, country: str | None = None) -> str | None:
    """`ISO2:PLATE`; letters of any script, no spaces or marks of punctuation."""
    state, colon, plate = text.strip().rpartition(":")
    state = state.strip().upper() if colon else (country or "").upper()
    issuer = ISO2.get(state, state)
    plate = _plate(_plate(plate))  # taking marks away can bring parts together that NFKC then joins
    stable = plate == _plate(plate)
    return f"{issuer}:{plate}" if issuer in ISO3 and stable and 2 <= len(plate) <= 16 else None


def imei(text: str) -> str | None:
    """Fifteen digits with the Luhn digit (3GPP TS 23.003 §6.2); the software version of an IMEISV is cut off."""
    digits = re.sub(r"[\s./-]", "", text)
    if re.fullmatch(r"\d{16}", digits, re.ASCII):
        return digits[:14] + _luhn(digits[:14])
    if not re.fullmatch(r"\d{15}", digits, re.ASCII) or _luhn(digits[:14]) != digits[14]:
        return None
    return digits


def imo(text: str) -> str | None:
    """A ship's seven digits, the last a check digit (IMO resolution A.1117(30))."""
    found = re.fullmatch(r"(?:IMO)?\s*(\d{7})", text.strip(), re.IGNORECASE | re.ASCII)
    digits = found[1] if found else ""
    total = sum(int(digit) * (7 - at) for at, digit in enumerate(digits[:6]))
    return digits if digits and digits != "0000000" and str(total % 10) == digits[6] else None


def _plate(text: str) -> str:
    upper = unicodedata.normalize("NFKC", text).upper()
    return unicodedata.normalize("NFKC", "".join(c for c in upper if unicodedata.category(c)[0] in "LMN"))


def _mrz_value(character: str) -> int:
    return 0 if character == "<" else int(character, 36)


def _luhn(digits: str) -> str:
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(digits)]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)
