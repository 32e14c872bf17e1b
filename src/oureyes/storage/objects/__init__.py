"""Objects and who holds them: the bulk path in, and the ways to read.

The bulk path takes a batch at once: ids are interned, versions told apart, and edges, keys and words written with a
few statements, whatever the batch's size. All of it is derived from the bytes and can be rebuilt from them.
"""

from oureyes.storage.objects.held import (
    Held,
    by_holding,
    by_id,
    held_back,
    held_of_source,
    latest,
    live,
    of_type,
    of_types,
)
from oureyes.storage.objects.holdings import (
    all_labels,
    any_taken_back,
    arrivals,
    count,
    current_labels,
    existing,
    held_by,
    holders,
    is_observable,
    labels_of,
    neighbours,
    numbers,
    of_source,
    sources_named,
    sources_of,
    states_of,
    under_labels,
)
from oureyes.storage.objects.intake import Added, Incoming, add
from oureyes.storage.objects.interning import ACCOUNT, idents, label, labels, markings, source
from oureyes.storage.objects.states import lift_hold, place_anew, places, set_label, set_state, set_tags, withdraw

__all__ = [
    "ACCOUNT",
    "Added",
    "Held",
    "Incoming",
    "add",
    "all_labels",
    "any_taken_back",
    "arrivals",
    "by_holding",
    "by_id",
    "count",
    "current_labels",
    "existing",
    "held_back",
    "held_by",
    "held_of_source",
    "holders",
    "idents",
    "is_observable",
    "label",
    "labels",
    "labels_of",
    "latest",
    "lift_hold",
    "live",
    "markings",
    "neighbours",
    "numbers",
    "of_source",
    "of_type",
    "of_types",
    "place_anew",
    "places",
    "set_label",
    "set_state",
    "set_tags",
    "source",
    "sources_named",
    "sources_of",
    "states_of",
    "under_labels",
    "withdraw",
]
