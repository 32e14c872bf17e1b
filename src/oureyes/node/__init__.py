"""A node: one method per verb, told in the order of the mission. It holds no rule.

A state *records* intelligence, *marks and releases* it; it is *exchanged* over channels; the partner *correlates* it,
*alerts* its analysts, who *understand*, and states *plan*, under *oversight*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from oureyes.correlate.casepatterns import Cluster as CaseCluster
from oureyes.correlate.judgements import Cluster as JudgedCluster
from oureyes.model.findings import Alert, AlertState, Holding, Judgement, Subscription, Verdict
from oureyes.model.markings import Marking
from oureyes.model.objects import StixObject
from oureyes.model.ports import Options
from oureyes.model.sharing import Channel, Kind, Receipt, Roster
from oureyes.model.vocabularies import Cluster
from oureyes.node import (
    accounts,
    asking,
    connecting,
    exchanging,
    exporting,
    following,
    hashing,
    importing,
    indexing,
    judging,
    likeness,
    listing,
    overseeing,
    planning,
    recording,
    releasing,
    retaining,
    screening,
    understanding,
    vocabularies,
)
from oureyes.node.context import Context
from oureyes.node.following import Patterns
from oureyes.node.opening import init, install_roster, member_of, open_context
from oureyes.node.vocabularies import Loaded
from oureyes.oversee.audit import Row, Verified
from oureyes.oversee.figures import Figures
from oureyes.oversee.retention import Due
from oureyes.plan.questions import Question
from oureyes.plan.requests import RequestState, Urgency
from oureyes.release import Answers
from oureyes.storage import backup, desk, index, objects
from oureyes.understand.actors import Actor
from oureyes.understand.graph import Graph
from oureyes.understand.graph import Path as GraphPath
from oureyes.understand.money import Flow, Route
from oureyes.understand.timeline import Event
from oureyes.understand.trends import Burst

__all__ = ["Node"]


class Node:
    """One member state's node. Synchronous: interfaces call it from threads; the store has one writer."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    @classmethod
    def init(cls, home: Path, member: str, **settings: Any) -> Node:
        """Make a home with fresh keys, and open it."""
        init(home, member, **settings)
        return cls.open(home)

    @classmethod
    def open(cls, home: Path, **overrides: Any) -> Node:
        """Open the node in `home`."""
        return cls(open_context(home, **overrides))

    def close(self) -> None:
        """Finish what is being written, and close."""
        self.ctx.db.close()

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def member(self) -> str:
        return self.ctx.me

    @property
    def roster(self) -> Roster:
        return self.ctx.roster

    def join(self, raw: bytes) -> Roster:
        """Take a roster that its members signed."""
        self.ctx.roster = install_roster(self.ctx.config.home, raw)
        self.ctx.heard("roster", "")
        return self.ctx.roster

    # --- record ------------------------------------------------------------------------------------------------------

    def record(
        self,
        paths: Iterable[Path],
        *,
        by: str,
        purpose: str = "investigation",
        marking: Marking | None = None,
        options: Options | None = None,
        progress: recording.Progress | None = None,
        again: bool = False,
        remark: bool = False,
    ) -> recording.Report:
        """Read files and folders of STIX, MISP, tables, lists and text. `again`: also what was taken back before;
        `remark`: the marking is for what is held already, too."""
        order = importing.Order(by, purpose, marking, again, remark)
        report = importing.import_paths(self.ctx, paths, order, options=options, progress=progress)
        self.ctx.db.write(lambda connection: planning.reassess_all(self.ctx, connection, "recorded"))
        return report

    def record_list(
        self,
        path: Path,
        name: str,
        date: str,
        *,
        by: str,
        purpose: str = "investigation",
        marking: Marking | None = None,
        progress: recording.Progress | None = None,
    ) -> listing.Edition:
        """Read an edition of an official list; what is on it no more expires."""
        return listing.import_list(
            self.ctx, path, name, date, by=by, purpose=purpose, marking=marking, progress=progress
        )

    def record_objects(
        self,
        made: Iterable[StixObject],
        *,
        by: str,
        marking: Marking,
        purpose: str = "investigation",
        source: str = "desk",
    ) -> list[str]:
        """Record objects made here."""
        ids = recording.record_objects(self.ctx, made, by=by, purpose=purpose, marking=marking, source=source)
        self.ctx.db.write(lambda connection: planning.reassess(self.ctx, connection, ids))
        return ids

    def quarantine(self, n: int | None = None, *, by: str = "") -> list[desk.Quarantined]:
        """What could not be read and waits for a person, or one by its number; `by` looks at it."""
        with self.ctx.db.read() as connection:
            found = desk.quarantined(connection, n=n)
        overseeing.looked(self.ctx, by, "read", "quarantine" if n is None else f"quarantine:{n}", count=len(found))
        return found

    def held_back(self, identifier: str = "", *, by: str = "") -> list[objects.Held]:
        """What was read and waits for a person before anybody may have it, or one by its id; `by` looks at it."""
        with self.ctx.db.read() as connection:
            found = [one for one in objects.held_back(connection) if identifier in ("", one.object.id)]
        overseeing.looked(self.ctx, by, "read", identifier or "quarantine", count=len(found))
        return found

    def retry(self, n: int, *, by: str, purpose: str = "investigation", raw: bytes | None = None) -> recording.Report:
        """Read one of them again."""
        return importing.retry(self.ctx, n, by=by, purpose=purpose, raw=raw)

    def vocabularies(self) -> list[Loaded]:
        """Taxonomies, galaxies and warninglists this node knows."""
        return vocabularies.loaded(self.ctx)

    def load_vocabulary(self, file: Path, *, by: str) -> list[Loaded]:
        """Take further ones."""
        return vocabularies.load(self.ctx, file, by=by)

    def unknown_terms(self, tags: Iterable[str]) -> list[str]:
        """Terms that their taxonomy does not have."""
        return vocabularies.unknown_terms(self.ctx, tuple(tags))

    def called(self, name: str) -> list[tuple[str, Cluster]]:
        """What the galaxies know by a name."""
        return vocabularies.known_as(self.ctx, name)

    def actor(self, name: str, *, by: str, purpose: str = "investigation") -> tuple[Actor, ...]:
        """Who is called so, under all their names, with what is held about each: hypotheses, nothing is merged."""
        return vocabularies.actor(self.ctx, name, by=by, purpose=purpose)

    def tag(self, ids: Iterable[str], tags: Iterable[str], *, by: str, purpose: str = "investigation") -> int:
        """Put objects of ours under terms of a taxonomy."""
        return recording.tag(self.ctx, ids, tags, by=by, purpose=purpose)

    def confirm(
        self, identifier: str, *, by: str, purpose: str = "investigation", marking: Marking | None = None
    ) -> None:
        """A person has looked at what was held back."""
        recording.lift(self.ctx, identifier, by=by, purpose=purpose, marking=marking)
        self.ctx.db.write(lambda connection: planning.reassess(self.ctx, connection, [identifier]))

    # --- mark and release --------------------------------------------------------------------------------------------

    def mark(self, ids: Iterable[str], marking: Marking, *, by: str, purpose: str = "investigation") -> int:
        """Say who may have objects of ours, and how good they are."""
        return releasing.mark(self.ctx, ids, marking, by=by, purpose=purpose)

    def marking_of(self, identifier: str) -> Marking:
        """The marking of an object of ours."""
        return releasing.marking_of(self.ctx, identifier)

    def unknown_names(self, names: Iterable[str]) -> list[str]:
        """Of the names a marking may have, those that are no member, account, agreement or taken for one here."""
        found = accounts.listed(self.ctx)
        known = {*self.roster.members, *(one.id for one, _ in found)}.union(*(one.groups for one, _ in found))
        return sorted(set(names) - known)

    def neutrality(self, identifier: str) -> Answers | None:
        """The answers kept for a notice."""
        return releasing.answers_of(self.ctx, identifier)

    def neutral(self, identifier: str, answers: Answers) -> None:
        """Answer the neutrality questions for a notice."""
        releasing.neutral(self.ctx, identifier, answers)

    def propose(
        self,
        ids: Iterable[str],
        to: Iterable[str],
        *,
        by: str,
        purpose: str = "investigation",
        reason: str = "",
        kind: Kind = Kind.RELEASE,
    ) -> desk.Draft:
        """Put a release before whoever approves it."""
        return releasing.propose(self.ctx, ids, to, by=by, purpose=purpose, reason=reason, kind=kind)

    def rehearse(
        self, ids: Iterable[str], to: Iterable[str], *, by: str, purpose: str = "investigation", approver: str = ""
    ) -> list[releasing.Preview]:
        """What a release would give each recipient; nothing is kept and nothing leaves."""
        found = releasing.rehearse(self.ctx, ids, to, by=by, purpose=purpose, approver=approver)
        shown = {one.object for one in found}
        for identifier in shown:
            to = tuple(dict.fromkeys(one.recipient for one in found if one.object == identifier))
            overseeing.looked(self.ctx, by, "preview", identifier, purpose, to=to)
        return found

    def drafts(self, *, state: str = "") -> list[desk.Draft]:
        """Proposals, oldest first."""
        with self.ctx.db.read() as connection:
            return desk.drafts(connection, state=state)

    def of_source(self, name: str) -> list[str]:
        """The ids of everything of one of our sources."""
        with self.ctx.db.read() as connection:
            return objects.of_source(connection, self.ctx.me, name)

    def recipients_of(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Every partner that holds one of the objects from us."""
        return releasing.recipients_of(self.ctx, ids)

    def export(
        self,
        ids: Iterable[str],
        form: str,
        *,
        by: str,
        purpose: str = "investigation",
        to: str = "",
        whole: bool = False,
    ) -> exporting.Export:
        """Objects as one file (a bundle, a table, rules, a list …), for a member or for who asks."""
        return exporting.export(self.ctx, ids, form, by=by, purpose=purpose, to=to, whole=whole)

    def preview(self, draft: str, *, approver: str = "", by: str = "") -> list[releasing.Preview]:
        """Per recipient: allowed or not, why, and the very bytes; `by` looks at them."""
        found = releasing.preview(self.ctx, draft, approver=approver)
        overseeing.looked(self.ctx, by, "preview", draft, to=tuple(dict.fromkeys(one.recipient for one in found)))
        return found

    def approve(self, draft: str, *, by: str) -> dict[str, Any]:
        """Approve, and send what may go."""
        return releasing.approve(self.ctx, draft, by=by)

    def decline(self, draft: str, *, by: str, reason: str) -> None:
        """Say no."""
        releasing.decline(self.ctx, draft, by=by, reason=reason)

    def retract(self, ids: Iterable[str], *, by: str, reason: str) -> dict[str, Any]:
        """Take objects of ours back, everywhere."""
        return releasing.retract(self.ctx, ids, by=by, reason=reason)

    def ask_consent(self, identifier: str, recipient: str, *, by: str, purpose: str, reason: str) -> str:
        """Ask an originator whether its object may be passed on."""
        return releasing.ask_consent(self.ctx, identifier, recipient, by=by, purpose=purpose, reason=reason)

    def answer_consent(self, identifier: str, asker: str, recipient: str, *, by: str, grant: bool, **more: str) -> None:
        """Grant, refuse or withdraw that."""
        releasing.answer_consent(self.ctx, identifier, asker, recipient, by=by, grant=grant, **more)

    def consents(self) -> list[tuple[str, str, str, str, str, str, str, str]]:
        """(object, recipient, asker, origin, state, expires, reason, when) of every request to pass something on."""
        with self.ctx.db.read() as connection:
            return desk.all_consents(connection)

    # --- exchange ----------------------------------------------------------------------------------------------------

    def serve(self, recipient: str, start: int, limit: int = 64, epoch: int | None = None) -> exchanging.Served:
        """Entries a partner has not got yet, and the signed head."""
        return exchanging.serve(self.ctx, recipient, start, limit, epoch)

    def receive(self, channel: Channel, lines: Sequence[tuple[bytes, bytes]], note: bytes) -> Receipt | None:
        """Make a partner's entries durable; the receipt to give."""
        return exchanging.receive(self.ctx, channel, lines, note)

    def apply(self, channel: Channel) -> int:
        """Read durable entries; how many."""
        return exchanging.apply(self.ctx, channel)

    def receipted(self, note: bytes, member: str, channel: Channel) -> bool:
        """Take a partner's signed receipt."""
        return exchanging.receipted(self.ctx, note, member, channel)

    def next_of(self, channel: Channel) -> int:
        """The entry we need next from a partner."""
        return exchanging.next_of(self.ctx, channel)

    def partners(self) -> list[exchanging.PartnerState]:
        """State, lag and last receipt of everybody."""
        return exchanging.partners(self.ctx)

    def verify(self, *, by: str = "") -> list[exchanging.Verified]:
        """Every channel's log, line by line, against heads and receipts."""
        found = exchanging.verify(self.ctx)
        overseeing.looked(self.ctx, by, "verify", "channels", "oversight", faults=sum(bool(one.fault) for one in found))
        return found

    def export_channel(self, channel: Channel) -> bytes:
        """A channel's log in one file."""
        return exchanging.export_channel(self.ctx, channel)

    def verify_export(self, raw: bytes) -> exchanging.Verified:
        """An exported log against the roster's keys alone."""
        return exchanging.verify_export(self.ctx.roster, raw)

    def recover_from(self, raw: bytes) -> exchanging.Recovered:
        """After a restore: our lost entries and what they say, from the log their recipient exported."""
        return exchanging.recover_from(self.ctx, raw)

    # --- media -------------------------------------------------------------------------------------------------------

    def add_media(
        self,
        paths: Iterable[Path],
        *,
        by: str,
        purpose: str = "investigation",
        marking: Marking | None = None,
        bank: str = "",
        labels: Sequence[str] = (),
    ) -> recording.Report:
        """Hash pictures, films and documents and record the hashes; the files are not kept."""
        return hashing.add(self.ctx, paths, by=by, purpose=purpose, marking=marking, into=bank, labels=labels)

    def import_bank(
        self, name: str, path: Path, *, by: str, purpose: str = "investigation", marking: Marking | None = None
    ) -> recording.Report:
        """Take a community's list of hashes into a bank of ours."""
        return hashing.take(self.ctx, name, path, importing.Order(by, purpose, marking))

    def banks(self) -> list[tuple[str, int]]:
        """Our banks of hashes, with their sizes."""
        return hashing.banks(self.ctx)

    def bank(self, name: str, *, by: str, purpose: str = "investigation") -> list[hashing.Member]:
        """A bank: its hashes with labels, hits, and which states agree."""
        return hashing.bank(self.ctx, name, by=by, purpose=purpose)

    def opine(
        self, identifier: str, agrees: bool, *, by: str, why: str = "", purpose: str = "investigation"
    ) -> StixObject:
        """Our state's word on a hash."""
        return hashing.opine(self.ctx, identifier, agrees, why=why, by=by, purpose=purpose)

    def export_bank(
        self, name: str, form: str = "csv", *, by: str, purpose: str = "investigation", to: str = ""
    ) -> exporting.Export:
        """A bank in a form that hash-sharing communities read, for the member `to` or for `by`: its `body`, in
        `refused` what may not go, and in `omitted` what the form cannot say."""
        return hashing.export(self.ctx, name, form, by=by, purpose=purpose, to=to)

    # --- correlate and alert -----------------------------------------------------------------------------------------

    def matches(
        self,
        *,
        identifier: str = "",
        value: str = "",
        warned: bool = False,
        limit: int = 1000,
        by: str = "",
        purpose: str = "investigation",
    ) -> list[index.Linked]:
        """What belongs together, with reasons, best first; for a reader `by`, what it may see of that."""
        return connecting.matches(
            self.ctx, identifier=identifier, value=value, warned=warned, limit=limit, by=by, purpose=purpose
        )

    def matches_on(
        self, value: str, *, warned: bool = False, limit: int = 1000, by: str, purpose: str = "investigation"
    ) -> list[index.Linked]:
        """Matches on a value as people write it."""
        keys = understanding.keys_of(self.ctx, value)
        return [
            one for key in keys for one in self.matches(value=key, warned=warned, limit=limit, by=by, purpose=purpose)
        ]

    def holders(self, value: str, *, by: str, purpose: str = "investigation") -> list[Holding]:
        """Everything that holds a value, however common."""
        return understanding.holders(self.ctx, value, by=by, purpose=purpose)

    def judge(
        self, left: str, right: str, verdict: Verdict, *, by: str, why: str = "", purpose: str = "investigation"
    ) -> Judgement:
        """A person's word on a match, as our state's; the latest counts, none is lost, and it can be taken back."""
        return judging.judge(self.ctx, left, right, verdict, by=by, why=why, purpose=purpose)

    def judgements(self, *ids: str, by: str, purpose: str = "investigation") -> tuple[Judgement, ...]:
        """What each state says of these things and any other."""
        return judging.words(self.ctx, ids, by=by, purpose=purpose)

    def clusters(self, identifier: str = "", *, by: str, purpose: str = "investigation") -> tuple[JudgedCluster, ...]:
        """What hangs together by states' words: hypotheses, with whose they are and who contradicts."""
        return judging.clusters(self.ctx, identifier, by=by, purpose=purpose)

    def subscribe(self, rule: Subscription, *, by: str) -> None:
        """Be told."""
        connecting.subscribe(self.ctx, rule, by=by)

    def unsubscribe(self, rule: str, *, by: str) -> None:
        """No longer be told."""
        connecting.unsubscribe(self.ctx, rule, by=by)

    def rules(self) -> list[Subscription]:
        """Who is told about what."""
        with self.ctx.db.read() as connection:
            return desk.subscriptions(connection)

    def inbox(self, *, owner: str = "", state: str = "", by: str = "") -> list[tuple[Alert, str, int]]:
        """What someone must know, most urgent first; `by` looks at it."""
        with self.ctx.db.read() as connection:
            found = desk.alerts(connection, owner=owner, state=state)
        overseeing.looked(self.ctx, by, "inbox", "", count=len(found))
        return found

    def move(self, alert: str, state: AlertState, *, by: str, assignee: str = "") -> None:
        """See, assign or finish an alert."""
        connecting.move(self.ctx, alert, state, by=by, assignee=assignee)

    def notify(self) -> int:
        """Send what waits to be sent; how many went."""
        return connecting.notify(self.ctx)

    # --- understand --------------------------------------------------------------------------------------------------

    def search(
        self, text: str, *, by: str, purpose: str = "investigation", limit: int = 50, only_written: bool = False
    ) -> list[understanding.Hit]:
        """Find by words in any script of the region."""
        return understanding.search(self.ctx, text, by=by, purpose=purpose, limit=limit, only_written=only_written)

    def show(self, identifier: str, *, by: str, purpose: str = "investigation") -> understanding.Shown:
        """Who says so, how sure, who may see it, until when, what it touches."""
        return understanding.show(self.ctx, identifier, by=by, purpose=purpose)

    def graph(self, identifier: str, *, by: str, hops: int = 2, purpose: str = "investigation") -> Graph:
        """What it touches, step by step."""
        return understanding.graph(self.ctx, identifier, hops=hops, by=by, purpose=purpose)

    def path(self, start: str, end: str, *, by: str, purpose: str = "investigation") -> GraphPath:
        """The shortest way between two things."""
        return understanding.connect_path(self.ctx, start, end, by=by, purpose=purpose)

    def names(self, ids: Iterable[str], *, by: str, purpose: str = "investigation") -> dict[str, str]:
        """What a person calls each id, as far as this reader may see."""
        return understanding.names(self.ctx, ids, by=by, purpose=purpose)

    def timeline(self, ids: Sequence[str], *, by: str, purpose: str = "investigation") -> tuple[Event, ...]:
        """When things happened."""
        return understanding.events(self.ctx, ids, by=by, purpose=purpose)

    def similar(self, identifier: str, *, by: str, purpose: str = "investigation", limit: int = 10) -> likeness.Answer:
        """Reports that may be of the same crime, in whatever language."""
        return likeness.similar(self.ctx, identifier, by=by, purpose=purpose, limit=limit)

    def screen(
        self,
        name: str,
        *,
        by: str,
        purpose: str = "investigation",
        born: int = 0,
        country: str = "",
        kind: str = "",
        limit: int = 20,
    ) -> screening.Answer:
        """Who of those held may be meant by a name, in whatever script: hypotheses, nothing is matched."""
        about = screening.About(born, country, kind)
        return screening.screen(self.ctx, name, about, by=by, purpose=purpose, limit=limit)

    def trends(self, *, by: str, purpose: str = "strategy", step: str = "day") -> tuple[Burst, ...]:
        """What grows faster than its own past."""
        return understanding.trends(self.ctx, by=by, purpose=purpose, step=step)

    def routes(
        self, start: str, end: str, *, by: str, hops: int = 6, most: int = 3, purpose: str = "investigation"
    ) -> tuple[Route, ...]:
        """The ways between two subjects, the cheapest evidence first."""
        return following.money_routes(self.ctx, start, end, by=by, purpose=purpose, hops=hops, most=most)

    def flow(self, account: str, *, by: str, hops: int = 6, purpose: str = "investigation") -> Flow:
        """Where the money of an account went, layer by layer; the account as people write it."""
        keys = understanding.keys_of(self.ctx, account)
        return following.money_flow(self.ctx, keys[0], by=by, purpose=purpose, hops=hops)

    def cases_alike(self, *, by: str, purpose: str = "strategy") -> tuple[CaseCluster, ...]:
        """Cases that are done the same way."""
        return following.cases_alike(self.ctx, by=by, purpose=purpose)

    def new_patterns(self, *, by: str, purpose: str = "strategy") -> Patterns:
        """Combinations that are new to this node, and those that grow faster than their own past."""
        return following.new_patterns(self.ctx, by=by, purpose=purpose)

    def watch_patterns(self, *, by: str, purpose: str = "strategy") -> int:
        """Put what is new or growing before the desk; how many alerts."""
        return following.watch_patterns(self.ctx, by=by, purpose=purpose)

    # --- plan --------------------------------------------------------------------------------------------------------

    def plan(self, obj: StixObject, *, by: str, marking: Marking) -> planning.Standing:
        """Keep a plan (or a new version of it), and say how it stands."""
        recording.record_objects(self.ctx, [obj], by=by, purpose="strategy", marking=marking, source="plans")
        self.ctx.db.write(lambda connection: planning.reassess(self.ctx, connection, [obj.id]))
        return planning.standing(self.ctx, obj.id)

    def standing(self, plan: str) -> planning.Standing:
        """How one plan stands now."""
        return planning.standing(self.ctx, plan)

    def plans(self) -> list[planning.Standing]:
        """All plans."""
        return planning.plans(self.ctx)

    def draw(self, content: Mapping[str, object]) -> StixObject:
        """A plan object from the short form people write."""
        return planning.draw(self.ctx, content)

    def waive(self, plan: str, claim: str, *, until: str, why: str, by: str) -> planning.Standing:
        """Accept a gap in a plan of ours until a day."""
        return planning.waive(self.ctx, plan, claim, until, why, by=by)

    def ask(
        self,
        to: str,
        text: str,
        *,
        urgency: Urgency = Urgency.ORDINARY,
        about: Sequence[str] = (),
        by: str,
        purpose: str = "investigation",
        marking: Marking | None = None,
    ) -> tuple[Question, desk.Draft]:
        """Put a question to a partner, with a term; it leaves when its release is approved."""
        return asking.ask(self.ctx, to, text, urgency=urgency, about=about, by=by, purpose=purpose, marking=marking)

    def reply(
        self,
        question: str,
        state: RequestState,
        *,
        ground: str = "",
        text: str = "",
        by: str,
        purpose: str = "investigation",
    ) -> desk.Draft:
        """Acknowledge, answer or refuse a question that was put to us."""
        return asking.reply(self.ctx, question, state, ground=ground, text=text, by=by, purpose=purpose)

    def requests(self, *, by: str, purpose: str = "investigation") -> list[asking.Asked]:
        """Questions of ours and to us, with their clocks."""
        return asking.requests(self.ctx, by=by, purpose=purpose)

    def watch_requests(self) -> int:
        """Put before the desk what is overdue or had no sign of life; how many alerts."""
        return asking.watch(self.ctx)

    # --- oversee -----------------------------------------------------------------------------------------------------

    def audit(
        self, *, by: str, subject: str = "", actor: str = "", verb: str = "", limit: int = 100, before: int = 0
    ) -> list[Row]:
        """Who did what, when and why; the newest first, from before the line `before` if one is named."""
        return overseeing.audit_lines(
            self.ctx, by=by, subject=subject, actor=actor, verb=verb, limit=limit, before=before
        )

    def who_has(self, identifier: str, *, by: str) -> list[overseeing.Holder]:
        """Who received, opened and matched an object of ours, anywhere."""
        return overseeing.who_has(self.ctx, identifier, by=by)

    def verify_audit(self, *, by: str = "") -> Verified:
        """The audit log, line by line, against its signed head."""
        found = overseeing.verify_audit(self.ctx)
        overseeing.looked(self.ctx, by, "verify", "audit", "oversight", faults=int(found.flaw is not None))
        return found

    def prove_audit(self, seq: int, *, by: str = "") -> overseeing.Proof:
        """That one row is in the signed log, for whoever must not see the others."""
        found = overseeing.prove(self.ctx, seq)
        overseeing.looked(self.ctx, by, "audit", f"audit:{seq}", "oversight", count=1)
        return found

    def seal_audit(self) -> int:
        """Sign the audit log's head."""
        return overseeing.seal_audit(self.ctx)

    def due(self) -> list[Due]:
        """What must be looked at again, hidden or erased now."""
        return retaining.look(self.ctx)

    def keep(self) -> list[Due]:
        """Do what is due."""
        return retaining.keep(self.ctx)

    def figures(self) -> Mapping[str, int]:
        """Counts without personal data."""
        return overseeing.numbers(self.ctx)

    def yearly(self, year: int) -> Figures:
        """The figures of one year that a state may publish."""
        return overseeing.yearly(self.ctx, year)

    def index_state(self) -> indexing.State:
        """Which cutting of words made the search index, and which would now."""
        return indexing.state(self.ctx)

    def catch_up(self) -> int:
        """Make a little of what is derived and not there yet: index rows, and vectors where the settings say so."""
        built = indexing.step(self.ctx)
        return built + (likeness.step(self.ctx) if self.ctx.config.flag("read_reports") else 0)

    def reindex(self, *, by: str) -> int:
        """Build the search index anew; how many objects."""
        return indexing.rebuild(self.ctx, by=by)

    def backup(self, target: Path) -> None:
        """A consistent, encrypted copy of everything while the node runs."""
        backup(self.ctx.db, target, self.ctx.config.database_key())

    @property
    def public(self) -> Any:
        """The public halves, for the roster."""
        return member_of(self.ctx.config.home)
