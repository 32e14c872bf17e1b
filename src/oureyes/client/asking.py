"""A node's interface as methods, one a route: what is asked and answered are the forms of `/api/1`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from oureyes.client.line import Changed, Line, place
from oureyes.client.overseeing import Overseeing
from oureyes.interfaces.api import forms

__all__ = ["Client"]

_JSON = "application/json"


class Client(Overseeing):
    """One account at one node: `Client("https://…", token="oe_…")`.

    `token`, or `user` and `password`, or `certificate` (PEM with its key); `ca` is the node's own certificate or
    authority, PEM; `purpose` stands in the audit log. Safe to use from several threads, which then wait for each other.
    """

    def __init__(self, url: str, **options: Any) -> None:
        self._line = Line(url, **options)

    @property
    def etag(self) -> str:
        """That of what was read last; give it as `if_match` with what changes that."""
        return self._line.etag

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """One request, for what has no method here. Problem when the node says no."""
        return self._line.ask(method, path, query or {}, body, headers or {})

    # --- what is known -----------------------------------------------------------------------------------------------

    def index(self) -> forms.Index:
        """Which node this is, and who it takes you for."""
        return self._line.get(forms.Index, "/")

    def objects(
        self, *, types: Sequence[str] = (), origin: str = "", content: bool = False, limit: int = 1000
    ) -> Iterator[forms.Row]:
        """Every object that you may have, in the order they came or last changed."""
        asked = {"types": ",".join(types), "origin": origin, "content": content, "limit": limit}
        for page in self._line.pages(forms.ObjectsPage, "/objects", **asked):
            yield from page.objects

    def post(self, objects: Iterable[Mapping[str, Any] | bytes]) -> forms.Outcome:
        """Post STIX objects as your own word; bytes are kept as they are."""
        each = (one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode() for one in objects)
        raw = b'{"objects":[' + b",".join(each) + b"]}"
        return msgspec.json.decode(self.ask("POST", "/objects", None, raw, {"Content-Type": _JSON}), type=forms.Outcome)

    def show(self, identifier: str) -> forms.Object:
        """One object."""
        return self._line.get(forms.Object, f"/objects/{place(identifier)}")

    def withdraw(self, identifier: str, *, if_match: str = "") -> forms.Done:
        """Take back what your account posted."""
        return self._line.do(forms.Done, "DELETE", f"/objects/{place(identifier)}", if_match=if_match)

    def raw(self, identifier: str) -> bytes:
        """Its exact bytes."""
        return self.ask("GET", f"/objects/{place(identifier)}/raw")

    def graph(self, identifier: str, *, hops: int = 2) -> forms.Graph:
        """What it touches."""
        return self._line.get(forms.Graph, f"/objects/{place(identifier)}/graph", hops=hops)

    def similar(self, identifier: str, *, limit: int = 10) -> forms.Similar:
        """Reports that may be of the same crime."""
        return self._line.get(forms.Similar, f"/objects/{place(identifier)}/similar", limit=limit)

    def search(self, q: str, *, limit: int = 50) -> forms.SearchFound:
        """Find by words and values."""
        return self._line.get(forms.SearchFound, "/search", q=q, limit=limit)

    def screen(
        self, name: str, *, born: int = 0, country: str = "", kind: str = "", limit: int = 20
    ) -> forms.ScreenFound:
        """Who of those held may be meant by a name."""
        asked = {"name": name, "born": born, "country": country, "kind": kind, "limit": limit}
        return self._line.get(forms.ScreenFound, "/names", **asked)

    def path(self, start: str, end: str) -> forms.PathFound:
        """The shortest way between two things."""
        return self._line.get(forms.PathFound, "/paths", **{"from": start, "to": end})

    def timeline(self, *ids: str) -> forms.Timeline:
        """When things happened."""
        return self._line.get(forms.Timeline, "/timeline", ids=",".join(ids))

    def trends(self, step: str = "day") -> forms.Trends:
        """What rises."""
        return self._line.get(forms.Trends, "/trends", step=step)

    def money(self, start: str, end: str, *, hops: int = 6, most: int = 3) -> forms.RoutesFound:
        """The ways between two subjects, the cheapest evidence first."""
        return self._line.get(forms.RoutesFound, "/money", **{"from": start, "to": end}, hops=hops, most=most)

    def flow(self, account: str, *, hops: int = 6) -> forms.Flow:
        """Where the money of an account went."""
        return self._line.get(forms.Flow, "/flow", account=account, hops=hops)

    def cases(self) -> forms.Cases:
        """Methods: alike, new, growing."""
        return self._line.get(forms.Cases, "/cases")

    def alarm(self) -> forms.Cases:
        """The same, and what is new is put before the desk."""
        return self._line.do(forms.Cases, "POST", "/cases/alarm")

    def events(self, last_event_id: str = "", *, reconnect: bool = True) -> Iterator[Changed]:
        """What changes, as it does; from now on, or since `last_event_id`. It ends when the node says no."""
        return self._line.events(last_event_id, reconnect=reconnect)

    def import_(self, name: str, raw: bytes, **options: Any) -> forms.Report:
        """Read a file as units and partners send it; options as of `oureyes import` (tlp, to, grade, mapping …)."""
        said = {key: ",".join(one) if isinstance(one, list | tuple) else one for key, one in options.items()}
        return self._line.file(forms.Report, "POST", "/imports", raw, name=name, **said)

    def aside(self) -> Iterator[forms.Aside | forms.HeldBack]:
        """What waits for a person."""
        for page in self._line.pages(forms.AsideAll, "/quarantine"):
            yield from page.held_back
            yield from page.unreadable

    def aside_one(self, n: int) -> forms.AsideOne:
        """One thing put aside."""
        return self._line.get(forms.AsideOne, f"/quarantine/{n}")

    def aside_raw(self, n: int) -> bytes:
        """Its bytes."""
        return self.ask("GET", f"/quarantine/{n}/raw")

    def retry(self, n: int, mended: bytes = b"") -> forms.Report:
        """Read it once more."""
        return self._line.file(forms.Report, "POST", f"/quarantine/{n}/retry", mended)

    def confirm(self, identifier: str, marking: forms.MarkingSaid | None = None) -> forms.Done:
        """A person has looked at what was held back."""
        said = marking or forms.MarkingSaid()
        return self._line.do(forms.Done, "POST", f"/objects/{place(identifier)}/confirm", said)

    def marking(self, identifier: str) -> forms.MarkingRead:
        """The marking of an object of ours."""
        return self._line.get(forms.MarkingRead, f"/objects/{place(identifier)}/marking")

    def mark(self, identifier: str, said: forms.MarkingSaid, *, if_match: str = "") -> forms.MarkingRead:
        """Say who may have it, and how good it is."""
        path = f"/objects/{place(identifier)}/marking"
        return self._line.do(forms.MarkingRead, "PATCH", path, said, if_match=if_match)

    def tag(self, ids: Sequence[str], tags: Sequence[str], *, new: bool = False) -> int:
        """Put objects of ours under terms; how many."""
        return self._line.do(forms.Tagged, "POST", "/tags", forms.Tagging(list(ids), list(tags), new)).tagged

    def vocabularies(self) -> list[forms.Vocabulary]:
        """Taxonomies, galaxies, warninglists."""
        return self._line.get(forms.Vocabularies, "/vocabularies").vocabularies

    def load(self, name: str, raw: bytes) -> list[forms.Vocabulary]:
        """Load one."""
        return self._line.file(forms.Vocabularies, "POST", "/vocabularies", raw, name=name).vocabularies

    def called(self, name: str) -> list[forms.Cluster]:
        """What the galaxies know by a name."""
        return self._line.get(forms.Aliases, "/aliases", name=name).clusters

    def add_media(self, name: str, raw: bytes, **options: Any) -> forms.Report:
        """Hash a picture or document; options: bank, labels, tlp, to, grade."""
        said = {key: ",".join(one) if isinstance(one, list | tuple) else one for key, one in options.items()}
        return self._line.file(forms.Report, "POST", "/media", raw, name=name, **said)

    def banks(self) -> list[forms.Bank]:
        """Banks of hashes."""
        return self._line.get(forms.Banks, "/banks").banks

    def bank(self, name: str) -> Iterator[forms.BankHash]:
        """The hashes of one."""
        for page in self._line.pages(forms.BankRead, f"/banks/{place(name)}"):
            yield from page.hashes

    def export_bank(self, name: str, form: str = "csv", to: str = "") -> bytes:
        """A bank as hash-sharing communities exchange it, for the member `to` or for you; what may not go and what the
        form has no word for is not in it."""
        return self.ask("GET", f"/banks/{place(name)}/export", {"form": form, **({"to": to} if to else {})})

    def opine(self, ids: Sequence[str], agrees: bool, why: str = "") -> forms.Opined:
        """Our state's word on hashes."""
        return self._line.do(forms.Opined, "POST", "/opinions", forms.Opinion(list(ids), agrees, why))

    def propose(self, to: Sequence[str], ids: Sequence[str] = (), *, source: str = "", reason: str = "") -> forms.Draft:
        """Propose a release."""
        said = forms.Proposal(list(to), list(ids), source, reason)
        return self._line.do(forms.Draft, "POST", "/releases", said)

    def rehearse(self, to: Sequence[str], ids: Sequence[str] = (), *, source: str = "") -> list[forms.Preview]:
        """What a release would give each recipient."""
        said = forms.Rehearsal(list(to), list(ids), source)
        return self._line.do(forms.Shown, "POST", "/rehearsals", said).preview

    def releases(self, *, all: bool = False) -> Iterator[forms.Draft]:
        """Proposals that wait, or all."""
        for page in self._line.pages(forms.Drafts, "/releases", all=all):
            yield from page.releases

    def release(self, identifier: str) -> forms.Shown:
        """A proposal, and what each would get if you approved it now."""
        return self._line.get(forms.Shown, f"/releases/{place(identifier)}")

    def approve(self, identifier: str, *, if_match: str = "") -> forms.Released:
        """Let it go; with `if_match`, only what was looked at."""
        return self._line.do(forms.Released, "POST", f"/releases/{place(identifier)}/approve", if_match=if_match)

    def decline(self, identifier: str, reason: str) -> forms.Done:
        """Say no."""
        return self._line.do(forms.Done, "POST", f"/releases/{place(identifier)}/decline", forms.Decline(reason))

    def supersede(self, ids: Sequence[str], to: Sequence[str] = (), *, reason: str = "") -> forms.Draft:
        """Propose the newer version to who holds an earlier one."""
        return self._line.do(forms.Draft, "POST", "/supersessions", forms.Supersede(list(ids), list(to), reason))

    def retract(self, ids: Sequence[str], reason: str) -> forms.Retracted:
        """Take objects of ours back, everywhere."""
        return self._line.do(forms.Retracted, "POST", "/retractions", forms.Retract(list(ids), reason))

    def consents(self) -> Iterator[forms.Consent]:
        """Requests to pass something on."""
        for page in self._line.pages(forms.Consents, "/consents"):
            yield from page.consents

    def ask_consent(self, identifier: str, to: str, reason: str = "") -> forms.Done:
        """Ask an originator."""
        return self._line.do(forms.Done, "POST", "/consents", forms.ConsentAsk(identifier, to, reason))

    def answer_consent(self, said: forms.ConsentAnswer) -> forms.Done:
        """Agree, refuse or withdraw."""
        return self._line.do(forms.Done, "POST", "/consents/answers", said)

    def neutrality(self, identifier: str) -> forms.Neutrality:
        """The answers kept for a notice."""
        return self._line.get(forms.Neutrality, f"/objects/{place(identifier)}/neutrality")

    def neutral(self, identifier: str, answers: Mapping[str, Any], *, if_match: str = "") -> forms.Neutrality:
        """Answer the questions."""
        path = f"/objects/{place(identifier)}/neutrality"
        return self._line.do(forms.Neutrality, "PUT", path, forms.NeutralitySaid(dict(answers)), if_match=if_match)

    def review(self, identifier: str, clear: bool) -> forms.Neutrality:
        """Be the second person."""
        return self._line.do(
            forms.Neutrality, "POST", f"/objects/{place(identifier)}/neutrality/review", forms.Review(clear)
        )

    # --- correlating and alerting ------------------------------------------------------------------------------------

    def matches(self, identifier: str = "", *, value: str = "", warned: bool = False) -> Iterator[forms.Match]:
        """What belongs together, the rarest first."""
        for page in self._line.pages(forms.Matches, "/matches", id=identifier, value=value, warned=warned):
            yield from page.matches

    def holders(self, value: str) -> list[forms.Holder]:
        """Everybody who holds a value."""
        return self._line.get(forms.Matches, "/matches", value=value, limit=1).holders

    def judge(self, left: str, right: str, verdict: Any, why: str = "") -> forms.Judged:
        """A person's word on a pair."""
        return self._line.do(forms.Judged, "POST", "/judgements", forms.Judgement(left, right, verdict, why))

    def clusters(self, identifier: str = "") -> list[forms.Hypothesis]:
        """What states say is one thing."""
        return self._line.get(forms.ClustersFound, "/clusters", id=identifier).clusters

    def alerts(self, *, owner: str = "", state: str = "") -> Iterator[forms.Alert]:
        """The inbox."""
        for page in self._line.pages(forms.Alerts, "/alerts", owner=owner, state=state):
            yield from page.alerts

    def alert(self, identifier: str) -> forms.Alert:
        """One of them."""
        return self._line.get(forms.Alert, f"/alerts/{place(identifier)}")

    def move(self, identifier: str, state: Any, assignee: str = "", *, if_match: str = "") -> forms.Alert:
        """See it, assign it, finish it."""
        said = forms.AlertMove(state, assignee)
        return self._line.do(forms.Alert, "PATCH", f"/alerts/{place(identifier)}", said, if_match=if_match)

    def rules(self) -> Iterator[forms.Rule]:
        """Who is told about what."""
        for page in self._line.pages(forms.Rules, "/rules"):
            yield from page.rules

    def rule(self, identifier: str) -> forms.Rule:
        """One of them."""
        return self._line.get(forms.Rule, f"/rules/{place(identifier)}")

    def subscribe(self, said: forms.RuleSaid) -> forms.Rule:
        """Be told."""
        return self._line.do(forms.Rule, "POST", "/rules", said)

    def replace_rule(self, identifier: str, said: forms.RuleSaid, *, if_match: str = "") -> forms.Rule:
        """Put another in its place."""
        return self._line.do(forms.Rule, "PUT", f"/rules/{place(identifier)}", said, if_match=if_match)

    def unsubscribe(self, identifier: str) -> forms.Done:
        """No longer be told."""
        return self._line.do(forms.Done, "DELETE", f"/rules/{place(identifier)}")

    def add_plan(self, plan: Mapping[str, Any], marking: forms.MarkingSaid | None = None) -> forms.Plan:
        """Keep a plan."""
        said = forms.PlanMade(dict(plan), marking or forms.MarkingSaid())
        return self._line.do(forms.Plan, "POST", "/plans", said)

    def plans(self) -> Iterator[forms.Plan]:
        """Every plan, and how it stands."""
        for page in self._line.pages(forms.Plans, "/plans"):
            yield from page.plans

    def plan(self, identifier: str) -> forms.Plan:
        """One of them."""
        return self._line.get(forms.Plan, f"/plans/{place(identifier)}")

    def waive(self, identifier: str, claim: str, until: str, why: str, *, if_match: str = "") -> forms.Plan:
        """Accept a gap until a day."""
        said = forms.Waiver(claim, until, why)
        return self._line.do(forms.Plan, "POST", f"/plans/{place(identifier)}/waivers", said, if_match=if_match)

    def question(self, said: forms.QuestionAsked) -> forms.Question:
        """Put a question to a partner."""
        return self._line.do(forms.Question, "POST", "/requests", said)

    def requests(self) -> Iterator[forms.Question]:
        """Questions of ours and to us."""
        for page in self._line.pages(forms.Questions, "/requests"):
            yield from page.requests

    def reply(self, identifier: str, state: Any, *, ground: str = "", text: str = "") -> forms.Replied:
        """Acknowledge, answer or refuse."""
        said = forms.ReplySaid(state, ground, text)
        return self._line.do(forms.Replied, "POST", f"/requests/{place(identifier)}/replies", said)

    def probe(self, said: forms.Probe) -> list[forms.ProbeAnswer]:
        """Ask partners without showing what."""
        return self._line.do(forms.Probed, "POST", "/probes", said).answers

    def hits(self) -> list[forms.HitFound]:
        """Hits known here."""
        return self._line.get(forms.HitsFound, "/hits").hits

    def open_hit(self, identifier: str) -> forms.HitCase:
        """Open a case on one."""
        return self._line.do(forms.HitCase, "POST", f"/hits/{place(identifier)}/open")

    def hit_cases(self) -> list[forms.HitCase]:
        """Cases at both ends."""
        return self._line.get(forms.HitCases, "/hit-cases").cases

    def hit_records(self, case: str) -> list[str]:
        """The records of ours a case is about."""
        return self._line.get(forms.HitRecords, f"/hit-cases/{place(case)}").records

    def answer_hit(self, case: str, *, release: str = "", ground: str = "") -> forms.HitCase:
        """Answer one."""
        said = forms.HitAnswer(release, ground)
        return self._line.do(forms.HitCase, "POST", f"/hit-cases/{place(case)}/answer", said)

    def quotas(self) -> list[forms.Quota]:
        """What each partner answers."""
        return self._line.get(forms.Quotas, "/quotas").quotas

    def key_evidence(self, member: str, epoch: str = "") -> forms.KeyEvidence:
        """Who was shown which keys of a member, as the member signed them; of this month where none is given."""
        return self._line.get(forms.KeyEvidence, f"/key-evidence/{place(member)}", epoch=epoch)

    def ledger(self, limit: int = 100) -> list[forms.LedgerLine]:
        """Every question asked and answered."""
        return self._line.get(forms.Ledger, "/ledger", limit=limit).questions

    def agreements(self) -> list[forms.Agreement]:
        """Whom we answer."""
        return self._line.get(forms.Agreements, "/agreements").agreements

    def allow(self, said: forms.AgreementMade) -> forms.Agreement:
        """Propose to answer a member."""
        return self._line.do(forms.Agreement, "POST", "/agreements", said)

    def agree(self, partner: str, *, if_match: str = "") -> forms.Agreement:
        """Agree to it; with `if_match`, only to what was looked at."""
        return self._line.do(forms.Agreement, "POST", f"/agreements/{place(partner)}/agree", if_match=if_match)

    def end_agreement(self, partner: str) -> forms.Agreement:
        """Answer it no more."""
        return self._line.do(forms.Agreement, "DELETE", f"/agreements/{place(partner)}")

    def publish(self) -> list[forms.PublishedFilters]:
        """Bring partners' filters up to date."""
        return self._line.do(forms.Published, "POST", "/filters").published
