"""The words of children's names have a table of their own, so that a search reads an index and not every child.

The database itself fills it from `child.search_name` whenever a child is entered, renamed or merged: so it also does
for a host that still runs the version before this one, and for rows that are entered in bulk.

A migration that rebuilds the table child on SQLite (batch mode copies a table) loses these triggers and adds them
again, as `upgrade` here does.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# {child} is a row of child: NEW in a trigger. No search finds a record that was merged into another.
SQLITE_WORDS = """
    SELECT DISTINCT each.value, {child}.id
    FROM {source} json_each('[' || replace(json_quote({child}.search_name), ' ', '","') || ']') AS each
    WHERE each.value <> '' AND {child}.merged_into_id IS NULL
"""
POSTGRESQL_WORDS = """
    SELECT DISTINCT word, {child}.id
    FROM {source} unnest(string_to_array({child}.search_name, ' ')) AS word
    WHERE word <> '' AND {child}.merged_into_id IS NULL
"""


def upgrade() -> None:
    """Make the table, let the database keep it, and fill it from the children there are."""
    op.create_table(
        "child_name",
        sa.Column("word", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_child_name_child_id_child"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", "child_id", name=op.f("pk_child_name")),
        sqlite_with_rowid=False,
    )
    words = SQLITE_WORDS if _is_sqlite() else POSTGRESQL_WORDS
    (_keep_on_sqlite if _is_sqlite() else _keep_on_postgresql)(words.format(child="NEW", source=""))
    op.execute(f"INSERT INTO child_name (word, child_id) {words.format(child='child', source='child,')}")
    op.create_index("ix_child_name_child_id", "child_name", ["child_id", "word"])


def downgrade() -> None:
    """Go back."""
    if _is_sqlite():
        op.execute("DROP TRIGGER child_name_entered")
        op.execute("DROP TRIGGER child_name_changed")
    else:
        op.execute("DROP TRIGGER child_name_entered ON child")
        op.execute("DROP TRIGGER child_name_changed ON child")
        op.execute("DROP FUNCTION child_name_follows()")
    op.drop_index("ix_child_name_child_id", "child_name")
    op.drop_table("child_name")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _keep_on_sqlite(words: str) -> None:
    enter = f"INSERT INTO child_name (word, child_id) {words};"
    op.execute(f"CREATE TRIGGER child_name_entered AFTER INSERT ON child BEGIN {enter} END")
    op.execute(
        f"""
        CREATE TRIGGER child_name_changed AFTER UPDATE OF search_name, merged_into_id ON child
        WHEN OLD.search_name IS NOT NEW.search_name OR OLD.merged_into_id IS NOT NEW.merged_into_id
        BEGIN DELETE FROM child_name WHERE child_id = NEW.id; {enter} END
        """  # noqa: S608 - words of our own
    )


def _keep_on_postgresql(words: str) -> None:
    op.execute(
        f"""
        CREATE FUNCTION child_name_follows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                DELETE FROM child_name WHERE child_id = NEW.id;
            END IF;
            INSERT INTO child_name (word, child_id) {words};
            RETURN NULL;
        END $$
        """  # noqa: S608 - words of our own
    )
    op.execute(
        "CREATE TRIGGER child_name_entered AFTER INSERT ON child "
        "FOR EACH ROW EXECUTE FUNCTION child_name_follows()"
    )
    op.execute(
        """
        CREATE TRIGGER child_name_changed AFTER UPDATE OF search_name, merged_into_id ON child
        FOR EACH ROW WHEN (
            OLD.search_name IS DISTINCT FROM NEW.search_name
            OR OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id
        ) EXECUTE FUNCTION child_name_follows()
        """
    )
