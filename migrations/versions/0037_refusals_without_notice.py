"""An index of the refused cases whose notice has not been sent, for Today.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

UNSENT = sa.text("due_on IS NOT NULL AND state IN ('not_assessing', 'not_issuing')")


def upgrade() -> None:
    """Go forward."""
    op.create_index(
        "ix_ehc_case_without_notice",
        "ehc_case",
        ["due_on", "id"],
        sqlite_where=UNSENT,
        postgresql_where=UNSENT,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_ehc_case_without_notice", "ehc_case")
