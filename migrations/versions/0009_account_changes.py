"""Add pending changes of accounts, known devices that can be forgotten, and the code before the last.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

EARLIER = {
    "earlier_challenge_hash": sa.Text(),
    "earlier_code_hash": sa.Text(),
    "earlier_expires_at": sa.DateTime(),
}
PENDING = "applied_at IS NULL AND cancelled_at IS NULL"


def _unique_where(name: str, table: str, column: str, criterion: str) -> None:
    words = sa.text(criterion)
    op.create_index(name, table, [column], unique=True, sqlite_where=words, postgresql_where=words)


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "log_in_challenge", sa.Column("codes_sent", sa.Integer(), server_default="0", nullable=False)
    )
    for name, kind in EARLIER.items():
        op.add_column("log_in_challenge", sa.Column(name, kind, nullable=True))
    op.add_column("ab_user", sa.Column("known_devices_from", sa.DateTime(), nullable=True))
    op.create_table(
        "email_change",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("new_email", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("takes_effect_at", sa.DateTime(), nullable=True),
        sa.Column("applied_at", sa.DateTime(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["ab_user.id"], name=op.f("fk_email_change_person_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_change")),
    )
    op.create_index(op.f("ix_email_change_person_id"), "email_change", ["person_id"])
    _unique_where("ix_email_change_pending", "email_change", "person_id", PENDING)
    _unique_where(
        "ix_email_change_confirmed", "email_change", "new_email", f"{PENDING} AND confirmed_at IS NOT NULL"
    )
    op.create_table(
        "organisation_change",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_organisation_id", sa.Integer(), nullable=True),
        sa.Column("to_organisation_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "approved",
                "refused",
                "withdrawn",
                name="proposalstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["ab_user.id"], name=op.f("fk_organisation_change_person_id_ab_user")
        ),
        sa.ForeignKeyConstraint(
            ["from_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_change_from_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["to_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_change_to_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["ab_user.id"], name=op.f("fk_organisation_change_decided_by_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_change")),
    )
    op.create_index(op.f("ix_organisation_change_person_id"), "organisation_change", ["person_id"])
    _unique_where("ix_organisation_change_waiting", "organisation_change", "person_id", "state = 'waiting'")


def downgrade() -> None:
    """Go back."""
    op.drop_table("organisation_change")
    op.drop_table("email_change")
    op.drop_column("ab_user", "known_devices_from")
    for name in (*EARLIER, "codes_sent"):
        op.drop_column("log_in_challenge", name)
