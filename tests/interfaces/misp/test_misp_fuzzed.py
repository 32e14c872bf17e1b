"""No call at the MISP door breaks, whatever is sent with it: every call there is, with bodies nobody would send."""

import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from misp_parties import ANYBODY, MispSite, an_event

from oureyes.interfaces.misp.server import CALLS


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = MispSite(tmp_path_factory.mktemp("fuzzed"))
    made.account("ann", speaks_for=ANYBODY)
    event = made.misp("ann").add_event(an_event(), pythonify=True)
    made.keep = event
    yield made
    made.close()


_BODIES = (
    None,
    [{"Event": None}, None],
    {"Event": 7, "Attribute": [7], "Object": {"Attribute": 7}, "Sighting": [], "EventReport": {"name": []}},
    {
        "uuid": 7,
        "value": {},
        "tag": [],
        "timestamp": {"a": 1},
        "tags": {"OR": {"x": 1}},
        "limit": {},
        "Note": {"uuid": {}},
    },
)


@pytest.mark.parametrize("call", sorted(CALLS), ids="/".join)
def test_no_call_breaks(site, call):
    part = site.keep.attributes[0].uuid
    for body, argument in itertools.product(_BODIES, (site.keep.uuid, part)):
        if call == ("events", "delete") and argument == site.keep.uuid:
            continue
        said = site.ask("ann", "POST", f"{call[0]}/{call[1]}/{argument}", body)
        assert said.status_code < 500, (call, argument, body)
        json.loads(said.content)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_KEYS = (
    "uuid timestamp date Tag Attribute Object Orgc SharingGroup distribution published ShadowAttribute Sighting"
    " EventReport Galaxy analysis Note"
).split()
_EVENT = st.fixed_dictionaries({"info": st.text(min_size=1, max_size=8)}, optional=dict.fromkeys(_KEYS, _JSON))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_EVENT)
def test_no_event_breaks_the_door(site, event):
    said = site.ask("ann", "POST", "events/add", {"Event": event})
    assert said.status_code < 500
    if said.status_code == 200:
        uuid = said.json()["Event"]["uuid"]
        assert site.ask("ann", "GET", f"events/view/{uuid}").status_code == 200
        assert site.ask("ann", "POST", f"events/edit/{uuid}", {"Event": event | {"timestamp": None}}).status_code < 500
