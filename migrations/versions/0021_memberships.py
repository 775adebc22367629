"""A person may work for several organisations: where they work moves from the account to memberships.

Each account that had an organisation has one open membership of it, which it acts for. A job title of an account without
an organisation is lost. A person may be linked to one child for each organisation; messages and the audit say for
which organisation a person got or did something.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOVED = (
    "organisation_id",
    "job_title",
    "organisation_confirmed_at",
    "organisation_confirmed_by_id",
    "leads_organisation",
)
LINKS = {
    "uq_child_link_open_person": (
        ["child_id", "person_id", "organisation_id"],
        "ended_at IS NULL AND organisation_id IS NOT NULL",
    ),
    "uq_child_link_open_family": (["child_id", "person_id"], "ended_at IS NULL AND organisation_id IS NULL"),
}
END_OLDER_LINKS = """
    UPDATE child_link SET ended_at = CURRENT_TIMESTAMP, ended_by_id = person_id
     WHERE ended_at IS NULL AND person_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM child_link AS newer
         WHERE newer.child_id = child_link.child_id AND newer.person_id = child_link.person_id
           AND newer.ended_at IS NULL AND newer.id > child_link.id)
"""
OPEN = {
    "uq_membership_open": (["person_id", "organisation_id"], "ended_at IS NULL"),
    "uq_membership_acted_for": (["person_id"], "acted_for IS true"),
}

_person = sa.table(
    "ab_user",
    sa.column("id", sa.Integer),
    sa.column("organisation_id", sa.Integer),
    sa.column("organisation_confirmed_at", sa.DateTime),
    sa.column("organisation_confirmed_by_id", sa.Integer),
    sa.column("leads_organisation", sa.Boolean),
    sa.column("job_title", sa.Text),
    sa.column("created_on", sa.DateTime),
)
_saved = sa.table("kept_post", sa.column("person_id", sa.Integer), sa.column("organisation_id", sa.Integer))
_membership = sa.table(
    "membership",
    sa.column("person_id", sa.Integer),
    sa.column("organisation_id", sa.Integer),
    sa.column("job_title", sa.Text),
    sa.column("created_at", sa.DateTime),
    sa.column("started_at", sa.DateTime),
    sa.column("confirmed_at", sa.DateTime),
    sa.column("confirmed_by_id", sa.Integer),
    sa.column("leads", sa.Boolean),
    sa.column("acted_for", sa.Boolean),
)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "membership",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("leads", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("acted_for", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["ab_user.id"], name=op.f("fk_membership_person_id_ab_user")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["ab_user.id"], name=op.f("fk_membership_confirmed_by_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"])
    op.create_index("ix_membership_organisation", "membership", ["organisation_id", "ended_at", "person_id"])
    for name, (columns, criterion) in OPEN.items():
        _unique(name, "membership", columns, criterion)
    began = sa.func.coalesce(_person.c.created_on, sa.func.current_timestamp())
    held = sa.select(
        _person.c.id,
        _person.c.organisation_id,
        _person.c.job_title,
        began,
        began,
        _person.c.organisation_confirmed_at,
        _person.c.organisation_confirmed_by_id,
        _person.c.leads_organisation,
        sa.true(),
    ).where(_person.c.organisation_id.is_not(None))
    op.execute(sa.insert(_membership).from_select([column.name for column in _membership.c], held))
    op.add_column("kept_post", sa.Column("organisation_id", sa.Integer()))
    of_author = sa.select(_person.c.organisation_id).where(_person.c.id == _saved.c.person_id)
    op.execute(sa.update(_saved).values(organisation_id=of_author.scalar_subquery()))
    op.drop_index("ix_ab_user_organisation_id", "ab_user")
    with op.batch_alter_table("ab_user") as batch:  # SQLite drops no column that has a foreign key
        for name in MOVED:
            batch.drop_column(name)
    op.drop_index("uq_child_link_open_person", "child_link")
    for name, (columns, criterion) in LINKS.items():
        _unique(name, "child_link", columns, criterion)
    for name in ("organisation_id", "sender_organisation_id"):
        key = sa.ForeignKey("organisation.id", name=f"fk_message_{name}_organisation")
        op.add_column("message", sa.Column(name, sa.Integer(), key), inline_references=True)
    op.add_column("audit", sa.Column("organisation_id", sa.Integer()))


def _unique(name: str, table: str, columns: list[str], criterion: str) -> None:
    words = sa.text(criterion)
    op.create_index(name, table, columns, unique=True, sqlite_where=words, postgresql_where=words)


def downgrade() -> None:
    """Go back: an account belongs to the organisation that it acts for, and its other memberships are lost.

    Of a person's links to one child only the newest stays open. Rows of the audit that name an organisation cannot be
    checked by the older version.
    """
    op.drop_column("audit", "organisation_id")
    op.drop_column("kept_post", "organisation_id")
    with op.batch_alter_table("message") as batch:
        batch.drop_column("organisation_id")
        batch.drop_column("sender_organisation_id")
    for name in LINKS:
        op.drop_index(name, "child_link")
    op.execute(END_OLDER_LINKS)
    _unique("uq_child_link_open_person", "child_link", ["child_id", "person_id"], "ended_at IS NULL")
    op.add_column(
        "ab_user",
        sa.Column(
            "organisation_id",
            sa.Integer(),
            sa.ForeignKey("organisation.id", name="fk_ab_user_organisation_id_organisation"),
        ),
        inline_references=True,
    )
    op.add_column("ab_user", sa.Column("organisation_confirmed_at", sa.DateTime()))
    op.add_column(
        "ab_user",
        sa.Column(
            "organisation_confirmed_by_id",
            sa.Integer(),
            sa.ForeignKey("ab_user.id", name="fk_ab_user_organisation_confirmed_by_id_ab_user"),
        ),
        inline_references=True,
    )
    op.add_column(
        "ab_user", sa.Column("leads_organisation", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("ab_user", sa.Column("job_title", sa.Text()))
    op.create_index("ix_ab_user_organisation_id", "ab_user", ["organisation_id"])
    acted_for = sa.and_(_membership.c.person_id == _person.c.id, _membership.c.acted_for.is_(True))
    moved = {
        "organisation_id": _membership.c.organisation_id,
        "organisation_confirmed_at": _membership.c.confirmed_at,
        "organisation_confirmed_by_id": _membership.c.confirmed_by_id,
        "leads_organisation": sa.func.coalesce(_membership.c.leads, sa.false()),
        "job_title": _membership.c.job_title,
    }
    has_one = sa.exists().where(acted_for)
    values = {name: sa.select(column).where(acted_for).scalar_subquery() for name, column in moved.items()}
    op.execute(sa.update(_person).where(has_one).values(values))
    op.drop_table("membership")
