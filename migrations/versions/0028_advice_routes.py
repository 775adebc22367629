"""Routes for requests for advice, and the service and paragraph that each request is for.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

OPEN_ADVICE = "kind = 'advice' AND state IN ('asked', 'draft', 'returned')"
OF_QUEUE = f"{OPEN_ADVICE} AND asked_person_id IS NULL"
COLUMNS = ["child_id", "form_version_id", "organisation_id", "statutory"]
CANCEL_OTHER_SERVICES = f"""
    UPDATE form SET state = 'cancelled'
     WHERE {OPEN_ADVICE} AND EXISTS (
        SELECT 1 FROM form AS other
         WHERE other.kind = 'advice' AND other.state IN ('asked', 'draft', 'returned') AND other.id < form.id
           AND other.child_id = form.child_id AND other.form_version_id = form.form_version_id
           AND other.organisation_id = form.organisation_id AND other.statutory = form.statutory
           AND COALESCE(other.asked_person_id, 0) = COALESCE(form.asked_person_id, 0))
"""  # noqa: S608 - the words above, and nothing that was typed


def _make(more: list[str]) -> None:
    for name, columns, criterion in (
        ("uq_form_advice_of_person", [*COLUMNS, *more, "asked_person_id"], OPEN_ADVICE),
        ("uq_form_advice_of_queue", [*COLUMNS, *more], OF_QUEUE),
    ):
        words = sa.text(criterion)
        op.create_index(name, "form", columns, unique=True, sqlite_where=words, postgresql_where=words)


def _drop() -> None:
    for name in ("uq_form_advice_of_person", "uq_form_advice_of_queue"):
        op.drop_index(name, "form")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "advice_route",
        sa.Column("paragraph", sa.String(40), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("organisation_kind", sa.String(40), nullable=True),
        sa.Column("applies", sa.String(40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_advice_route_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["form_template.id"], name=op.f("fk_advice_route_template_id_form_template")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice_route")),
    )
    op.add_column("form", sa.Column("paragraph", sa.String(40), nullable=True))
    op.add_column("form", sa.Column("service", sa.Text(), server_default="", nullable=False))
    op.add_column("ehc_case", sa.Column("views_invited_on", sa.Date(), nullable=True))
    _drop()
    _make(["service"])


def downgrade() -> None:
    """Go back: of several services of one organisation, only the request that was made first stays open."""
    _drop()
    op.execute(CANCEL_OTHER_SERVICES)
    _make([])
    op.drop_column("ehc_case", "views_invited_on")
    op.drop_column("form", "service")
    op.drop_column("form", "paragraph")
    op.drop_table("advice_route")
