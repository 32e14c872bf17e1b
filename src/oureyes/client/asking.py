"""A node's interface as methods, one a route: what is asked and answered are the forms of `/api/1`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from oureyes.client.line import Changed, Line
from oureyes.interfaces.api import forms

__all__ = ["Client"]

_JSON = "application/json"


class Client:
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
        return self._line.get(forms.Object, f"/objects/{_place(identifier)}")

    def withdraw(self, identifier: str, *, if_match: str = "") -> forms.Done:
        """Take back what your account posted."""
        return self._line.do(forms.Done, "DELETE", f"/objects/{_place(identifier)}", if_match=if_match)

    def raw(self, identifier: str) -> bytes:
        """Its exact bytes."""
        return self.ask("GET", f"/objects/{_place(identifier)}/raw")

    def graph(self, identifier: str, *, hops: int = 2) -> forms.Graph:
        """What it touches."""
        return self._line.get(forms.Graph, f"/objects/{_place(identifier)}/graph", hops=hops)

    def search(self, q: str, *, limit: int = 50) -> forms.SearchFound:
        """Find by words and values."""
        return self._line.get(forms.SearchFound, "/search", q=q, limit=limit)

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
        return self._line.do(forms.Done, "POST", f"/objects/{_place(identifier)}/confirm", said)

    def marking(self, identifier: str) -> forms.MarkingRead:
        """The marking of an object of ours."""
        return self._line.get(forms.MarkingRead, f"/objects/{_place(identifier)}/marking")

    def mark(self, identifier: str, said: forms.MarkingSaid, *, if_match: str = "") -> forms.MarkingRead:
        """Say who may have it, and how good it is."""
        path = f"/objects/{_place(identifier)}/marking"
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
        for page in self._line.pages(forms.BankRead, f"/banks/{_place(name)}"):
            yield from page.hashes

    def export_bank(self, name: str, form: str = "csv") -> bytes:
        """A bank as hash-sharing communities exchange it."""
        return self.ask("GET", f"/banks/{_place(name)}/export", {"form": form})

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
        return self._line.get(forms.Shown, f"/releases/{_place(identifier)}")

    def approve(self, identifier: str, *, if_match: str = "") -> forms.Released:
        """Let it go; with `if_match`, only what was looked at."""
        return self._line.do(forms.Released, "POST", f"/releases/{_place(identifier)}/approve", if_match=if_match)

    def decline(self, identifier: str, reason: str) -> forms.Done:
        """Say no."""
        return self._line.do(forms.Done, "POST", f"/releases/{_place(identifier)}/decline", forms.Decline(reason))

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
        return self._line.get(forms.Neutrality, f"/objects/{_place(identifier)}/neutrality")

    def neutral(self, identifier: str, answers: Mapping[str, Any], *, if_match: str = "") -> forms.Neutrality:
        """Answer the questions."""
        path = f"/objects/{_place(identifier)}/neutrality"
        return self._line.do(forms.Neutrality, "PUT", path, forms.NeutralitySaid(dict(answers)), if_match=if_match)

    def review(self, identifier: str, clear: bool) -> forms.Neutrality:
        """Be the second person."""
        return self._line.do(
            forms.Neutrality, "POST", f"/objects/{_place(identifier)}/neutrality/review", forms.Review(clear)
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
        return self._line.get(forms.Alert, f"/alerts/{_place(identifier)}")

    def move(self, identifier: str, state: Any, assignee: str = "", *, if_match: str = "") -> forms.Alert:
        """See it, assign it, finish it."""
        said = forms.AlertMove(state, assignee)
        return self._line.do(forms.Alert, "PATCH", f"/alerts/{_place(identifier)}", said, if_match=if_match)

    def rules(self) -> Iterator[forms.Rule]:
        """Who is told about what."""
        for page in self._line.pages(forms.Rules, "/rules"):
            yield from page.rules

    def rule(self, identifier: str) -> forms.Rule:
        """One of them."""
        return self._line.get(forms.Rule, f"/rules/{_place(identifier)}")

    def subscribe(self, said: forms.RuleSaid) -> forms.Rule:
        """Be told."""
        return self._line.do(forms.Rule, "POST", "/rules", said)

    def replace_rule(self, identifier: str, said: forms.RuleSaid, *, if_match: str = "") -> forms.Rule:
        """Put another in its place."""
        return self._line.do(forms.Rule, "PUT", f"/rules/{_place(identifier)}", said, if_match=if_match)

    def unsubscribe(self, identifier: str) -> forms.Done:
        """No longer be told."""
        return self._line.do(forms.Done, "DELETE", f"/rules/{_place(identifier)}")

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
        return self._line.get(forms.Plan, f"/plans/{_place(identifier)}")

    def waive(self, identifier: str, claim: str, until: str, why: str, *, if_match: str = "") -> forms.Plan:
        """Accept a gap until a day."""
        said = forms.Waiver(claim, until, why)
        return self._line.do(forms.Plan, "POST", f"/plans/{_place(identifier)}/waivers", said, if_match=if_match)

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
        return self._line.do(forms.Replied, "POST", f"/requests/{_place(identifier)}/replies", said)

    # --- overseeing, and between states ------------------------------------------------------------------------------

    def audit(self, *, subject: str = "", actor: str = "", verb: str = "") -> Iterator[forms.AuditRow]:
        """Who did what, the newest first."""
        for page in self._line.pages(forms.AuditRows, "/audit", subject=subject, actor=actor, verb=verb):
            yield from page.rows

    def verify_audit(self) -> forms.AuditVerified:
        """The audit log against its signed head."""
        return self._line.get(forms.AuditVerified, "/audit/verification")

    def who_has(self, identifier: str) -> list[forms.Recipient]:
        """Who received, opened and matched an object of ours."""
        return self._line.get(forms.Recipients, f"/objects/{_place(identifier)}/holders").holders

    def export(self, said: forms.Export) -> forms.Exported:
        """Objects as one file."""
        return self._line.do(forms.Exported, "POST", "/exports", said)

    def figures(self, year: int | None = None) -> forms.Figures:
        """Counts."""
        return self._line.get(forms.Figures, "/figures", **({"year": year} if year else {}))

    def partners(self) -> list[forms.Partner]:
        """How we stand with everybody."""
        return self._line.get(forms.Partners, "/partners").partners

    def verify(self) -> forms.Verified:
        """Every channel's log, line by line."""
        return self._line.get(forms.Verified, "/verification")

    def verify_file(self, raw: bytes) -> forms.Verified:
        """An exported log."""
        return self._line.file(forms.Verified, "POST", "/verification", raw)

    def log(self, channel: str) -> bytes:
        """A channel's log, such as ID/SG/1, in one file."""
        return self.ask("GET", f"/channels/{channel}")

    def recover(self, raw: bytes) -> forms.Recovered:
        """Our lost entries, from the log their recipient exported."""
        return self._line.file(forms.Recovered, "POST", "/recovery", raw)

    def roster(self) -> forms.RosterRead:
        """Who takes part."""
        return self._line.get(forms.RosterRead, "/roster")

    def check_roster(self, raw: bytes) -> forms.RosterRead:
        """Whether it may be installed."""
        return self._line.file(forms.RosterRead, "POST", "/roster/check", raw)

    def install_roster(self, raw: bytes) -> forms.RosterRead:
        """Take it."""
        return self._line.file(forms.RosterRead, "PUT", "/roster", raw)

    def doctor(self) -> forms.Checks:
        """The node looked over."""
        return self._line.get(forms.Checks, "/health")

    def settings(self) -> list[forms.Setting]:
        """Every setting."""
        return self._line.get(forms.Settings, "/settings").settings

    def versions(self) -> forms.Versions:
        """This software's version."""
        return self._line.get(forms.Versions, "/versions")

    def accounts(self) -> Iterator[forms.Account]:
        """Who may come in."""
        for page in self._line.pages(forms.Accounts, "/accounts"):
            yield from page.accounts

    def account(self, identifier: str) -> forms.AccountOne:
        """One of them, with its tokens."""
        return self._line.get(forms.AccountOne, f"/accounts/{_place(identifier)}")

    def create_account(self, said: forms.AccountMade) -> forms.Account:
        """Let one in."""
        return self._line.do(forms.Account, "POST", "/accounts", said)

    def switch_account(self, identifier: str, enabled: bool, *, if_match: str = "") -> forms.Account:
        """Shut it out, or let it in again."""
        said = forms.AccountSwitch(enabled)
        return self._line.do(forms.Account, "PATCH", f"/accounts/{_place(identifier)}", said, if_match=if_match)

    def approve_account(self, identifier: str, *, if_match: str = "") -> forms.Account:
        """Be the second person."""
        return self._line.do(forms.Account, "POST", f"/accounts/{_place(identifier)}/approve", if_match=if_match)

    def set_password(self, identifier: str, password: str) -> forms.Done:
        """For HTTP Basic."""
        return self._line.do(
            forms.Done, "PUT", f"/accounts/{_place(identifier)}/password", forms.PasswordSaid(password)
        )

    def issue_token(self, identifier: str, scopes: Sequence[str], days: int = 365) -> forms.Issued:
        """A bearer token, shown this once."""
        return self._line.do(
            forms.Issued, "POST", f"/accounts/{_place(identifier)}/tokens", forms.Issue(list(scopes), days)
        )

    def revoke_token(self, identifier: str) -> forms.Done:
        """End a token."""
        return self._line.do(forms.Done, "DELETE", f"/tokens/{_place(identifier)}")

    def collections(self) -> Iterator[forms.Collection]:
        """Standing views."""
        for page in self._line.pages(forms.Collections, "/collections"):
            yield from page.collections

    def add_collection(self, said: forms.CollectionMade) -> forms.Collection:
        """Make one."""
        return self._line.do(forms.Collection, "POST", "/collections", said)

    def approve_collection(self, identifier: str) -> forms.Collection:
        """Be the second person."""
        return self._line.do(forms.Collection, "POST", f"/collections/{_place(identifier)}/approve")

    def close_collection(self, identifier: str) -> forms.Done:
        """Nobody reads or posts there any more."""
        return self._line.do(forms.Done, "DELETE", f"/collections/{_place(identifier)}")

    def remotes(self) -> Iterator[forms.Remote]:
        """Servers that are polled or pushed to."""
        for page in self._line.pages(forms.Remotes, "/remotes"):
            yield from page.remotes

    def remote(self, name: str) -> forms.Remote:
        """One of them."""
        return self._line.get(forms.Remote, f"/remotes/{_place(name)}")

    def add_remote(self, said: forms.RemoteMade) -> forms.Remote:
        """Poll one from now on."""
        return self._line.do(forms.Remote, "POST", "/remotes", said)

    def poll_remote(self, name: str) -> forms.Remote:
        """Its time has come."""
        return self._line.do(forms.Remote, "POST", f"/remotes/{_place(name)}/poll")

    def remove_remote(self, name: str) -> forms.Done:
        """No longer."""
        return self._line.do(forms.Done, "DELETE", f"/remotes/{_place(name)}")


def _place(text: str) -> str:
    return quote(text, safe="")
