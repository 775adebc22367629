"""A case for each request the council received, which holds its dates and decisions instead of the form.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OPEN_CASES = {"ix_ehc_case_undecided": "received", "ix_ehc_case_assessing": "assessing"}
OPEN_REQUESTS = {
    "ix_form_undecided_requests": "kind = 'request' AND state IN ('accepted', 'returned', 'submitted')",
    "ix_form_assessing_requests": "kind = 'request' AND state IN ('assessing')",
}

FILL = """
    INSERT INTO ehc_case (created_at, child_id, request_id, source, channel, statutory, received_on, state, due_on,
                          decided_on, note, version)
    SELECT COALESCE(form.submitted_at, form.created_at), form.child_id, form.id,
           CASE WHEN ab_user.profession IN ('school', 'post16') THEN 'school'
                WHEN ab_user.profession = 'early_years' THEN 'early_years'
                WHEN ab_user.profession = 'health' THEN 'health'
                WHEN ab_user.profession = 'social_care' THEN 'social_care'
                ELSE 'other' END,
           'portal', form.statutory, COALESCE(form.received_on, form.decided_on, date(form.created_at)),
           CASE WHEN form.state IN ('assessing', 'not_assessing') THEN form.state ELSE 'received' END,
           form.due_on, form.decided_on, '', 1
      FROM form LEFT JOIN ab_user ON ab_user.id = form.author_id
     WHERE (form.kind = 'request' AND form.received_on IS NOT NULL)
        OR EXISTS (SELECT 1 FROM decision WHERE decision.form_id = form.id)
     ORDER BY form.id
"""
OF_REQUEST = "SELECT id FROM ehc_case WHERE ehc_case.request_id = decision.form_id"
OF_CASE = "SELECT request_id FROM ehc_case WHERE ehc_case.id = decision.case_id"
BACK = """
    UPDATE form SET
        state = CASE WHEN form.state <> 'decided' THEN form.state
                     ELSE (SELECT state FROM ehc_case WHERE ehc_case.request_id = form.id) END,
        due_on = (SELECT due_on FROM ehc_case WHERE ehc_case.request_id = form.id),
        decided_on = (SELECT decided_on FROM ehc_case WHERE ehc_case.request_id = form.id),
        received_on = (SELECT received_on FROM ehc_case WHERE ehc_case.request_id = form.id),
        decision_reason = COALESCE((SELECT reason FROM decision WHERE decision.form_id = form.id
                                     ORDER BY number DESC LIMIT 1), '')
     WHERE EXISTS (SELECT 1 FROM ehc_case WHERE ehc_case.request_id = form.id)
"""


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "ehc_case",
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("statutory", sa.Boolean(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_ehc_case_child_id_child")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["ab_user.id"], name=op.f("fk_ehc_case_recorded_by_id_ab_user")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["form.id"], name=op.f("fk_ehc_case_request_id_form")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ehc_case")),
        sa.UniqueConstraint("request_id", name=op.f("uq_ehc_case_request_id")),
    )
    op.execute(FILL)
    op.create_index(op.f("ix_ehc_case_child_id"), "ehc_case", ["child_id"])
    op.create_index("ix_ehc_case_received_on", "ehc_case", ["received_on", "id"])
    op.create_index("ix_ehc_case_due_on", "ehc_case", ["due_on", "id"])
    for name, state in OPEN_CASES.items():
        words = sa.text(f"state = '{state}'")
        op.create_index(name, "ehc_case", ["due_on", "id"], sqlite_where=words, postgresql_where=words)
    words = sa.text("state = 'received' AND request_id IS NULL")
    op.create_index(
        "uq_ehc_case_without_form",
        "ehc_case",
        ["child_id"],
        unique=True,
        sqlite_where=words,
        postgresql_where=words,
    )
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("case_id", sa.Integer(), nullable=True))
    op.execute(f"UPDATE decision SET case_id = ({OF_REQUEST})")  # noqa: S608 - the words above
    with op.batch_alter_table("decision") as table:
        table.drop_constraint("uq_decision_form_id_number", type_="unique")
        table.drop_constraint("fk_decision_form_id_form", type_="foreignkey")
        table.drop_column("form_id")
        table.alter_column("case_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key("fk_decision_case_id_ehc_case", "ehc_case", ["case_id"], ["id"])
        table.create_unique_constraint("uq_decision_case_id_number", ["case_id", "number"])
    op.execute("UPDATE form SET due_on = NULL WHERE kind = 'request'")
    op.execute("UPDATE form SET state = 'decided' WHERE state IN ('assessing', 'not_assessing')")
    op.execute("UPDATE form SET decision_reason = '' WHERE kind = 'request'")
    for name in OPEN_REQUESTS:
        op.drop_index(name, "form")
    op.drop_column("form", "decided_on")


def downgrade() -> None:
    """Go back: a case without a form, with its decisions, is lost."""
    op.add_column("form", sa.Column("decided_on", sa.Date(), nullable=True))
    op.execute("DELETE FROM decision WHERE case_id IN (SELECT id FROM ehc_case WHERE request_id IS NULL)")
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("form_id", sa.Integer(), nullable=True))
    op.execute(f"UPDATE decision SET form_id = ({OF_CASE})")  # noqa: S608 - the words above
    with op.batch_alter_table("decision") as table:
        table.drop_constraint("uq_decision_case_id_number", type_="unique")
        table.drop_constraint("fk_decision_case_id_ehc_case", type_="foreignkey")
        table.drop_column("case_id")
        table.alter_column("form_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key("fk_decision_form_id_form", "form", ["form_id"], ["id"])
        table.create_unique_constraint("uq_decision_form_id_number", ["form_id", "number"])
    op.execute(BACK)
    for name, criterion in OPEN_REQUESTS.items():
        words = sa.text(criterion)
        op.create_index(name, "form", ["due_on", "id"], sqlite_where=words, postgresql_where=words)
    op.drop_table("ehc_case")
