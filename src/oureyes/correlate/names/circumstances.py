"""What besides the name speaks for or against: birth, sex, country, place, documents; each with its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oureyes.correlate.names.subject import Subject
from oureyes.errors import InvalidObject

__all__ = ["Circumstance", "circumstances", "country_words"]

# What each is worth on the scale of `likeness` (logarithm of the odds). Set by hand: no open data pairs them.
_SAME_DOCUMENT, _OTHER_DOCUMENT = 6.0, -0.5
_SAME_YEAR, _NEXT_YEAR, _NEAR_YEARS, _OTHER_YEARS = 1.6, 0.9, -0.8, -4.0
_OTHER_SEX, _SAME_COUNTRY, _OTHER_COUNTRY, _SAME_PLACE = -2.0, 0.4, -0.4, 0.8
# How few of those who bear one name share it as well, as a power of ten: one in sixty was born in the same year.
_FEW_YEAR, _FEW_NEXT_YEAR, _FEW_COUNTRY, _FEW_PLACE, _FEW_DOCUMENT = 1.8, 1.3, 0.5, 1.3, 6.0

# As sources write the member states' countries and their people; an ISO 3166 code stands for all of its line.
_COUNTRIES = {
    "bn": "brn|brunei|brunei darussalam|bruneian",
    "id": "idn|indonesia|indonesian",
    "kh": "khm|cambodia|cambodian",
    "la": "lao|laos|lao pdr|lao people's democratic republic|laotian",
    "mm": "mmr|myanmar|burma|burmese",
    "my": "mys|malaysia|malaysian",
    "ph": "phl|philippines|the philippines|filipino",
    "sg": "sgp|singapore|singaporean",
    "th": "tha|thailand|thai",
    "tl": "tls|timor-leste|east timor|timorese",
    "vn": "vnm|viet nam|vietnam|vietnamese",
}


@dataclass(frozen=True, slots=True)
class Circumstance:
    """`shift` raises or lowers; `words` say what agrees or not, and which way; `tells` is how few share it."""

    shift: float
    words: str
    tells: float = 0.0


def circumstances(left: Subject, right: Subject) -> tuple[Circumstance, ...]:
    """What both objects speak of; silence weighs nothing."""
    return tuple(one for found in (_documents, _birth, _sex, _country, _place) for one in found(left, right))


def country_words(country: str) -> frozenset[str]:
    """How sources write a country: by the code of a member state, or as it is given."""
    text = country.strip().casefold()
    known = _COUNTRIES.get(text)
    if known is None and len(text) < 4:
        raise InvalidObject("country", f"{', '.join(map(str.upper, _COUNTRIES))}, or a name", "another short word")
    return frozenset((text, *known.split("|"))) if known else frozenset((text,))


def _documents(left: Subject, right: Subject) -> Iterator[Circumstance]:
    if not left.documents or not right.documents:
        return
    if left.documents & right.documents:
        yield Circumstance(_SAME_DOCUMENT, "the same document number: strengthened", _FEW_DOCUMENT)
    else:
        yield Circumstance(_OTHER_DOCUMENT, "document numbers differ: a little weakened")


def _birth(left: Subject, right: Subject) -> Iterator[Circumstance]:
    if not left.years or not right.years:
        return
    apart = min(abs(one - other) for one in left.years for other in right.years)
    shared = left.years & right.years
    if shared:
        yield Circumstance(_SAME_YEAR, f"birth years agree ({min(shared)}): strengthened", _FEW_YEAR)
        return
    one, other = sorted((_shown(left), _shown(right)))
    if apart == 1:
        yield Circumstance(_NEXT_YEAR, f"birth years a year apart ({one}/{other}): strengthened", _FEW_NEXT_YEAR)
    else:
        shift = _NEAR_YEARS if apart <= 4 else _OTHER_YEARS
        yield Circumstance(
            shift, f"birth years differ ({one}/{other}): {'weakened' if apart <= 4 else 'much weakened'}"
        )


def _shown(one: Subject) -> str:
    first, last = min(one.years), max(one.years)
    return str(first) if first == last else f"{first}–{last}"


def _sex(left: Subject, right: Subject) -> Iterator[Circumstance]:
    if left.sex and right.sex and left.sex != right.sex:
        yield Circumstance(_OTHER_SEX, "sex differs: weakened")


def _country(left: Subject, right: Subject) -> Iterator[Circumstance]:
    if not left.countries or not right.countries:
        return
    if left.countries & right.countries:
        yield Circumstance(
            _SAME_COUNTRY,
            f"same country ({min(left.countries & right.countries).title()}): a little strengthened",
            _FEW_COUNTRY,
        )
    else:
        yield Circumstance(_OTHER_COUNTRY, "countries differ: a little weakened")


def _place(left: Subject, right: Subject) -> Iterator[Circumstance]:
    if left.places & right.places:
        yield Circumstance(_SAME_PLACE, "same place of birth: strengthened", _FEW_PLACE)
