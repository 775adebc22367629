"""Enter neighbouring words of a child's name joined too, so that a name in two words is found written as one.

`child.search_name` is written again where it differs; the triggers of revision 0005 write child_name from it.
The folding of names is copied here as it was at this revision.

Revision ID: 0016
Revises: 0015
"""

import unicodedata
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

AT_ONCE = 1_000
OWN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
SILENT = "'’‘‛ʼ`´′.,"

child = sa.table(
    "child",
    sa.column("id", sa.Integer),
    sa.column("surname", sa.Text),
    sa.column("forenames", sa.Text),
    sa.column("search_name", sa.Text),
)


def upgrade() -> None:
    """Add the joined words."""
    _write_again(lambda row: _with_runs(row.search_name, row))


def downgrade() -> None:
    """Take the joined words out again."""

    def as_before(row: sa.Row[tuple[int, str, str, str]]) -> str:
        plain = " ".join([*_fold(row.surname).split(), *_fold(row.forenames).split()])
        return plain if _with_runs(plain, row) == row.search_name else row.search_name

    _write_again(as_before)


def _write_again(words_of: Callable[[sa.Row[tuple[int, str, str, str]]], str]) -> None:
    connection = op.get_bind()
    change = (
        sa.update(child).where(child.c.id == sa.bindparam("number")).values(search_name=sa.bindparam("words"))
    )
    last = 0
    while rows := connection.execute(
        sa.select(child).where(child.c.id > last).order_by(child.c.id).limit(AT_ONCE)
    ).all():
        last = rows[-1].id
        names = [(row, words_of(row)) for row in rows]
        changed = [{"number": row.id, "words": words} for row, words in names if words != row.search_name]
        if changed:
            connection.execute(change, changed)


def _with_runs(search_name: str, row: sa.Row[tuple[int, str, str, str]]) -> str:
    parts = [_fold(row.surname).split(), _fold(row.forenames).split()]
    runs = [
        "".join(part[start:end])
        for part in parts
        for start in range(len(part))
        for end in range(start + 2, min(start + 3, len(part)) + 1)
    ]
    return " ".join(dict.fromkeys([*search_name.split(), *runs])) if runs else search_name


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text[:500].casefold().translate(OWN_LETTERS))
    letters = [
        letter
        for letter in plain
        if not unicodedata.combining(letter) and letter not in SILENT and unicodedata.category(letter) != "Cf"
    ]
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())
