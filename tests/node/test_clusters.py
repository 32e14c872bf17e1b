"""Whose cluster counts at this node, and for whom it exists."""

import pytest
from simulated import federation, for_

from oureyes.errors import InvalidObject, NotHeld, Refused
from oureyes.model.accounts import Account, Caller
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.model.ports import Options
from oureyes.node.accounts import approve_account, create
from oureyes.node.clusters import Clusters
from oureyes.node.events import Events
from oureyes.node.pushing import NotNewer, Pushing
from oureyes.record.misp_clusters import read_cluster

UUID = "5bad1b96-53bc-4148-87eb-50d50a016501"
OTHER = {"name": "Another CERT", "uuid": "55f6ea5e-51ac-4344-bc8c-4170950d2100"}


@pytest.fixture
def node(tmp_path):
    made = federation(tmp_path, ("ID",))["ID"]
    yield made
    made.close()


def a_caller(node, name, to=()):
    marking = Marking(TLP.GREEN, PAP.GREEN, releasable_to=frozenset(to))
    create(node.ctx, Account(name, ceiling=TLP.AMBER, marking=marking), by="ayu")
    account = approve_account(node.ctx, name, by="budi")
    return Caller(account, account.scopes)


def clusters(node):
    events = Events(node.ctx)
    return Clusters(events, Pushing(node.ctx, events))


def known(node, caller):
    with node.ctx.db.read() as connection:
        return clusters(node).known(connection, caller)


def a_cluster(**more):
    return {"uuid": UUID, "value": "ring", "version": "1700000000", "distribution": "1", "published": True, **more}


def test_a_cluster_exists_for_whom_it_is_released_to_and_nobody_else(node):
    ann, bea, eve = a_caller(node, "ann", to=("bea",)), a_caller(node, "bea"), a_caller(node, "eve")
    clusters(node).take(ann, a_cluster())
    assert known(node, bea)[UUID].content["value"] == "ring"
    assert known(node, eve) == {}
    with pytest.raises(NotHeld), node.ctx.db.read() as connection:
        clusters(node).one(connection, eve, UUID)


def test_a_version_counts_only_when_it_is_later(node):
    ann = a_caller(node, "ann")
    clusters(node).take(ann, a_cluster())
    for stamp in ("1699999999", "1700000000"):
        with pytest.raises(NotNewer):
            clusters(node).take(ann, a_cluster(version=stamp, value="older"))
    clusters(node).take(ann, a_cluster(version="1700000001", value="later"))
    assert known(node, ann)[UUID].content["value"] == "later"


def test_nobody_speaks_for_another_organisation_or_from_the_future_or_for_the_shared_library(node):
    ann = a_caller(node, "ann")
    with pytest.raises(Refused, match="another organisation"):
        clusters(node).take(ann, a_cluster(Orgc=OTHER))
    with pytest.raises(Refused, match="later"):
        clusters(node).take(ann, a_cluster(version="99999999999"))
    with pytest.raises(InvalidObject, match="library"):
        clusters(node).take(ann, a_cluster(default=True))
    assert known(node, ann) == {}


def test_what_one_says_of_a_cluster_does_not_replace_what_another_says(node):
    ann, bea = a_caller(node, "ann", to=("bea",)), a_caller(node, "bea")
    clusters(node).take(ann, a_cluster())
    clusters(node).take(bea, a_cluster(version="1700000009", value="unlike"))
    assert known(node, ann)[UUID].content["value"] == "ring"
    assert known(node, bea)[UUID].content["value"] == "unlike"


def test_a_cluster_that_is_deleted_there_is_gone_here(node):
    ann = a_caller(node, "ann")
    clusters(node).take(ann, a_cluster())
    clusters(node).take(ann, a_cluster(version="1700000001", deleted=True))
    assert known(node, ann) == {}


def test_a_partner_that_gets_a_cluster_is_not_told_of_another_it_names(tmp_path):
    nodes = federation(tmp_path, ("ID", "MY"), two_person_from="RED")
    node = nodes["ID"]
    other = UUID[:-1] + "9"
    hidden = read_cluster(a_cluster(uuid=other), Options(now=node.ctx.now())).object
    said = read_cluster(a_cluster(GalaxyClusterRelation=[{"referenced_galaxy_cluster_uuid": other}]),
                        Options(now=node.ctx.now())).object  # fmt: skip
    node.record_objects([hidden], by="ayu", marking=for_("SG"))
    node.record_objects([said], by="ayu", marking=for_("MY"))
    (shown,) = node.rehearse([said.id], ["MY"], by="ayu")
    assert shown.decision.allowed
    assert other not in shown.decision.object.raw.decode()
    for one in nodes.values():
        one.close()
