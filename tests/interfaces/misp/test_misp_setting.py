"""What a client asks when it connects is answered for the account that asks; nothing is set up from here."""

import pytest
from misp_parties import MispSite


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = MispSite(tmp_path_factory.mktemp("setting"))
    made.account("ann", title="Ann's CERT", groups=frozenset({"sea-1"}))
    made.account("reader", scopes=frozenset({"misp:read"}))
    yield made
    made.close()


def test_who_may_only_read_is_told_so(site):
    assert site.ask("reader", "GET", "servers/getVersion").json()["perm_sync"] is False
    assert site.ask("ann", "GET", "servers/getVersion").json()["perm_sync"] is True
    assert site.ask("reader", "GET", "roles").json()[0]["Role"]["perm_add"] is False


def test_ones_own_key_is_never_sent_back(site):
    for path, body in (("servers/postTest", {"testString": "x"}), ("users/view/me.json", None)):
        said = site.ask("ann", "POST" if body else "GET", path, body)
        assert said.status_code == 200
        assert site.keys["ann"] not in said.text


def test_another_user_does_not_exist(site):
    assert site.ask("ann", "GET", "users/view/1").status_code == 404


def test_ones_groups_are_shown_with_oneself_in_them(site):
    (one,) = site.ask("ann", "GET", "sharing_groups/index").json()["response"]
    assert one["SharingGroup"]["name"] == "sea-1"
    assert [member["Organisation"]["name"] for member in one["SharingGroupOrg"]] == ["Ann's CERT"]
    assert site.ask("ann", "GET", f"sharingGroups/view/{one['SharingGroup']['uuid']}").status_code == 200


def test_types_are_those_the_importer_knows(site):
    result = site.ask("ann", "GET", "attributes/describeTypes.json").json()["result"]
    assert len(result["categories"]) == 16
    assert result["sane_defaults"]["domain"]["default_category"] == "Network activity"
    assert set(result["category_type_mappings"]["Other"]) == set(result["types"])


@pytest.mark.parametrize(
    "path",
    [
        "admin/organisations/add",
        "admin/users/add",
        "admin/roles/set_default/1",
        "servers/serverSettingsEdit/x",
        "sharing_groups/addOrg",
    ],
)
def test_accounts_and_settings_are_not_made_from_outside(site, path):
    assert site.ask("ann", "POST", path, {"name": "x"}).status_code == 403


@pytest.mark.parametrize(
    "path", ["taxonomies", "galaxies", "noticelists", "warninglists", "feeds", "servers/index", "users/heartbeat"]
)
def test_what_this_node_has_none_of_is_empty_and_no_fault(site, path):
    assert site.ask("ann", "GET", path).status_code == 200
