"""The codes are those of ISO 3166-1."""

from __future__ import annotations

import phonenumbers

from oureyes.model.countries import ISO2, ISO3, iso3_of

_ASEAN = {"BN": "BRN", "ID": "IDN", "KH": "KHM", "LA": "LAO", "MM": "MMR", "MY": "MYS", "PH": "PHL", "SG": "SGP",
          "TH": "THA", "TL": "TLS", "VN": "VNM"}  # fmt: skip


def test_every_country_has_both_codes_once():
    assert len(ISO2) == len(ISO3) == 249
    assert all(len(three) == 3 and len(two) == 2 and (three + two).isupper() for three, two in ISO2.items())


def test_the_eleven_members_are_told_by_either_code():
    assert {two: iso3_of(two) for two in _ASEAN} == _ASEAN
    assert all(iso3_of(three) == three for three in _ASEAN.values())
    assert iso3_of("XX") is None


def test_every_region_with_a_numbering_plan_is_a_country_here():
    of_no_country = {"AC", "TA", "XK"}  # Ascension, Tristan da Cunha, Kosovo: plans, but no code of ISO 3166-1
    assert set(phonenumbers.SUPPORTED_REGIONS) - of_no_country <= set(ISO3)
