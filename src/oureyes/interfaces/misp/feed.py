"""A MISP feed is static files: `manifest.json`, `hashes.csv` and one `<uuid>.json` an event. Any MISP can subscribe.

Written for an account, and holding what release lets that account have and nothing else; an event that it may no longer
have is taken out of the folder. Read from a folder or an address as the word of an account, event by event, as far as
the manifest says that it is later.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from oureyes.errors import InvalidObject, NotHeld, OurEyesError
from oureyes.interfaces.misp import shapes
from oureyes.interfaces.outgoing import LARGEST, decoded
from oureyes.model.accounts import Caller
from oureyes.model.remotes import Progress
from oureyes.node import accounts
from oureyes.node.events import Events
from oureyes.node.peers import Peer
from oureyes.node.serving import Serving
from oureyes.record.misp_parts import UUID

__all__ = ["read_folder", "read_remote", "write_feed"]

_NOT_IN_A_FEED = (
    "id",
    "org_id",
    "orgc_id",
    "event_id",
    "object_id",
    "sharing_group_id",
    "Org",
    "RelatedEvent",
    "locked",
)
_FILE = Callable[[str, str], tuple[int, str, bytes]]


def write_feed(serving: Serving, folder: Path, account: str, *, by: str, purpose: str) -> tuple[int, int]:
    """Bring the folder up to date for an account. (events in it, events taken out)."""
    events, ctx = Events(serving.ctx, serving), serving.ctx
    ctx.require_purpose(by, purpose, "export")
    found = [one for one, _ in accounts.listed(ctx) if one.id == account and one.enabled]
    if not found:
        raise NotHeld(f"account {account[:60]}", "an account of this node", "none", "`oureyes account list`")
    caller = Caller(found[0], found[0].scopes)
    folder.mkdir(parents=True, exist_ok=True)
    manifest: dict[str, Any] = {}
    lines: list[str] = []
    shown: list[tuple[int, str]] = []
    with ctx.db.read() as connection:
        heads = [head for head in events.heads(connection, caller).values() if head.published]
        for head in sorted(heads, key=lambda head: head.uuid):
            event = events.built(connection, caller, head)
            made = shapes.whole(event, local=False)["Event"]
            shown += event.shown()
            manifest[head.uuid] = _line(made)
            lines += [f"{digest},{head.uuid}" for digest in _digests(made)]
            _put(folder / f"{head.uuid}.json", msgspec.json.encode({"Event": _plain(made)}))
    gone = [file for file in folder.glob("*.json") if UUID.fullmatch(file.stem) and file.stem not in manifest]
    for file in gone:
        file.unlink()
    body = msgspec.json.encode(manifest)
    _put(folder / "hashes.csv", "".join(f"{line}\n" for line in dict.fromkeys(lines)).encode())
    _put(folder / "manifest.json", body)
    events.exported(account, len(manifest), body, shown, by=by, purpose=purpose)
    return len(manifest), len(gone)


def _put(file: Path, body: bytes) -> None:
    """Whole or not at all; unchanged files keep their date, so that a mirror copies little."""
    if file.exists() and file.read_bytes() == body:
        return
    fresh = file.with_suffix(".part")
    fresh.write_bytes(body)
    os.replace(fresh, file)


def _line(made: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("info", "date", "analysis", "threat_level_id", "timestamp")
    orgc = made["Orgc"]
    tags = [{"name": one["name"], "colour": one["colour"]} for one in made.get("Tag") or ()]
    return {**{name: made[name] for name in kept}, "Orgc": {"name": orgc["name"], "uuid": orgc["uuid"]}, "Tag": tags}


def _plain(content: Any) -> Any:
    """Without what is of this node alone."""
    if isinstance(content, dict):
        return {name: _plain(value) for name, value in content.items() if name not in _NOT_IN_A_FEED}
    return [_plain(one) for one in content] if isinstance(content, list) else content


def _digests(made: Mapping[str, Any]) -> list[str]:
    values = [str(one["value"]) for one in shapes.parts(made)]
    parts = [part for value in values for part in (value.split("|") if "|" in value else [value])]
    return [hashlib.md5(part.encode(), usedforsecurity=False).hexdigest() for part in parts]


# --- reading ---------------------------------------------------------------------------------------------------------


def read_folder(peer: Peer, progress: Progress) -> Progress:
    """Read a feed that lies in a folder here."""
    folder = Path(peer.remote.url)

    def file(name: str, etag: str) -> tuple[int, str, bytes]:
        path = folder / name
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
            return 404, "", b""
        body = path.read_bytes()
        tag = hashlib.sha256(body).hexdigest()
        return (304, tag, b"") if etag and tag == etag else (200, tag, body)

    return read_remote(peer, file, progress)


def read_remote(peer: Peer, file: _FILE, progress: Progress) -> Progress:
    """Read a feed file by file; the manifest's `ETag` is how far it is read."""
    status, etag, body = file("manifest.json", progress.following)
    if status == 304:
        return progress
    if status != 200:
        raise NotHeld(f"feed {peer.remote.name}", "its manifest.json", str(status), "check the address")
    taken, aside = 0, 0
    for uuid, said in decoded(body, f"feed {peer.remote.name}", dict).items():
        if not UUID.fullmatch(uuid) or not isinstance(said, dict) or not peer.wanted(uuid, said.get("timestamp")):
            continue
        good = _take(peer, file, uuid)
        taken, aside = taken + good, aside + (not good)
    peer.told(progress, "poll", taken, aside, body)
    return progress.went(etag, taken, aside)


def _take(peer: Peer, file: _FILE, uuid: str) -> bool:
    status, _, body = file(f"{uuid}.json", "")
    try:
        if status != 200:
            raise NotHeld(f"event {uuid}", "a file of the feed", str(status), "it is tried again")
        content = decoded(body, f"event {uuid}", dict).get("Event")
        if not isinstance(content, dict) or str(content.get("uuid")).lower() != uuid.lower():
            raise InvalidObject(f"event {uuid}", "the event its name says", "something else")
    except OurEyesError as error:
        peer.put_aside(error, body)
        return False
    return peer.take(content, body)
