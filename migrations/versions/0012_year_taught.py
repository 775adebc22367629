"""Record the year group a child is taught in, and mark forms of early years settings as brought to attention.

The year taught decides what advice must look ahead to (SEND Regulations 2014, reg. 6(1)(g)); it was in the request only.
An early years setting brings a child to attention (Children and Families Act 2014, s. 23 and 24): it makes no request
under s. 36(1).

Revision ID: 0012
Revises: 0011
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BATCH = 1000
QUESTION = "actual_year"

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
form = sa.table(
    "form",
    sa.column("id", sa.Integer),
    sa.column("kind", sa.Text),
    sa.column("child_id", sa.Integer),
    sa.column("organisation_id", sa.Integer),
    sa.column("received_on", sa.Date),
    sa.column("statutory", sa.Boolean),
)
submission = sa.table(
    "submission",
    sa.column("id", sa.Integer),
    sa.column("form_id", sa.Integer),
    sa.column("answers", Json),
)
organisation = sa.table("organisation", sa.column("id", sa.Integer), sa.column("kind", sa.String))
child = sa.table(
    "child",
    sa.column("id", sa.Integer),
    sa.column("year_taught", sa.Integer),
    sa.column("year_taught_on", sa.Date),
)


def upgrade() -> None:
    """Go forward."""
    op.add_column("child", sa.Column("year_taught", sa.Integer(), nullable=True))
    op.add_column("child", sa.Column("year_taught_on", sa.Date(), nullable=True))
    connection = op.get_bind()
    early_years = sa.select(organisation.c.id).where(organisation.c.kind == "early_years")
    connection.execute(
        sa.update(form)
        .where(form.c.kind == "request", form.c.organisation_id.in_(early_years))
        .values(statutory=sa.false())
    )
    _record_years(connection)


def downgrade() -> None:
    """Go back."""
    op.get_bind().execute(sa.update(form).where(form.c.kind == "request").values(statutory=sa.true()))
    op.drop_column("child", "year_taught_on")
    op.drop_column("child", "year_taught")


def _record_years(connection: sa.Connection) -> None:
    """Take the year from the requests that were sent, the oldest first, so that the newest counts."""
    sent = (
        sa.select(submission.c.id, submission.c.answers, form.c.child_id, form.c.received_on)
        .join(form, form.c.id == submission.c.form_id)
        .where(form.c.kind == "request", form.c.received_on.is_not(None))
    )
    last = 0
    while rows := connection.execute(
        sent.where(submission.c.id > last).order_by(submission.c.id).limit(BATCH)
    ).all():
        last = rows[-1].id
        found = [(row.child_id, _year(row.answers), row.received_on) for row in rows]
        years = [{"of": number, "year": year, "day": day} for number, year, day in found if year is not None]
        if years:
            connection.execute(
                sa.update(child)
                .where(child.c.id == sa.bindparam("of"))
                .values(year_taught=sa.bindparam("year"), year_taught_on=sa.bindparam("day")),
                years,
            )


def _year(answers: Any) -> int | None:
    sections = answers.values() if isinstance(answers, dict) else ()
    for given in sections:
        value = given.get(QUESTION) if isinstance(given, dict) else None
        if isinstance(value, str) and value.lstrip("-").isdigit() and len(value) <= 3:
            return int(value)
    return None
