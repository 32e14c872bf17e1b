"""What a statement of ours says to ourselves: which of our objects each of its items was.

An extract goes out under an id that tells nobody what it was cut from, and the node remembers it. A node restored from
an old backup does not: it has its own statement back from the recipient, and reads there what no one else can. The
note has one length for so many items, whether they are extracts or whole, so that its being there tells nothing.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oureyes.model.sharing import Statement
from oureyes.node.context import Context

__all__ = ["parents_in", "to_ourselves"]

_NAME, _NONCE, _SIZE = "own", 12, 16


def to_ourselves(ctx: Context, parents: Sequence[str]) -> dict[str, object]:
    """The `detail` of a statement whose items are these objects of ours, in this order."""
    nonce = os.urandom(_NONCE)
    plain = b"".join(_number(identifier) for identifier in parents)
    return {_NAME: base64.b64encode(nonce + _key(ctx).encrypt(nonce, plain, None)).decode()}


def parents_in(ctx: Context, statement: Statement) -> list[str]:
    """For each item the id of the object that it is of: its own where the statement does not say otherwise."""
    own = [item.object.id for item in statement.items]
    try:
        raw = base64.b64decode(str(statement.detail.get(_NAME, "")), validate=True)
        plain = _key(ctx).decrypt(raw[:_NONCE], raw[_NONCE:], None)
    except (ValueError, InvalidTag):  # another key, or a statement of before there were such notes
        return own
    numbers = [plain[at : at + _SIZE] for at in range(0, len(plain), _SIZE)]
    if len(numbers) != len(own):
        return own
    # an extract has the type of what it was cut from
    return [
        f"{sent.partition('--')[0]}--{UUID(bytes=number)}" if any(number) else sent
        for sent, number in zip(own, numbers, strict=True)
    ]


def _number(identifier: str) -> bytes:
    try:
        found = UUID(identifier.partition("--")[2])
    except ValueError:
        return bytes(_SIZE)
    return found.bytes if identifier.endswith(f"--{found}") else bytes(_SIZE)


def _key(ctx: Context) -> AESGCM:
    return AESGCM(hmac.digest(ctx.keys.extract, b"own words", "sha256"))
