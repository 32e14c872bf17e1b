"""What leaves the node in a notification: counts and ids, no content."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from oureyes.alert import NOTIFIERS, mail, syslog, webhook
from oureyes.alert.notice import notice
from oureyes.model.findings import Alert
from oureyes.model.ports import Notifier

CANARY = "Canary Person, +62 812 0000 0000"
INDICATOR = "indicator--00000000-0000-4000-8000-000000000001"
DOMAIN = "domain-name--00000000-0000-5000-8000-000000000002"
ALERT = Alert("a1", CANARY, "match", CANARY, (INDICATOR, DOMAIN, CANARY), "ID", "2026-07-01T00:00:00Z", reason=CANARY)


def test_ids_and_kinds_go_out_and_an_observable_is_only_counted() -> None:
    said = notice(ALERT)
    assert said["objects"] == [INDICATOR]
    assert said["kinds"] == {"domain-name": 1, "indicator": 1}


def test_a_canary_in_any_field_leaves_by_no_notifier() -> None:
    for out in (
        webhook.payload(ALERT),
        syslog.message(ALERT),
        mail.message(ALERT, "a@b.example", "c@d.example").as_bytes(),
    ):
        assert b"Canary" not in out
        assert b"812" not in out
        assert DOMAIN.encode() not in out


@given(*[st.text(max_size=30)] * 4)
def test_whatever_an_alert_says_of_itself_only_words_get_through(id: str, event: str, origin: str, at: str) -> None:
    said = notice(Alert(id, id, event, event, (), origin, at))
    assert all(not set(str(said[key])) & set("\n\r <>\"'") for key in ("id", "event", "origin", "at"))
    msgspec.json.encode(said)


def test_every_way_of_telling_fits_the_port_and_has_its_own_name() -> None:
    ways: tuple[Notifier, ...] = NOTIFIERS
    assert [way.NAME for way in ways] == ["webhook", "syslog", "mail"]
