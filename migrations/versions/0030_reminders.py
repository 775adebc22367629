"""The days on which people are reminded of advice, and the reminders that were sent.

Revision ID: 0030
Revises: 0029
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ENTERED = datetime.fromisoformat("2026-12-01T00:00:00")
DAYS = {-10: "author", -3: "author", 0: "author", 3: "team", 5: "lead"}


def upgrade() -> None:
    """Go forward."""
    rule = op.create_table(
        "reminder_rule",
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("goes_to", sa.String(40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rule")),
        sa.UniqueConstraint("days", name=op.f("uq_reminder_rule_days")),
    )
    op.bulk_insert(
        rule, [{"days": days, "goes_to": whom, "created_at": ENTERED} for days, whom in DAYS.items()]
    )
    op.create_table(
        "reminder",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_reminder_form_id_form")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["ab_user.id"], name=op.f("fk_reminder_sent_by_id_ab_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("form_id", "due_on", "days", name=op.f("uq_reminder_form_id_due_on_days")),
    )


def downgrade() -> None:
    """Go back: which reminders were sent is lost."""
    op.drop_table("reminder")
    op.drop_table("reminder_rule")
