"""Draft and final plans, whom they were sent to, consultations about a place; who made a decision.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


UNDECIDED = {"0025": "state = 'received'", "0026": "state IN ('received')"}
PLAN_DUE = {
    "0025": ("ix_ehc_case_assessing", "state = 'assessing'"),
    "0026": ("ix_ehc_case_plan_due", "state IN ('assessing', 'preparing_plan', 'draft_served')"),
}


def _index_open_cases(before: str, after: str) -> None:
    """Replace the partial indexes of open cases, whose criteria name the states."""
    op.drop_index(PLAN_DUE[before][0], "ehc_case")
    op.drop_index("ix_ehc_case_undecided", "ehc_case")
    op.drop_index("uq_ehc_case_without_form", "ehc_case")
    name, criterion = PLAN_DUE[after]
    for each, words in ((name, criterion), ("ix_ehc_case_undecided", UNDECIDED[after])):
        where = sa.text(words)
        op.create_index(each, "ehc_case", ["due_on", "id"], sqlite_where=where, postgresql_where=where)
    where = sa.text(f"{UNDECIDED[after]} AND request_id IS NULL")
    op.create_index(
        "uq_ehc_case_without_form",
        "ehc_case",
        ["child_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _row(name: str, *columns: sa.schema.SchemaItem) -> None:
    """Create a table with the columns that every table has."""
    op.create_table(
        name,
        *columns,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Go forward."""
    _index_open_cases("0025", "0026")
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("basis", sa.String(40), nullable=False, server_default="council"))
        table.add_column(sa.Column("panel_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("panel_members", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("decision") as table:
        table.alter_column("basis", existing_type=sa.String(40), server_default=None)
        table.alter_column("panel_members", existing_type=sa.Text(), server_default=None)
    with op.batch_alter_table("document") as table:
        table.alter_column("form_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("case_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_document_case_id_ehc_case", "ehc_case", ["case_id"], ["id"])
        table.create_index("ix_document_case_id", ["case_id"])
        table.create_check_constraint("of_form_or_case", "(form_id IS NULL) <> (case_id IS NULL)")
    _row(
        "document_reader",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        _to("document_reader", "document_id", "document"),
        _to("document_reader", "link_id", "child_link"),
        sa.UniqueConstraint("document_id", "link_id", name=op.f("uq_document_reader_document_id_link_id")),
    )
    op.create_index(op.f("ix_document_reader_link_id"), "document_reader", ["link_id"])
    _row(
        "plan",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("served", sa.String(40), nullable=False),
        sa.Column("also_sent_to", sa.Text(), nullable=False),
        sa.Column("comments_until", sa.Date(), nullable=True),
        sa.Column("setting_id", sa.Integer(), nullable=True),
        sa.Column("setting_type", sa.Text(), nullable=False),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("early_reason", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        _to("plan", "case_id", "ehc_case"),
        _to("plan", "document_id", "document"),
        _to("plan", "setting_id", "organisation"),
        _to("plan", "recorded_by_id", "ab_user"),
        sa.UniqueConstraint("case_id", "kind", "number", name=op.f("uq_plan_case_id_kind_number")),
    )
    _row(
        "consultation",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("reply_due_on", sa.Date(), nullable=False),
        sa.Column("reply", sa.String(40), nullable=True),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("refusal_reason", sa.String(40), nullable=True),
        sa.Column("reply_text", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        _to("consultation", "case_id", "ehc_case"),
        _to("consultation", "plan_id", "plan"),
        _to("consultation", "organisation_id", "organisation"),
        _to("consultation", "recorded_by_id", "ab_user"),
        sa.UniqueConstraint(
            "plan_id", "organisation_id", name=op.f("uq_consultation_plan_id_organisation_id")
        ),
    )
    op.create_index(op.f("ix_consultation_case_id"), "consultation", ["case_id"])


def downgrade() -> None:
    """Go back: plans, their files and consultations are lost; a case goes back to the decision to assess."""
    op.drop_table("consultation")
    op.drop_table("plan")
    op.drop_table("document_reader")
    op.execute("DELETE FROM document WHERE form_id IS NULL")
    with op.batch_alter_table("document") as table:
        table.drop_constraint("of_form_or_case", type_="check")
        table.drop_constraint("fk_document_case_id_ehc_case", type_="foreignkey")
        table.drop_index("ix_document_case_id")
        table.drop_column("case_id")
        table.alter_column("form_id", existing_type=sa.Integer(), nullable=False)
    op.execute("DELETE FROM decision WHERE outcome NOT IN ('assessing', 'not_assessing')")
    op.execute(
        "UPDATE ehc_case SET state = CASE WHEN decided_on IS NULL THEN 'received' ELSE 'assessing' END "
        "WHERE state NOT IN ('received', 'assessing', 'not_assessing')"
    )
    _index_open_cases("0026", "0025")
    with op.batch_alter_table("decision") as table:
        table.drop_column("panel_members")
        table.drop_column("panel_on")
        table.drop_column("basis")
