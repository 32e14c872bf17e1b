"""Paths as CakePHP writes them are controller, action, arguments and named parameters."""

import pytest

from oureyes.interfaces.misp.paths import Call, parsed

UUID = "5bad1b96-53bc-4148-87eb-50d50a016219"


@pytest.mark.parametrize(
    ("path", "controller", "action", "arguments", "named"),
    [
        ("/events/view/7", "events", "view", ("7",), {}),
        (f"/events/view/{UUID}/deleted[]:0/deleted[]:1.json", "events", "view", (UUID,), {"deleted": ("0", "1")}),
        ("/events/view/7/excludeGalaxy:1/includeEventCorrelations:0", "events", "view", ("7",),
         {"excludegalaxy": ("1",), "includeeventcorrelations": ("0",)}),
        ("/sharing_groups", "sharinggroups", "index", (), {}),
        ("/sharingGroups/index", "sharinggroups", "index", (), {}),
        ("/shadow_attributes/index/all:1/limit:1000.json", "shadowattributes", "index", (),
         {"all": ("1",), "limit": ("1000",)}),
        ("/admin/organisations/add", "admin/organisations", "add", (), {}),
        ("/analyst_data/index/Note/uuid[]:a/uuid[]:b.json", "analystdata", "index", ("Note",), {"uuid": ("a", "b")}),
        ("/users/view/me.json", "users", "view", ("me",), {}),
        ("/", "", "index", (), {}),
    ],
)  # fmt: skip
def test_a_path_is_read(path, controller, action, arguments, named):
    assert parsed(path) == (controller, action, arguments, named)


def test_a_parameter_is_taken_from_the_body_first_and_its_spelling_does_not_matter():
    call = Call(
        "POST", "", "events", "index", (), {"eventinfo": ("x",), "deleted": ("0", "1")}, {}, {"event_info": "y"}
    )
    assert call.asked("eventinfo") == "y"
    assert call.asked("Event_Info") == "y"
    assert call.asked("deleted") == ["0", "1"]
    assert call.asked("limit") is None
    assert call.argument(3) == ""
