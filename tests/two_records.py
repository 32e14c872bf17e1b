"""A person recorded by two states in two spellings, with one phone; what is given and told between them."""

from __future__ import annotations

from a_case import an_object
from simulated import deliver, for_

from oureyes.model.markings import TLP

PHONE = "+66 81 234 5678"


def a_person(name):
    return an_object("identity", name=name, identity_class="individual", contact_information=PHONE)


def give(node, *found, to=("MY",), tlp=TLP.GREEN):
    node.record_objects(found, by="ayu", marking=for_(*to, tlp=tlp))
    node.approve(node.propose([obj.id for obj in found], to, by="ayu").id, by="budi")


def tell(node, opinion, *to):
    node.mark([opinion], for_(*to), by="ayu")
    node.approve(node.propose([opinion], to, by="ayu").id, by="budi")


def both_hold(states):
    """ID and MY each recorded one and gave it to the other."""
    one, other = a_person("Suparno"), a_person("Soeparno")
    give(states["ID"], one, to=("MY",))
    give(states["MY"], other, to=("ID",))
    deliver(states)
    return one.id, other.id
