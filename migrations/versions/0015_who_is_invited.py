"""An invitation says whether it is for a parent or carer, or for the young person.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

YOUNG = ("young person", "the young person", "self", "myself", "me")


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "invitation", sa.Column("part", sa.String(length=40), nullable=False, server_default="parent")
    )
    invitation = sa.table(
        "invitation", sa.column("part", sa.String), sa.column("relationship_to_child", sa.String)
    )
    words = sa.func.lower(sa.func.trim(invitation.c.relationship_to_child))
    op.execute(sa.update(invitation).where(words.in_(YOUNG)).values(part="young_person"))


def downgrade() -> None:
    """Go back."""
    op.drop_column("invitation", "part")
