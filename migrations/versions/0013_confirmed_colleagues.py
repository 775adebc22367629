"""A person belongs to an organisation's queue only once its lead or the SEN team has confirmed that they work there.

Every person with an account so far counts as confirmed. A subdomain of a work email domain no longer counts as that
domain unless an administrator says so.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from app.accounts.rules.work_email import resemblance

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NEW = ("organisation_confirmed_at", "organisation_confirmed_by_id", "leads_organisation", "mailbox")


def upgrade() -> None:
    """Go forward."""
    confirmed_by = sa.Column(
        "organisation_confirmed_by_id",
        sa.Integer(),
        sa.ForeignKey("ab_user.id", name="fk_ab_user_organisation_confirmed_by_id_ab_user"),
    )
    op.add_column("ab_user", sa.Column("organisation_confirmed_at", sa.DateTime()))
    op.add_column("ab_user", confirmed_by, inline_references=True)
    op.add_column(
        "ab_user", sa.Column("leads_organisation", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("ab_user", sa.Column("mailbox", sa.Text()))
    op.create_index("ix_ab_user_mailbox", "ab_user", ["mailbox"])
    op.add_column("registration", sa.Column("mailbox", sa.Text()))
    op.create_index("ix_registration_mailbox", "registration", ["mailbox"])
    op.add_column(
        "work_domain",
        sa.Column("includes_subdomains", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    _fill()


def _fill() -> None:
    connection = op.get_bind()
    person = sa.table(
        "ab_user",
        sa.column("id"),
        sa.column("email"),
        sa.column("mailbox"),
        sa.column("organisation_id"),
        sa.column("organisation_confirmed_at"),
    )
    registration = sa.table("registration", sa.column("id"), sa.column("email"), sa.column("mailbox"))
    connection.execute(
        sa.update(person)
        .where(person.c.organisation_id.is_not(None))
        .values(organisation_confirmed_at=sa.func.current_timestamp())
    )
    for table in (person, registration):
        rows = connection.execute(sa.select(table.c.id, table.c.email)).all()
        values = [{"row": row[0], "held": resemblance(row[1].lower())} for row in rows]
        if values:
            setting = sa.update(table).where(table.c.id == sa.bindparam("row"))
            connection.execute(setting.values(mailbox=sa.bindparam("held")), values)


def downgrade() -> None:
    """Go back."""
    op.drop_column("work_domain", "includes_subdomains")
    op.drop_index("ix_registration_mailbox", "registration")
    op.drop_column("registration", "mailbox")
    op.drop_index("ix_ab_user_mailbox", "ab_user")
    for name in reversed(NEW):
        op.drop_column("ab_user", name)
