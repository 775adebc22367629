"""Information and advice on one form may both be awaited from one adviser; each of them once.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

OPEN_ADVICE = "kind = 'advice' AND state IN ('asked', 'draft', 'returned')"
OF_QUEUE = f"{OPEN_ADVICE} AND asked_person_id IS NULL"
COLUMNS = ["child_id", "form_version_id", "organisation_id"]
CANCEL_INFORMATION_BESIDE_ADVICE = f"""
    UPDATE form SET state = 'cancelled'
     WHERE {OPEN_ADVICE} AND statutory IS false AND EXISTS (
        SELECT 1 FROM form AS other
         WHERE other.kind = 'advice' AND other.state IN ('asked', 'draft', 'returned') AND other.statutory IS true
           AND other.child_id = form.child_id AND other.form_version_id = form.form_version_id
           AND other.organisation_id = form.organisation_id
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
    _drop()
    _make(["statutory"])


def downgrade() -> None:
    """Go back: information beside advice of the same adviser is marked as no longer needed."""
    _drop()
    op.execute(CANCEL_INFORMATION_BESIDE_ADVICE)
    _make([])
