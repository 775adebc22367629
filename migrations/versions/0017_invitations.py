"""Invite professionals and the council's own staff as well as parents, with at most one open invitation each.

Of several open invitations of one address for one child, the newest stays and the others are withdrawn.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OPEN = "accepted_at IS NULL AND withdrawn_at IS NULL"
ONE_OPEN = {
    "uq_invitation_open_child": (["child_id", "email"], f"{OPEN} AND child_id IS NOT NULL"),
    "uq_invitation_open_account": (["email"], f"{OPEN} AND child_id IS NULL"),
}


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("invitation") as batch:
        batch.alter_column("child_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("role", sa.String(40), nullable=False, server_default="parent"))
        batch.add_column(sa.Column("organisation_id", sa.Integer()))
        batch.add_column(sa.Column("job_title", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("second_needed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("second_by_id", sa.Integer()))
        batch.add_column(sa.Column("second_at", sa.DateTime()))
        batch.create_foreign_key(
            "fk_invitation_organisation_id_organisation", "organisation", ["organisation_id"], ["id"]
        )
        batch.create_foreign_key("fk_invitation_second_by_id_ab_user", "ab_user", ["second_by_id"], ["id"])
    _withdraw_older()
    for name, (columns, criterion) in ONE_OPEN.items():
        words = sa.text(criterion)
        op.create_index(name, "invitation", columns, unique=True, sqlite_where=words, postgresql_where=words)


def _withdraw_older() -> None:
    table = sa.table(
        "invitation",
        *map(sa.column, ("id", "child_id", "email", "sent_at", "accepted_at", "withdrawn_at")),
    )
    is_open = sa.and_(table.c.accepted_at.is_(None), table.c.withdrawn_at.is_(None))
    newest = sa.select(sa.func.max(table.c.id)).where(is_open).group_by(table.c.child_id, table.c.email)
    op.get_bind().execute(
        sa.update(table).where(is_open, table.c.id.not_in(newest)).values(withdrawn_at=table.c.sent_at)
    )


def downgrade() -> None:
    """Go back. Invitations without a child cannot stay."""
    for name in ONE_OPEN:
        op.drop_index(name, "invitation")
    invitation = sa.table("invitation", sa.column("child_id"))
    op.get_bind().execute(sa.delete(invitation).where(invitation.c.child_id.is_(None)))
    with op.batch_alter_table("invitation") as batch:
        batch.drop_constraint("fk_invitation_second_by_id_ab_user", type_="foreignkey")
        batch.drop_constraint("fk_invitation_organisation_id_organisation", type_="foreignkey")
        for name in ("second_at", "second_by_id", "second_needed", "job_title", "organisation_id", "role"):
            batch.drop_column(name)
        batch.alter_column("child_id", existing_type=sa.Integer(), nullable=False)
