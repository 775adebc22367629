"""Enter invented rows in bulk, past the use cases: for a demo of a county's size, and for benchmarks."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

BATCH = 5_000
PEOPLE_SEQUENCE = "ab_user_id_seq"
"""The sequence that AppBuilder's table of people takes its ids from, in place of its column's own."""

FIRST = [
    "Amina",
    "Noah",
    "Zara",
    "Leo",
    "Aisha",
    "Oliver",
    "Maya",
    "Yusuf",
    "Isla",
    "Adam",
    "Ruby",
    "Hassan",
    "Grace",
    "Ibrahim",
    "Freya",
    "Jakub",
    "Hana",
    "Samuel",
]
SECOND = ["Rose", "James", "Noor", "Lee", "Fatima", "Jan", "May", "Ali", "Kate"]
START = [
    "Ash",
    "Birch",
    "Brad",
    "Clay",
    "Dal",
    "Ecc",
    "Farn",
    "Guis",
    "Hor",
    "Ilk",
    "Keigh",
    "Lind",
    "Mos",
    "Nor",
    "Oak",
    "Pud",
    "Ripp",
    "Shib",
    "Thorn",
    "Wib",
    "Yar",
]
MIDDLE = ["den", "er", "ing", "ley", "mer", "o", "sham", "stan", "ter", "ton", "wa", "wor"]
END = [
    "bank",
    "brook",
    "by",
    "croft",
    "field",
    "ford",
    "gate",
    "ham",
    "holme",
    "hurst",
    "land",
    "ley",
    "more",
    "royd",
    "shaw",
    "stone",
    "thwaite",
    "ton",
    "wood",
    "worth",
]
SURNAMES = [f"{a}{b}{c}" for a in START for b in MIDDLE for c in END]

Rows = Iterable[dict[str, Any]]


def put(connection: Connection, table: sa.Table, rows: Rows) -> int:
    """Enter these rows, many at a time, and return how many there were."""
    coming, count = iter(rows), 0
    while some := list(islice(coming, BATCH)):
        connection.execute(sa.insert(table), some)
        count += len(some)
    return count


def last_id(connection: Connection, table: sa.FromClause) -> int:
    """Return the highest id of a table, 0 where it is empty."""
    return connection.execute(sa.select(sa.func.max(table.c.id))).scalar_one() or 0


def let_ids_follow(connection: Connection, names: Sequence[str]) -> None:
    """On PostgreSQL, number rows of these tables that are entered from now on after those entered with an id."""
    if connection.dialect.name != "postgresql":
        return
    for name in names:
        last = last_id(connection, sa.table(name, sa.column("id")))
        sequence = (
            sa.literal(PEOPLE_SEQUENCE) if name == "ab_user" else sa.func.pg_get_serial_sequence(name, "id")
        )
        connection.execute(sa.select(sa.func.setval(sequence, last)))
