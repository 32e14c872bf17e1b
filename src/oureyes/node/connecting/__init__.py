"""What arrives meets what is held: found by key, compared by its matcher, ranked, and told to whom it concerns.

A match joins two *sources* by one value; however many objects of a source hold the value, one stands for it. When
that one falls away another takes its place, and when none is left the match is gone, here and in the alerts on it.
"""

from oureyes.node.connecting.linking import Linked, connect, fell, matches, reconnect, values_of
from oureyes.node.connecting.notifying import move, notify, subscribe, unsubscribe
from oureyes.node.connecting.ringing import DEFAULT, arrived, notice, put_alert

__all__ = [
    "DEFAULT",
    "Linked",
    "arrived",
    "connect",
    "fell",
    "matches",
    "move",
    "notice",
    "notify",
    "put_alert",
    "reconnect",
    "subscribe",
    "unsubscribe",
    "values_of",
]
