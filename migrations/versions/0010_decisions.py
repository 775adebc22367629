"""Add the history of decisions, the day a decision was made, and what is information rather than advice.

Statutory advice is asked only once an assessment is agreed (SEND Regulations 2014, reg. 6): what was asked earlier
becomes information, and its date the day by which the SEN team would like to have it.

Revision ID: 0010
Revises: 0009
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BATCH = 1000
LONDON = ZoneInfo("Europe/London")
ASSESSING = "kind = 'request' AND state IN ('assessing')"
STATES = ("assessing", "not_assessing")

form = sa.table(
    "form",
    sa.column("id", sa.Integer),
    sa.column("kind", sa.Text),
    sa.column("child_id", sa.Integer),
    sa.column("state", sa.String),
    sa.column("asked_on", sa.Date),
    sa.column("due_on", sa.Date),
    sa.column("wanted_by", sa.Date),
    sa.column("statutory", sa.Boolean),
    sa.column("decided_on", sa.Date),
    sa.column("decided_at", sa.DateTime),
    sa.column("decided_by_id", sa.Integer),
    sa.column("decision_reason", sa.Text),
)


def upgrade() -> None:
    """Go forward."""
    op.add_column("form", sa.Column("statutory", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("form", sa.Column("due_reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("form", sa.Column("adviser_reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("form", sa.Column("wanted_by", sa.Date(), nullable=True))
    op.add_column("form", sa.Column("decided_on", sa.Date(), nullable=True))
    decision = op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("correction_reason", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_decision_form_id_form")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["ab_user.id"], name=op.f("fk_decision_recorded_by_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_decision_form_id_number")),
    )
    assessing = sa.text(ASSESSING)
    op.create_index(
        "ix_form_assessing_requests",
        "form",
        ["due_on", "id"],
        sqlite_where=assessing,
        postgresql_where=assessing,
    )
    _enter_decisions(decision)
    _mark_information()


def downgrade() -> None:
    """Go back."""
    connection = op.get_bind()
    connection.execute(
        sa.update(form)
        .where(form.c.statutory.is_(sa.false()), form.c.due_on.is_(None))
        .values(due_on=form.c.wanted_by)
    )
    op.drop_table("decision")
    op.drop_index("ix_form_assessing_requests", "form")
    for name in ("decided_on", "wanted_by", "adviser_reason", "due_reason", "statutory"):
        op.drop_column("form", name)


def _enter_decisions(decision: sa.Table) -> None:
    """Enter one decision for every request that was decided, on its day in England."""
    connection = op.get_bind()
    columns = (form.c.id, form.c.state, form.c.decided_at, form.c.decided_by_id, form.c.decision_reason)
    decided = sa.select(*columns).where(
        form.c.kind == "request", form.c.state.in_(STATES), form.c.decided_at.is_not(None)
    )
    last = 0
    while rows := connection.execute(decided.where(form.c.id > last).order_by(form.c.id).limit(BATCH)).all():
        last = rows[-1].id
        _enter(connection, decision, rows)


def _enter(connection: sa.Connection, decision: sa.Table, rows: Iterable[Any]) -> None:
    days = {row.id: _day(row.decided_at) for row in rows}
    connection.execute(
        sa.update(form).where(form.c.id == sa.bindparam("of")).values(decided_on=sa.bindparam("day")),
        [{"of": number, "day": day} for number, day in days.items()],
    )
    entered = [
        {
            "created_at": row.decided_at,
            "form_id": row.id,
            "number": 1,
            "outcome": row.state,
            "decided_on": days[row.id],
            "reason": row.decision_reason or "",
            "correction_reason": "",
            "recorded_by_id": row.decided_by_id,
        }
        for row in rows
        if row.decided_by_id is not None
    ]
    if entered:
        connection.execute(sa.insert(decision), entered)


def _mark_information() -> None:
    """Mark as information the advice that was asked for before the council agreed to assess."""
    agreed = form.alias("agreed")
    before = ~sa.exists().where(
        agreed.c.child_id == form.c.child_id,
        agreed.c.kind == "request",
        agreed.c.state == "assessing",
        sa.or_(agreed.c.decided_on.is_(None), agreed.c.decided_on <= form.c.asked_on),
    )
    op.get_bind().execute(
        sa.update(form)
        .where(form.c.kind == "advice", before)
        .values(statutory=sa.false(), wanted_by=form.c.due_on, due_on=None)
    )


def _day(moment: datetime) -> Any:
    return moment.replace(tzinfo=UTC).astimezone(LONDON).date()
