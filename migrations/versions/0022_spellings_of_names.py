"""Children are found by the name they are known by, by another spelling of a name, and by postcode.

`child.search_name` gets the words of `known_as` where there are any; the triggers of revision 0005 write child_name from it.
The database computes from each word a key that is the same for its other spellings; indexes find words by it, and children by
postcode. The folding of names and the key of a spelling are copied here as they were at this revision.

Revision ID: 0022
Revises: 0021
"""

import unicodedata
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

AT_ONCE = 1_000
OWN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
SILENT = "'’‘‛ʼ`´′.,"
HEARD = (
    *(("ph", "f"), ("x", "ks"), ("c", "k"), ("q", "k"), ("z", "s"), ("v", "f"), ("j", "g"), ("h", "")),
    *((letter * 2, letter) for letter in "bdfgklmnprst"),
    *((vowel, "") for vowel in "aeiouyw"),
)

child = sa.table(
    "child",
    sa.column("id", sa.Integer),
    sa.column("surname", sa.Text),
    sa.column("forenames", sa.Text),
    sa.column("known_as", sa.Text),
    sa.column("search_name", sa.Text),
)


def upgrade() -> None:
    """Go forward."""
    _write_again(_with_known_as)
    op.create_index("ix_child_postcode", "child", ["postcode"])
    heard = "word"
    for old, new in HEARD:
        heard = f"replace({heard}, '{old}', '{new}')"
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    # SQLite adds only columns that are computed when read, and PostgreSQL only those that are stored; both index them.
    is_stored = op.get_bind().dialect.name == "postgresql"
    op.add_column("child_name", sa.Column("spelling", text, sa.Computed(heard, persisted=is_stored)))
    op.create_index("ix_child_name_spelling", "child_name", ["spelling", "word"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_child_name_spelling", "child_name")
    op.drop_column("child_name", "spelling")
    op.drop_index("ix_child_postcode", "child")
    _write_again(_without_known_as)


def _write_again(words_of: Callable[[sa.Row[tuple[int, str, str, str, str]]], str]) -> None:
    connection = op.get_bind()
    change = (
        sa.update(child).where(child.c.id == sa.bindparam("number")).values(search_name=sa.bindparam("words"))
    )
    last = 0
    while rows := connection.execute(
        sa.select(child).where(child.c.id > last, child.c.known_as != "").order_by(child.c.id).limit(AT_ONCE)
    ).all():
        last = rows[-1].id
        changed = [
            {"number": row.id, "words": words} for row in rows if (words := words_of(row)) != row.search_name
        ]
        if changed:
            connection.execute(change, changed)


def _with_known_as(row: sa.Row[tuple[int, str, str, str, str]]) -> str:
    words = row.search_name.split(" ")
    return " ".join([*words, *[word for word in _words_of(row.known_as) if word not in words]])


def _without_known_as(row: sa.Row[tuple[int, str, str, str, str]]) -> str:
    own = {*_words_of(row.surname), *_words_of(row.forenames)}
    words = row.search_name.split(" ")
    while len(words) > 1 and words[-1] in _words_of(row.known_as) and words[-1] not in own:
        words.pop()
    return " ".join(words)


def _words_of(name: str) -> list[str]:
    words = _fold(name).split()
    runs = [
        "".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 2, min(start + 3, len(words)) + 1)
    ]
    return list(dict.fromkeys([*words, *runs]))


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text[:500].casefold().translate(OWN_LETTERS))
    letters = [
        letter
        for letter in plain
        if not unicodedata.combining(letter) and letter not in SILENT and unicodedata.category(letter) != "Cf"
    ]
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())
