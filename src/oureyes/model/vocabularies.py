"""Words that states share: the crime areas of ASEAN and the uses of the internet for terrorism, as tables that tag
objects; and the reading of MISP's taxonomies and galaxies, from files the operator loads.

A tag is MISP's machine tag, `namespace:predicate="value"`, so that it means the same in every tool it passes through.
A shared alias is evidence, not identity: `Galaxy.named` gives every cluster that bears a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from oureyes.errors import InvalidObject

__all__ = [
    "ASEAN_SOMTC",
    "CRIME_AREAS",
    "UNODC_INTERNET_TERRORISM",
    "Cluster",
    "Galaxy",
    "Predicate",
    "Taxonomy",
    "Value",
    "crime_areas_of",
    "load_galaxy",
    "load_taxonomy",
    "machine_tag",
    "read_tag",
    "to_machinetag",
]


@dataclass(frozen=True, slots=True)
class Value:
    """One word of a vocabulary, what it is called and what it covers."""

    value: str
    label: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A question of a taxonomy, with its possible answers; without answers the question is a tag itself."""

    value: str
    label: str
    values: tuple[Value, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A MISP taxonomy."""

    namespace: str
    description: str
    version: int
    predicates: tuple[Predicate, ...]

    def tags(self) -> tuple[str, ...]:
        """Every tag it can give."""
        return tuple(
            machine_tag(self.namespace, predicate.value, *([value.value] if value else []))
            for predicate in self.predicates
            for value in (predicate.values or (None,))
        )


# ASEAN Political-Security Community Strategic Plan (ASEAN 2045), strategic goal 5: the areas of transnational crime
# under the Senior Officials Meeting on Transnational Crime (SOMTC), and online scams beside them.
ASEAN_SOMTC = Taxonomy(
    "asean-somtc",
    "Areas of transnational crime in which the states of ASEAN work together.",
    1,
    (
        Predicate(
            "crime-area",
            "Crime area",
            (
                Value("terrorism", "Terrorism", "Acts, plans, money, recruits and propaganda of terrorist groups."),
                Value("illicit-drug-trafficking", "Illicit drug trafficking", "Making, moving and selling drugs."),
                Value(
                    "trafficking-in-persons",
                    "Trafficking in persons",
                    "Recruiting or holding people by force or deceit to exploit them, forced scamming included.",
                ),
                Value("people-smuggling", "People smuggling", "Bringing people across a border unlawfully, for gain."),
                Value(
                    "wildlife-and-timber-trafficking",
                    "Wildlife and timber trafficking",
                    "Taking and trading protected animals, plants and wood.",
                ),
                Value("arms-smuggling", "Arms smuggling", "Moving weapons, parts and ammunition unlawfully."),
                Value(
                    "sea-piracy-and-armed-robbery-against-ships",
                    "Sea piracy and armed robbery against ships",
                    "Attacks on ships and crews, at sea and in port.",
                ),
                Value("money-laundering", "Money laundering", "Hiding where the proceeds of crime came from."),
                Value(
                    "international-economic-crime",
                    "International economic crime",
                    "Fraud, counterfeiting, corruption and smuggling of goods across borders.",
                ),
                Value("cybercrime", "Cybercrime", "Crime against computers, networks and data, or by means of them."),
                Value("online-scams", "Online scams", "Deceiving people for money over the internet or the telephone."),
            ),
        ),
    ),
)

# UNODC, The use of the Internet for terrorist purposes (2012), chapter I.B: six overlapping categories.
UNODC_INTERNET_TERRORISM = Taxonomy(
    "unodc-internet-terrorism",
    "What terrorists use the internet for.",
    1,
    (
        Predicate(
            "use",
            "Use",
            (
                Value("propaganda", "Propaganda", "Messages that justify, promote or explain terrorist acts."),
                Value(
                    "financing",
                    "Financing",
                    "Raising and moving money: appeals, shops, payment tools, false charities.",
                ),
                Value("training", "Training", "Teaching methods: manuals, videos, advice."),
                Value("planning", "Planning", "Preparing an act: who, where, when and with what."),
                Value("execution", "Execution", "Carrying an act out with the help of the internet."),
                Value("cyberattacks", "Cyberattacks", "Attacks on computers, networks and what depends on them."),
            ),
        ),
        Predicate(
            "propaganda",
            "Propaganda",
            (
                Value("recruitment", "Recruitment", "Winning people for a group or a cause of violence."),
                Value("radicalisation", "Radicalisation", "Leading people step by step to accept violence."),
                Value("incitement", "Incitement", "Calling on people to commit violence."),
            ),
        ),
        Predicate(
            "planning",
            "Planning",
            (
                Value("secret-communication", "Secret communication", "Hidden, coded or encrypted arrangements."),
                Value(
                    "open-source-information",
                    "Open-source information",
                    "Gathering what is public about targets and means.",
                ),
            ),
        ),
    ),
)
CRIME_AREAS: Mapping[str, str] = {value.value: value.label for value in ASEAN_SOMTC.predicates[0].values}

_TAG = re.compile(r'([^:="\s]+):([^="]+?)(?:="([^"]*)")?')


def machine_tag(namespace: str, predicate: str, value: str | None = None) -> str:
    """`asean-somtc:crime-area="terrorism"`, or `tlp:amber` where the predicate says it all."""
    return f"{namespace}:{predicate}" if value is None else f'{namespace}:{predicate}="{value}"'


def read_tag(tag: str) -> tuple[str, str, str | None] | None:
    """(namespace, predicate, value) of a machine tag; None for any other word."""
    found = _TAG.fullmatch(tag.strip())
    return (found[1], found[2], found[3]) if found else None


def crime_areas_of(labels: Iterable[str]) -> frozenset[str]:
    """The crime areas that an object's labels name. A use of the internet for terrorism is terrorism."""
    return frozenset(area for label in labels if (area := _area(label)) is not None)


def _area(label: str) -> str | None:
    parts = read_tag(label) if isinstance(label, str) else None
    if parts is None:
        return label if label in CRIME_AREAS else None
    namespace, predicate, value = parts
    if namespace == UNODC_INTERNET_TERRORISM.namespace:
        return "terrorism"
    return value if namespace == ASEAN_SOMTC.namespace and predicate == "crime-area" and value in CRIME_AREAS else None


def to_machinetag(taxonomy: Taxonomy) -> bytes:
    """The `machinetag.json` that MISP loads a taxonomy from."""
    predicates, values = [], []
    for predicate in taxonomy.predicates:
        predicates.append(_written(predicate.value, predicate.label, predicate.description))
        if predicate.values:
            entries = [_written(value.value, value.label, value.description) for value in predicate.values]
            values.append({"predicate": predicate.value, "entry": entries})
    return msgspec.json.encode(
        {
            "namespace": taxonomy.namespace,
            "description": taxonomy.description,
            "version": taxonomy.version,
            "predicates": predicates,
            "values": values,
        }
    )


def _written(value: str, label: str, description: str) -> dict[str, str]:
    return {"value": value, "expanded": label} | ({"description": description} if description else {})


def load_taxonomy(raw: bytes) -> Taxonomy:
    """A MISP taxonomy from its `machinetag.json`."""
    content = _object(raw, "taxonomy")
    namespace, listed = content.get("namespace"), content.get("predicates")
    if not isinstance(namespace, str) or not isinstance(listed, list):
        raise InvalidObject("taxonomy", "`namespace` and `predicates`", "none", "load a MISP machinetag.json")
    answers: dict[str, list[Value]] = {}
    for group in _dicts(content.get("values")):
        found = [_value(entry) for entry in _dicts(group.get("entry"))]
        answers.setdefault(str(group.get("predicate")), []).extend(found)
    predicates = tuple(
        Predicate(one.value, one.label, tuple(answers.get(one.value, ())), one.description)
        for one in (_value(predicate) for predicate in _dicts(listed))
    )
    version = content.get("version")
    return Taxonomy(
        namespace, str(content.get("description") or ""), version if isinstance(version, int) else 0, predicates
    )


def _value(entry: Mapping[str, Any]) -> Value:
    value = str(entry.get("value") or "")
    return Value(value, str(entry.get("expanded") or value), str(entry.get("description") or ""))


@dataclass(frozen=True, slots=True)
class Cluster:
    """An entry of a galaxy: an actor, a tool, a technique … and what else it is called."""

    uuid: str
    value: str
    synonyms: tuple[str, ...] = ()
    description: str = ""
    related: tuple[tuple[str, str], ...] = ()  # (relation, uuid of the other)
    external_ids: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.value, *self.synonyms)


@dataclass(frozen=True, slots=True)
class Galaxy:
    """A MISP galaxy cluster file."""

    type: str
    name: str
    version: int
    clusters: tuple[Cluster, ...]
    _by_name: dict[str, tuple[Cluster, ...]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        grouped: dict[str, list[Cluster]] = {}
        for cluster in self.clusters:
            for name in dict.fromkeys(_folded(name) for name in cluster.names):
                grouped.setdefault(name, []).append(cluster)
        self._by_name.update({name: tuple(found) for name, found in grouped.items()})

    def named(self, name: str) -> tuple[Cluster, ...]:
        """Every cluster that bears the name, as its own or as a synonym: `G0013` is two groups."""
        return self._by_name.get(_folded(name), ())

    def tag(self, cluster: Cluster) -> str:
        """`misp-galaxy:threat-actor="APT30"`."""
        return machine_tag("misp-galaxy", self.type, cluster.value)


def load_galaxy(raw: bytes) -> Galaxy:
    """A MISP galaxy from its cluster file."""
    content = _object(raw, "galaxy")
    kind, values = content.get("type"), content.get("values")
    if not isinstance(kind, str) or not isinstance(values, list):
        raise InvalidObject("galaxy", "`type` and `values`", "none", "load a cluster file of a MISP galaxy")
    version = content.get("version")
    return Galaxy(
        kind,
        str(content.get("name") or kind),
        version if isinstance(version, int) else 0,
        tuple(_cluster(value) for value in _dicts(values) if value.get("value")),
    )


def _cluster(content: Mapping[str, Any]) -> Cluster:
    found = content.get("meta")
    meta: Mapping[str, Any] = found if isinstance(found, dict) else {}
    related = tuple(
        (str(one.get("type") or "related-to"), str(one["dest-uuid"]).lower())
        for one in _dicts(content.get("related"))
        if _is_uuid(one.get("dest-uuid"))
    )
    uuid = content.get("uuid")
    return Cluster(
        str(uuid).lower() if _is_uuid(uuid) else "",
        str(content["value"]),
        _texts(meta.get("synonyms")),
        str(content.get("description") or ""),
        related,
        _texts(meta.get("external_id")),
    )


def _texts(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(text for text in listed if isinstance(text, str) and text))


def _is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(raw: bytes, subject: str) -> dict[str, Any]:
    try:
        content = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidObject(subject, "JSON", str(error)[:80], "ask the source to send it again") from None
    if not isinstance(content, dict):
        raise InvalidObject(subject, "a JSON object", type(content).__name__)
    return content
