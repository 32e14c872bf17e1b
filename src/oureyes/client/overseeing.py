"""The part of the client that oversees, looks after the node and lets others in: one class for who uses it, two files
for who reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oureyes.client.line import Line, place
from oureyes.interfaces.api import forms

__all__ = ["Overseeing"]


class Overseeing:
    """Methods of `Client`."""

    _line: Line

    def audit(self, *, subject: str = "", actor: str = "", verb: str = "") -> Iterator[forms.AuditRow]:
        """Who did what, the newest first."""
        for page in self._line.pages(forms.AuditRows, "/audit", subject=subject, actor=actor, verb=verb):
            yield from page.rows

    def verify_audit(self) -> forms.AuditVerified:
        """The audit log against its signed head."""
        return self._line.get(forms.AuditVerified, "/audit/verification")

    def prove_audit(self, row: int) -> forms.AuditProof:
        """That one row is in the signed log."""
        return self._line.get(forms.AuditProof, f"/audit/{row}/proof")

    def who_has(self, identifier: str) -> list[forms.Recipient]:
        """Who received, opened and matched an object of ours."""
        return self._line.get(forms.Recipients, f"/objects/{place(identifier)}/holders").holders

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
        return self._line.ask("GET", f"/channels/{channel}", {}, None, {})

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
        return self._line.get(forms.AccountOne, f"/accounts/{place(identifier)}")

    def create_account(self, said: forms.AccountMade) -> forms.Account:
        """Let one in."""
        return self._line.do(forms.Account, "POST", "/accounts", said)

    def switch_account(self, identifier: str, enabled: bool, *, if_match: str = "") -> forms.Account:
        """Shut it out, or let it in again."""
        said = forms.AccountSwitch(enabled)
        return self._line.do(forms.Account, "PATCH", f"/accounts/{place(identifier)}", said, if_match=if_match)

    def approve_account(self, identifier: str, *, if_match: str = "") -> forms.Account:
        """Be the second person."""
        return self._line.do(forms.Account, "POST", f"/accounts/{place(identifier)}/approve", if_match=if_match)

    def set_password(self, identifier: str, password: str) -> forms.Done:
        """For HTTP Basic."""
        return self._line.do(forms.Done, "PUT", f"/accounts/{place(identifier)}/password", forms.PasswordSaid(password))

    def issue_token(self, identifier: str, scopes: Sequence[str], days: int = 365) -> forms.Issued:
        """A bearer token, shown this once."""
        return self._line.do(
            forms.Issued, "POST", f"/accounts/{place(identifier)}/tokens", forms.Issue(list(scopes), days)
        )

    def approve_credentials(self, identifier: str, *, if_match: str = "") -> forms.Approved:
        """Be the second person behind what waits of its tokens and password."""
        path = f"/accounts/{place(identifier)}/credentials/approve"
        return self._line.do(forms.Approved, "POST", path, if_match=if_match)

    def revoke_token(self, identifier: str) -> forms.Done:
        """End a token."""
        return self._line.do(forms.Done, "DELETE", f"/tokens/{place(identifier)}")

    def collections(self) -> Iterator[forms.Collection]:
        """Standing views."""
        for page in self._line.pages(forms.Collections, "/collections"):
            yield from page.collections

    def add_collection(self, said: forms.CollectionMade) -> forms.Collection:
        """Make one."""
        return self._line.do(forms.Collection, "POST", "/collections", said)

    def approve_collection(self, identifier: str) -> forms.Collection:
        """Be the second person."""
        return self._line.do(forms.Collection, "POST", f"/collections/{place(identifier)}/approve")

    def close_collection(self, identifier: str) -> forms.Done:
        """Nobody reads or posts there any more."""
        return self._line.do(forms.Done, "DELETE", f"/collections/{place(identifier)}")

    def remotes(self) -> Iterator[forms.Remote]:
        """Servers that are polled or pushed to."""
        for page in self._line.pages(forms.Remotes, "/remotes"):
            yield from page.remotes

    def remote(self, name: str) -> forms.Remote:
        """One of them."""
        return self._line.get(forms.Remote, f"/remotes/{place(name)}")

    def add_remote(self, said: forms.RemoteMade) -> forms.Remote:
        """Poll one from now on."""
        return self._line.do(forms.Remote, "POST", "/remotes", said)

    def poll_remote(self, name: str) -> forms.Remote:
        """Its time has come."""
        return self._line.do(forms.Remote, "POST", f"/remotes/{place(name)}/poll")

    def remove_remote(self, name: str) -> forms.Done:
        """No longer."""
        return self._line.do(forms.Done, "DELETE", f"/remotes/{place(name)}")

    # --- search sets, and lists of hashes ----------------------------------------------------------------------------

    def sets(self) -> list[forms.SetRead]:
        """Private search sets made or taken here."""
        return self._line.get(forms.Sets, "/search-sets").sets

    def revocations(self) -> bytes:
        """The signed list of those that hold no longer."""
        return self._line.ask("GET", "/search-sets/revocations", {}, None, {})

    def take_revocations(self, raw: bytes) -> forms.RevocationsTaken:
        """A maker's newest list of revoked search sets."""
        return self._line.file(forms.RevocationsTaken, "POST", "/search-sets/revocations", raw)

    def check_set(self, name: str, said: forms.SetCheck) -> forms.SetChecked:
        """Whether one that was taken holds something."""
        return self._line.do(forms.SetChecked, "POST", f"/search-sets/{place(name)}/check", said)

    def revoke_set(self, identifier: str) -> forms.SetRead:
        """It holds no longer."""
        return self._line.do(forms.SetRead, "POST", f"/search-sets/{place(identifier)}/revoke")

    def import_bank(self, bank: str, name: str, raw: bytes, **marking: str) -> forms.Report:
        """Take a community's list of hashes into a bank."""
        return self._line.file(forms.Report, "POST", f"/banks/{place(bank)}/hashes", raw, name=name, **marking)

    def held_one(self, identifier: str) -> forms.HeldBack:
        """One thing held back, and why."""
        return self._line.get(forms.HeldBack, f"/held-back/{place(identifier)}")
