"""A key is one request's; it is done once, and what cannot be known is not guessed."""

import pytest
from simulated import federation

from oureyes.node.repeating import AnotherRequest, BeingDone, NotKept, Repeats


@pytest.fixture
def node(tmp_path):
    made = federation(tmp_path, ["ID"])["ID"]
    yield made
    made.close()


def test_what_was_done_is_answered_again_also_by_another_process(node):
    first, second = Repeats(node.ctx), Repeats(node.ctx)
    mark = first.mark(b"request")
    assert first.begin("ayu", "k", mark) is None
    first.done("ayu", "k", 201, {"Content-Type": "application/json"}, b"{}", keep=True)
    for one in (first, second):
        known = one.begin("ayu", "k", one.mark(b"request"))
        assert (known.status, known.body, known.headers) == (201, b"{}", {"Content-Type": "application/json"})


def test_another_request_under_a_key_is_refused_and_another_account_has_its_own(node):
    repeats = Repeats(node.ctx)
    repeats.begin("ayu", "k", repeats.mark(b"one"))
    with pytest.raises(AnotherRequest):
        repeats.begin("ayu", "k", repeats.mark(b"other"))
    assert repeats.begin("budi", "k", repeats.mark(b"other")) is None


def test_what_is_being_done_or_was_when_its_process_died_is_not_begun_again(node):
    here, there = Repeats(node.ctx), Repeats(node.ctx)
    here.begin("ayu", "k", here.mark(b"one"))
    with pytest.raises(BeingDone, match="being done"):
        here.begin("ayu", "k", here.mark(b"one"))
    with pytest.raises(BeingDone, match="another process"):
        there.begin("ayu", "k", there.mark(b"one"))


def test_what_was_not_done_leaves_its_key_free(node):
    repeats = Repeats(node.ctx)
    repeats.begin("ayu", "k", repeats.mark(b"one"))
    repeats.undone("ayu", "k")
    assert repeats.begin("ayu", "k", repeats.mark(b"other")) is None


@pytest.mark.parametrize(("body", "keep"), [(b"a secret", False), (b"x" * (1 << 20) + b"x", True)])
def test_a_secret_and_what_is_too_large_are_not_kept_and_not_done_again(node, body, keep):
    repeats = Repeats(node.ctx)
    repeats.begin("ayu", "k", repeats.mark(b"one"))
    repeats.done("ayu", "k", 201, {}, body, keep=keep)
    with pytest.raises(NotKept):
        repeats.begin("ayu", "k", repeats.mark(b"one"))
    with node.ctx.db.read() as connection:
        assert connection.exec_driver_sql("SELECT body FROM reply").scalar_one() is None


def test_a_key_is_forgotten_after_three_days_and_not_before(node):
    repeats = Repeats(node.ctx)
    repeats.begin("ayu", "old", repeats.mark(b"one"))
    repeats.done("ayu", "old", 200, {}, b"{}", keep=True)
    node.ctx.clock.forward(days=2)
    repeats.begin("ayu", "other", repeats.mark(b"one"))
    assert repeats.begin("ayu", "old", repeats.mark(b"one")) is not None
    node.ctx.clock.forward(days=2)
    repeats.begin("ayu", "third", repeats.mark(b"one"))
    assert repeats.begin("ayu", "old", repeats.mark(b"one")) is None


def test_what_is_kept_of_a_request_is_no_digest_that_could_be_guessed_at(node, tmp_path):
    other = federation(tmp_path / "other", ["MY"])["MY"]
    assert Repeats(node.ctx).mark(b"a password") != Repeats(other.ctx).mark(b"a password")
    other.close()
