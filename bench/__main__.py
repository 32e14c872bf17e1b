"""Runs every part and prints a table; `build/bench.json` holds the same."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import blind, delivery, exchange, ingest, media, memory, misp, names, similar, taxii
from bench.figures import Figure, write
from bench.names import million

_ROOT = Path(__file__).resolve().parents[1]
_PARTS = {
    "ingest": ingest,
    "exchange": exchange,
    "delivery": delivery,
    "media": media,
    "blind": blind,
    "memory": memory,
    "taxii": taxii,
    "misp": misp,
    "names": names,
    "names-million": million,
    "similar": similar,
}


def main(wanted: list[str]) -> int:
    """Run the parts named, or all: a quarter of an hour."""
    data = Path(os.environ.get("OUREYES_DATA", _ROOT.parent / "shared" / "data"))
    found: list[Figure] = []
    table = Table(title="Our Eyes, beside its peers in the same run")
    for column in ("what", "ours", "unit", "peer", "peer's", "ratio", "aim"):
        table.add_column(column, justify="right" if column in ("ours", "peer's", "ratio") else "left")
    for name, part in _PARTS.items():
        if wanted and name not in wanted:
            continue
        for one in part.figures(data):
            found.append(one)
            peers = f"{one.peer_value:,.1f}" if one.peer_value is not None else ""
            ratio = f"{one.ratio:g}" if one.ratio is not None else ""
            table.add_row(one.name, f"{one.value:,.1f}", one.unit, one.peer, peers, ratio, one.aim)
    Console(width=140).print(table)
    write(found, _ROOT / "build" / "bench.json")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
