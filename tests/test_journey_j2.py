"""J2, the same man in two scripts: matched with reasons, judged by people of two states, undone without a trace."""

from __future__ import annotations

import asyncio
from pathlib import Path

from a_case import an_object
from simulated import for_
from wired import Running, homes, release, until

from oureyes.model.findings import Verdict
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Kind
from oureyes.node import Node
from oureyes.plan.requests import RequestState, Urgency


def a_man(name: str, birth: str) -> StixObject:
    return an_object("identity", name=name, identity_class="individual", date_of_birth=birth)


def links(node: Node, *ids: str) -> list[object]:
    """Everything that ties these: matches, hypotheses, and steps of the graph, but for the question about them."""
    found: list[object] = [(one.match, one.rank) for one in node.matches()]
    for identifier in ids:
        card = node.show(identifier, by="aziz").card
        edges = node.graph(identifier, by="aziz").edges
        found += [card.title, card.said_by, card.hypotheses]
        found += [step for step in edges if not step.source.startswith(("x-oureyes-request--", "note--"))]
    return found


def tell(node: Node, identifier: str, to: str) -> None:
    node.mark([identifier], for_(to), by="somchai")
    node.approve(node.propose([identifier], [to], by="somchai").id, by="malee")


def test_the_same_man_in_two_scripts_is_judged_by_two_states_and_undone_on_both(tmp_path: Path) -> None:
    thai, latin = a_man("วิชัย ทองดี", "1981-07-17"), a_man("Vichai Thongdi", "1979")

    async def story() -> None:
        async with Running(homes(tmp_path, ["TH", "MY"])) as net:
            thailand, malaysia = net.node("TH"), net.node("MY")
            release(malaysia, [latin], "TH")
            release(thailand, [thai], "MY")
            for node in (thailand, malaysia):
                await until(lambda node=node: len(node.matches()) == 1)
            before = {node: links(node, thai.id, latin.id) for node in (thailand, malaysia)}

            # the alert shows both, with reasons in words, and the conflict
            (alert,) = [alert for alert, *_ in malaysia.inbox() if alert.event == "match"]
            assert {thai.id, latin.id} <= set(alert.objects)
            (match,) = malaysia.matches()
            assert {match.left_origin, match.right_origin} == {"TH", "MY"}
            for said in ("ทองดี", "Thongdi", "1979", "1981", "weakened"):
                assert said in alert.reason
            # … and nothing was merged
            assert malaysia.clusters(by="aziz") == ()
            assert malaysia.show(latin.id, by="aziz").raw == latin.raw
            assert malaysia.show(thai.id, by="aziz").raw == thai.raw

            # Malaysia is unsure and asks Thailand, which has its record, too
            unsure = malaysia.judge(thai.id, latin.id, Verdict.UNSURE, by="aziz", why="two years apart")
            tell(malaysia, unsure.opinion, "TH")
            asked, draft = malaysia.ask(
                "TH", "Is he the man of your record?", urgency=Urgency.URGENT, about=[thai.id, latin.id], by="aziz"
            )
            malaysia.approve(draft.id, by="salmah")
            await until(lambda: bool(thailand.requests(by="somchai")))
            await until(lambda: malaysia.requests(by="aziz")[0].clock is not None)
            assert malaysia.requests(by="aziz")[0].clock == thailand.requests(by="somchai")[0].clock
            assert [word.verdict for word in thailand.judgements(thai.id, by="somchai")] == [Verdict.UNSURE]

            # Thailand judges, answers, and both see whose hypothesis it is
            same = thailand.judge(thai.id, latin.id, Verdict.SAME, by="somchai", why="one passport")
            tell(thailand, same.opinion, "MY")
            thailand.approve(thailand.reply(asked.id, RequestState.ANSWERED, by="somchai").id, by="malee")
            await until(lambda: bool(malaysia.clusters(by="aziz")))
            await until(lambda: malaysia.requests(by="aziz")[0].words == "answered in time")
            for node in (thailand, malaysia):
                (found,) = node.clusters(latin.id, by="aziz")
                assert set(found.members) == {thai.id, latin.id}
                assert [(word.state, word.why) for word in found.same] == [("TH", "one passport")]
                assert [(word.state, word.why) for word in found.unsure] == [("MY", "two years apart")]
                card = node.show(thai.id, by="x").card
                assert any(line.startswith("TH") and "one passport" in line for line in card.hypotheses)
            assert malaysia.clusters(by="aziz")[0].same[0].by == ""  # who in Thailand said so stays there

            # later evidence turns it round
            thailand.judge(thai.id, latin.id, Verdict.NOT_SAME, by="malee", why="he was in prison then")
            (waiting,) = [one for one in thailand.drafts(state="proposed") if one.kind == Kind.SUPERSEDE]
            thailand.approve(waiting.id, by="somchai")
            await until(lambda: not malaysia.clusters(by="aziz"))
            (word,) = [one for one in malaysia.judgements(thai.id, by="aziz") if one.state == "TH"]
            assert (word.verdict, word.why) == (Verdict.NOT_SAME, "he was in prison then")

            # undone by both: everything is as it was, on both nodes
            thailand.judge(thai.id, latin.id, Verdict.WITHDRAWN, by="malee")
            malaysia.judge(thai.id, latin.id, Verdict.WITHDRAWN, by="aziz")
            for node in (thailand, malaysia):
                await until(lambda node=node: not node.judgements(thai.id, by="aziz"))
                assert links(node, thai.id, latin.id) == before[node]
            judged = thailand.audit(by="auditor", verb="judge")
            assert [row.detail["verdict"] for row in judged] == ["withdrawn", "not-same", "same"]
            assert all(not log.fault for node in (thailand, malaysia) for log in node.verify())

    asyncio.run(story())
