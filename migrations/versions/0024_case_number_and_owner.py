"""Each case has a number, like 26-00417, and an officer who works on it.

Cases so far are numbered in the order in which they were received. No one works on them yet.

Revision ID: 0024
Revises: 0023
"""

from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

case = sa.table(
    "ehc_case",
    sa.column("id", sa.Integer),
    sa.column("received_on", sa.Date),
    sa.column("number", sa.Text),
)


def upgrade() -> None:
    """Go forward."""
    op.add_column("ehc_case", sa.Column("number", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    places: Counter[int] = Counter()
    numbered = []
    for row in connection.execute(
        sa.select(case.c.id, case.c.received_on).order_by(case.c.received_on, case.c.id)
    ):
        year = row.received_on.year
        places[year] += 1
        numbered.append({"row": row.id, "text": f"{year % 100:02}-{places[year]:05}"})
    if numbered:
        change = sa.update(case).where(case.c.id == sa.bindparam("row"))
        connection.execute(change.values(number=sa.bindparam("text")), numbered)
    with op.batch_alter_table("ehc_case") as table:
        table.alter_column("number", existing_type=sa.Text(), existing_nullable=False, server_default=None)
        table.create_unique_constraint(op.f("uq_ehc_case_number"), ["number"])
        table.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_ehc_case_owner_id_ab_user", "ab_user", ["owner_id"], ["id"])
    op.create_index(op.f("ix_ehc_case_owner_id"), "ehc_case", ["owner_id", "due_on", "id"])
    words = sa.text("owner_id IS NULL AND due_on IS NOT NULL")
    op.create_index(
        "ix_ehc_case_without_owner", "ehc_case", ["due_on", "id"], sqlite_where=words, postgresql_where=words
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_ehc_case_without_owner", "ehc_case")
    op.drop_index(op.f("ix_ehc_case_owner_id"), "ehc_case")
    with op.batch_alter_table("ehc_case") as table:
        table.drop_constraint(op.f("uq_ehc_case_number"), type_="unique")
        table.drop_constraint("fk_ehc_case_owner_id_ab_user", type_="foreignkey")
        table.drop_column("owner_id")
        table.drop_column("number")
