"""What is held, as it is."""

from pathlib import Path

from a_case import an_indicator
from simulated import deliver, federation, for_

from oureyes.node.holding import current, ours


def test_ours_is_what_our_state_says_and_current_what_stands(tmp_path: Path) -> None:
    states = federation(tmp_path, ["ID", "MY"])
    indonesia, malaysia = states.values()
    theirs, mine = an_indicator(), an_indicator(value="other.example")
    indonesia.record_objects([theirs], by="ayu", marking=for_("MY"))
    malaysia.record_objects([mine], by="aziz", marking=for_())
    indonesia.approve(indonesia.propose([theirs.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    assert [held.object.id for held, _ in ours(malaysia.ctx, 10)] == [mine.id]
    assert set(current(malaysia.ctx, [mine.id, theirs.id])) == {mine.id, theirs.id}
