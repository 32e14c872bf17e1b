"""A galaxy cluster of somebody's own becomes one object, and comes back whole."""

import pytest
from a_case import NOW

from oureyes.errors import InvalidObject
from oureyes.model.markings import TLP
from oureyes.model.ports import Options
from oureyes.record.misp_clusters import cluster_of, read_cluster, without

UUID = "5bad1b96-53bc-4148-87eb-50d50a016401"
CERT = {"name": "Fictional CERT", "uuid": "55f6ea5e-51ac-4344-bc8c-4170950d210f"}


def a_cluster(**more):
    return {
        "id": "7", "uuid": UUID, "value": "Fund fraud ring", "type": "fund-fraud", "version": "1700000000",
        "description": "They collect", "distribution": "1", "Orgc": CERT, "published": True,
        "GalaxyElement": [{"id": "9", "galaxy_cluster_id": "7", "key": "country", "value": "XX"}], **more,
    }  # fmt: skip


def test_a_cluster_comes_back_without_the_numbers_of_its_instance():
    obj = read_cluster(a_cluster(event_creator_email="staff@cert.example"), Options(now=NOW)).object
    assert (obj.id, obj.version) == (f"x-misp-galaxy-cluster--{UUID}", "2023-11-14T22:13:20.000Z")
    assert obj.content["created_by_ref"] == f"identity--{CERT['uuid']}"
    back = cluster_of(obj)
    assert back["GalaxyElement"] == [{"key": "country", "value": "XX"}]
    assert (back["uuid"], back["value"], back["Orgc"], back["published"]) == (UUID, "Fund fraud ring", CERT, True)
    assert "id" not in back
    assert b"staff@" not in obj.raw


def test_for_its_organisation_alone_is_red_and_an_unknown_audience_is_held():
    alone = read_cluster(a_cluster(distribution="0"), Options(now=NOW))
    assert alone.marking is not None
    assert alone.marking.tlp is TLP.RED
    assert read_cluster(a_cluster(distribution="9"), Options(now=NOW)).hold


@pytest.mark.parametrize(
    "wrong",
    [{"uuid": "../x"}, {"uuid": 7}, {"value": " "}, {"value": None}, {"GalaxyElement": [{}] * 10_001}],
)
def test_what_is_no_cluster_is_refused(wrong):
    with pytest.raises(InvalidObject):
        read_cluster(a_cluster(**wrong), Options(now=NOW))


def test_one_without_a_version_is_dated_by_when_it_is_recorded():
    assert read_cluster(a_cluster(version=None), Options(now=NOW)).object.version == NOW


NAMED = [f"5bad1b96-53bc-4148-87eb-50d50a01650{n}" for n in range(5)]


def a_naming_cluster():
    return a_cluster(
        extends_uuid=NAMED[0], extends_version="3",
        GalaxyClusterRelation=[
            {"referenced_galaxy_cluster_uuid": NAMED[1].upper(), "galaxy_cluster_uuid": UUID},
            {"TargetCluster": {"uuid": NAMED[2]}}, {"referenced_galaxy_cluster_uuid": "no uuid"}, {},
        ],
        TargetingClusterRelation=[{"galaxy_cluster_uuid": NAMED[3]}, {"GalaxyCluster": {"uuid": NAMED[4]}}],
    )  # fmt: skip


def test_what_a_cluster_names_is_a_reference_that_release_can_cut():
    obj = read_cluster(a_naming_cluster(), Options(now=NOW)).object
    wanted = [f"x-misp-galaxy-cluster--{one}" for one in NAMED]
    assert sorted(ref for name, ref in obj.references() if name == "related_refs") == wanted
    assert "related_refs" not in read_cluster(a_cluster(), Options(now=NOW)).object.content


@pytest.mark.parametrize("hidden", range(5))
def test_a_cluster_without_another_does_not_name_it_in_any_way_and_keeps_the_rest(hidden):
    shut = {f"x-misp-galaxy-cluster--{NAMED[hidden]}"}
    left = repr(without(a_naming_cluster(), shut)).lower()
    assert [one in left for one in NAMED] == [n != hidden for n in range(5)]
    assert without(a_naming_cluster(), set()) == a_naming_cluster()
