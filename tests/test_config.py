"""Settings: defaults, file, environment, arguments, in that order; the database key only where it may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.config import SETTINGS, load
from oureyes.errors import ConfigError


def home(tmp_path, text=""):
    (tmp_path / "node.toml").write_text(text, "utf-8")
    return tmp_path


def test_what_is_written_nowhere_is_the_default(tmp_path):
    found = load(tmp_path, {})
    assert all(found.values[setting.name] == setting.default for setting in SETTINGS)


def test_the_file_the_environment_and_arguments_override_each_other_in_that_order(tmp_path):
    folder, said = home(tmp_path, 'member = "ID"\nfanout = 5\n'), {"OUREYES_FANOUT": "6"}
    assert load(folder, {}).number("fanout") == 5
    assert load(folder, said).number("fanout") == 6
    assert load(folder, said, fanout=7).number("fanout") == 7


@pytest.mark.parametrize(
    "text", ['colour = "red"', "fanout = 'many'", "member = 5", "warn_documentation = 'perhaps'", "=", "\0"]
)
def test_a_wrong_setting_is_named(tmp_path, text):
    with pytest.raises(ConfigError):
        load(home(tmp_path, text), {})


def test_what_the_environment_says_to_other_programs_is_none_of_ours(tmp_path):
    assert load(tmp_path, {"OUREYES_DATA": "x", "OUREYES_TEST_POSTGRESQL": "y"}).member == ""


@pytest.mark.parametrize(("text", "value"), [("1", True), ("yes", True), ("off", False), ("", False), ("TRUE", True)])
def test_flags_are_read_as_people_write_them(tmp_path, text, value):
    assert load(tmp_path, {"OUREYES_WARN_DOCUMENTATION": text}).flag("warn_documentation") is value


def test_a_node_is_found_where_it_listens_unless_told_otherwise(tmp_path):
    assert load(tmp_path, {}).public_url == "https://127.0.0.1:8443"
    assert load(tmp_path, {}, public_url="https://id.example").public_url == "https://id.example"
    assert load(tmp_path, {}, member="ID").country == "ID"


def test_the_database_key_comes_from_its_file_or_the_environment_and_the_latter_wins(tmp_path):
    (tmp_path / "database.key").write_text("aa" * 32 + "\n")
    assert load(tmp_path, {}).database_key() == b"\xaa" * 32
    assert load(tmp_path, {"OUREYES_DATABASE_KEY": "bb" * 32}).database_key() == b"\xbb" * 32
    (tmp_path / "elsewhere").write_text("cc" * 32)
    assert load(tmp_path, {}, database_key_file=str(tmp_path / "elsewhere")).database_key() == b"\xcc" * 32


@pytest.mark.parametrize("text", ["", "aa", "zz" * 32, "aa" * 33])
def test_half_a_key_is_no_key_and_is_not_repeated(tmp_path, text):
    (tmp_path / "database.key").write_text(text)
    with pytest.raises(ConfigError) as told:
        load(tmp_path, {}).database_key()
    assert not text or text not in str(told.value)


def test_a_key_in_the_settings_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="never write the key there"):
        load(home(tmp_path, f'database_key = "{"aa" * 32}"'), {})


def test_settings_that_are_printed_do_not_show_the_key(tmp_path):
    assert "aa" * 16 not in repr(load(tmp_path, {"OUREYES_DATABASE_KEY": "aa" * 32}))


@given(st.text(max_size=40))
def test_any_text_in_a_number_is_a_number_or_refused(text):
    import pathlib

    try:
        found = load(pathlib.Path("nowhere"), {"OUREYES_BATCH": text})
    except ConfigError:
        return
    assert found.number("batch") == int(text)


def test_every_setting_says_what_it_does_and_has_a_name_of_its_own():
    assert all(setting.says and setting.variable == f"OUREYES_{setting.name.upper()}" for setting in SETTINGS)
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


def test_a_setting_that_lists_things_is_read_with_or_without_spaces(tmp_path):
    assert load(tmp_path, {}).names("webhook_allow") == frozenset()
    assert load(tmp_path, {}, webhook_allow=" a.example,b.example , ,").names("webhook_allow") == {
        "a.example",
        "b.example",
    }
