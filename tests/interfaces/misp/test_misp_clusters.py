"""Galaxy clusters at the door: what PyMISP asks for, and what a hostile peer tries with them."""

import pytest
from misp_parties import MispSite

UUID = "5bad1b96-53bc-4148-87eb-50d50a0166{:02x}"
OTHER = {"name": "Another CERT", "uuid": "55f6ea5e-51ac-4344-bc8c-4170950d2100"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = MispSite(tmp_path_factory.mktemp("clusters"))
    made.account("ann", to=("bea",))
    made.account("bea")
    made.account("eve")
    yield made
    made.close()


def push(site, name, *found):
    return site.ask(name, "POST", "galaxies/pushCluster", [{"GalaxyCluster": one} for one in found])


def a_cluster(number, **more):
    made = {"uuid": UUID.format(number), "value": "ring", "type": "fraud", "version": "1700000000", "published": True}
    return {**made, "distribution": "1", "Galaxy": {"uuid": UUID.format(99), "name": "Fraud", "type": "fraud"}, **more}


def test_pymisp_finds_and_reads_a_cluster(site):
    assert push(site, "ann", a_cluster(1)).json()["message"] == "1 imported, 0 ignored, 0 failed."
    found = site.misp("bea").get_galaxy_cluster(UUID.format(1), pythonify=True)
    assert (found.value, found.type, found.published) == ("ring", "fraud", True)
    assert push(site, "ann", a_cluster(1)).json()["message"] == "0 imported, 1 ignored, 0 failed."


def test_one_may_not_see_is_answered_like_one_that_is_not_there(site):
    push(site, "ann", a_cluster(2))
    for uuid in (UUID.format(2), UUID.format(90)):
        said = site.ask("eve", "GET", f"galaxy_clusters/view/{uuid}")
        assert (said.status_code, said.json()["message"]) == (404, "Invalid galaxy cluster")
    assert site.ask("eve", "POST", "galaxy_clusters/restSearch", {"uuid": UUID.format(2)}).json()["response"] == []


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"Orgc": OTHER}, 403), ({"version": "99999999999"}, 403), ({"uuid": "x"}, 400), ({"value": ""}, 400),
        ({"default": True}, 400),
    ],
)  # fmt: skip
def test_a_cluster_that_breaks_a_rule_is_refused_and_the_reason_kept(site, wrong, status):
    before = len(site.node.audit(by="auditor", actor="eve", verb="refuse"))
    assert push(site, "eve", a_cluster(3, **wrong)).status_code == status
    assert len(site.node.audit(by="auditor", actor="eve", verb="refuse")) == before + 1


@pytest.mark.parametrize("body", [[], {}, [7], None])
def test_what_is_no_list_of_clusters_is_refused(site, body):
    assert site.ask("eve", "POST", "galaxies/pushCluster", body).status_code == 400


def a_relation(number, **more):
    end = UUID.format(number)
    return {"referenced_galaxy_cluster_uuid": end, "referenced_galaxy_cluster_type": "is-part-of", **more}


def named_by(site, name, number):
    said = site.ask(name, "GET", f"galaxy_clusters/view/{UUID.format(number)}").text
    again = site.ask(name, "POST", "galaxy_clusters/restSearch", {"uuid": UUID.format(number)}).text
    return [{other for other in range(256) if other != number and UUID.format(other) in text} for text in (said, again)]


def test_a_relation_to_a_cluster_one_may_not_see_is_not_written(site):
    """Ann's clusters go to Bea; what the desk holds for Ann alone, and what nobody holds here, are named beside."""
    hidden, seen, unheld = 31, 32, 33
    site.account("cat", to=())
    assert push(site, "cat", a_cluster(hidden)).status_code == 200
    assert push(site, "ann", a_cluster(seen)).status_code == 200
    many = [a_relation(hidden), a_relation(seen), a_relation(unheld)]
    outwards = a_cluster(34, GalaxyClusterRelation=many, extends_uuid=UUID.format(hidden), extends_version="7")
    inwards = a_cluster(
        35, TargetingClusterRelation=[{"galaxy_cluster_uuid": UUID.format(hidden)}, a_relation(35)],
        GalaxyClusterRelation=[a_relation(hidden, TargetCluster={"uuid": UUID.format(hidden), "value": "x"})],
    )  # fmt: skip
    push(site, "ann", outwards, inwards)
    assert named_by(site, "bea", 34) == [{seen, unheld, 99}, {seen, unheld, 99}]
    assert named_by(site, "bea", 35) == [{99}, {99}]
    assert named_by(site, "ann", 34) == [{hidden, seen, unheld, 99}] * 2  # its own words: they say what it said
    assert "extends_version" not in str(site.ask("bea", "GET", f"galaxy_clusters/view/{UUID.format(34)}").json())
