"""Questions that show nothing: whether a partner holds a phone number, wallet, document, account, address or file.

The asker learns hit or no hit, the holder that it was asked how often, for what kind and purpose. Pure: the node gives
keys, records and time, and carries the bytes (docs/explanation/private-matching.md says what this does not protect).
"""

from oureyes.correlate.blind.commitments import KEYS_TYPE, Commitment, read_commitment, write_commitment
from oureyes.correlate.blind.filters import FALSE_POSITIVES, KEPT, Filter, fillers, padded_size
from oureyes.correlate.blind.messages import (
    LEGAL_BASES,
    LIST_TYPE,
    MAX_QUESTION,
    SIZES,
    Answer,
    Part,
    Parts,
    Question,
    batch_of,
    key_info,
    padded_batch,
    purpose_of,
    read_parts,
    read_question,
    write_parts,
)
from oureyes.correlate.blind.questions import Asked, Blinds, ask, draw
from oureyes.correlate.blind.selectors import (
    KINDS,
    NAMES,
    Selector,
    born_keys,
    kind_of_key,
    selector,
    selectors,
    sound_key,
)
from oureyes.correlate.blind.voprf import PrivateKey, derive_key, evaluate, evaluate_known, refuse_bad_elements

__all__ = [
    "FALSE_POSITIVES",
    "KEPT",
    "KEYS_TYPE",
    "KINDS",
    "LEGAL_BASES",
    "LIST_TYPE",
    "MAX_QUESTION",
    "NAMES",
    "SIZES",
    "Answer",
    "Asked",
    "Blinds",
    "Commitment",
    "Filter",
    "Part",
    "Parts",
    "PrivateKey",
    "Question",
    "Selector",
    "ask",
    "batch_of",
    "born_keys",
    "derive_key",
    "draw",
    "evaluate",
    "evaluate_known",
    "fillers",
    "key_info",
    "kind_of_key",
    "padded_batch",
    "padded_size",
    "purpose_of",
    "read_commitment",
    "read_parts",
    "read_question",
    "refuse_bad_elements",
    "selector",
    "selectors",
    "sound_key",
    "write_commitment",
    "write_parts",
]
