"""Words that states share come out of their tables and files as they went in."""

import gzip
import json

import pytest
from paths import DATA

from oureyes.errors import InvalidObject
from oureyes.model.vocabularies import (
    ASEAN_SOMTC,
    CRIME_AREAS,
    UNODC_INTERNET_TERRORISM,
    crime_areas_of,
    load_galaxy,
    load_taxonomy,
    read_tag,
    to_machinetag,
)

held = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")


@pytest.mark.parametrize("taxonomy", [ASEAN_SOMTC, UNODC_INTERNET_TERRORISM], ids=lambda t: t.namespace)
def test_our_taxonomies_load_as_misp_would_load_them(taxonomy):
    assert load_taxonomy(to_machinetag(taxonomy)) == taxonomy


def test_there_are_ten_crime_areas_and_online_scams():
    assert len(CRIME_AREAS) == 11
    assert ASEAN_SOMTC.tags()[0] == 'asean-somtc:crime-area="terrorism"'
    assert ASEAN_SOMTC.tags()[-1] == 'asean-somtc:crime-area="online-scams"'


@held
def test_the_crime_areas_are_those_of_the_plan():
    plan = json.loads((DATA / "vocab" / "asean.json").read_text())
    assert list(CRIME_AREAS) == plan["crime_areas"]["ids"]


def test_the_six_uses_are_there_with_their_sub_tags():
    uses, propaganda, planning = UNODC_INTERNET_TERRORISM.predicates
    assert len(uses.values) == 6
    assert [value.value for value in propaganda.values] == ["recruitment", "radicalisation", "incitement"]
    assert [value.value for value in planning.values] == ["secret-communication", "open-source-information"]


def test_labels_name_crime_areas_and_other_words_do_not():
    labels = [
        'asean-somtc:crime-area="money-laundering"',
        "online-scams",
        'unodc-internet-terrorism:use="financing"',
        'asean-somtc:crime-area="jaywalking"',
        "tlp:red",
        "phishing",
    ]
    assert crime_areas_of(labels) == {"money-laundering", "online-scams", "terrorism"}


def test_a_tag_is_read_in_its_parts():
    assert read_tag('asean-somtc:crime-area="terrorism"') == ("asean-somtc", "crime-area", "terrorism")
    assert read_tag("tlp:amber+strict") == ("tlp", "amber+strict", None)
    assert read_tag("phishing") is None


@held
def test_every_misp_taxonomy_loads_with_all_its_words():
    with gzip.open(DATA / "misp" / "taxonomies" / "all.ndjson.gz") as lines:
        found = [load_taxonomy(line) for line in lines]
    predicates = [predicate for taxonomy in found for predicate in taxonomy.predicates]
    assert (len(found), len(predicates), sum(len(one.values) for one in predicates)) == (183, 1309, 12833)


@held
def test_every_galaxy_loads_and_a_shared_alias_is_two_groups():
    found = {}
    for path in (DATA / "misp" / "galaxy" / "clusters").iterdir():
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if path.suffix == ".gz" else raw
        galaxy = load_galaxy(raw)
        assert len(galaxy.clusters) == len(json.loads(raw)["values"])
        found[galaxy.type] = galaxy
    assert sum(len(galaxy.clusters) for galaxy in found.values()) == 7060
    actors = found["threat-actor"]
    assert [cluster.value for cluster in actors.named("g0013")] == ["Naikon", "APT30"]
    assert actors.tag(actors.named("APT30")[0]) == 'misp-galaxy:threat-actor="APT30"'


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"namespace": 1}', b"\xff", b"[" * 100_000])
def test_what_is_no_vocabulary_is_refused(raw):
    for load in (load_taxonomy, load_galaxy):
        with pytest.raises(InvalidObject):
            load(raw)
