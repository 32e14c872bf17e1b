"""Ways to hand out what is held: each format, its media type, and its writer. The table is what the node offers.

Documents (stix, misp, csv) hold objects, with all that is said about them. The others hold single values that a machine
acts on; `values` decides which those are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from oureyes.record.exports import plain, rpz, sigma, suricata
from oureyes.record.exports.documents import as_csv, as_misp, as_stix
from oureyes.record.exports.sheet import Left, Sheet, Thing, Value, Written
from oureyes.record.exports.values import Warned, standing, values_of

__all__ = ["FORMATS", "Format", "Left", "Sheet", "Thing", "Value", "Warned", "Written", "standing", "values_of"]


@dataclass(frozen=True, slots=True)
class Format:
    """`values` says that it holds values and no objects."""

    media: str
    suffix: str
    write: Callable[[Sheet], Written]
    values: bool = True


_TEXT = "text/plain; charset=utf-8"

FORMATS: Mapping[str, Format] = {
    "stix": Format("application/stix+json;version=2.1", ".json", as_stix, values=False),
    "misp": Format("application/json", ".json", as_misp, values=False),
    "csv": Format("text/csv; charset=utf-8", ".csv", as_csv, values=False),
    "suricata": Format(_TEXT, ".rules", suricata.write),
    "rpz": Format("text/dns", ".zone", rpz.write),
    "sigma": Format("application/yaml", ".yml", sigma.write),
    **{name: Format(_TEXT, ".txt", plain.listed(name)) for name in plain.LISTS},
}
