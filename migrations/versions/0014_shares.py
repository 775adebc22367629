"""A form is shared in one submitted version, with professionals or with one parent or young person; a consent form
belongs to the person who gives it.

Until now a form was shared with "parents" as one, and stayed shared after it was returned. What each person could read
yesterday and may still read becomes a share of its own: the newest submission, for those linked now. Sharing of a form
that was returned, cancelled or withdrawn ends. A consent form begun by the SEN team belongs to the parent who sent it or
typed in it; where no parent did, it stays with the SEN team alone.

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SHAREABLE = ("submitted", "accepted", "assessing", "not_assessing")
OPEN_CONSENT = {
    "uq_form_open_consent": (
        ["child_id", "author_id"],
        "kind = 'consent' AND state IN ('draft', 'submitted') AND author_id IS NOT NULL",
    ),
    "uq_form_consent_in_record": (
        ["child_id"],
        "kind = 'consent' AND state = 'draft' AND author_id IS NULL",
    ),
}
ONE_OPEN = {
    "uq_form_share_open_link": (["form_id", "link_id"], "ended_at IS NULL AND link_id IS NOT NULL"),
    "uq_form_share_open_professionals": (["form_id"], "ended_at IS NULL AND link_id IS NULL"),
}

_form = sa.table(
    "form",
    *(
        sa.column(name, kind)
        for name, kind in {
            "id": sa.Integer,
            "kind": sa.Text,
            "child_id": sa.Integer,
            "state": sa.Text,
            "author_id": sa.Integer,
            "recorded_by_team": sa.Boolean,
            "shared_with_professionals_at": sa.DateTime,
            "shared_with_parents_at": sa.DateTime,
        }.items()
    ),
)
_submission = sa.table(
    "submission",
    sa.column("id", sa.Integer),
    sa.column("form_id", sa.Integer),
    sa.column("number", sa.Integer),
    sa.column("answers", sa.JSON),
    sa.column("submitted_by_id", sa.Integer),
)
_draft = sa.table(
    "section_draft",
    sa.column("form_id", sa.Integer),
    sa.column("saved_by_id", sa.Integer),
    sa.column("saved_at", sa.DateTime),
)
_link = sa.table(
    "child_link",
    *(sa.column(name, sa.Integer) for name in ("id", "child_id", "person_id")),
    sa.column("part", sa.Text),
    sa.column("relationship_to_child", sa.Text),
    sa.column("ended_at", sa.DateTime),
)
_child = sa.table("child", sa.column("id", sa.Integer), sa.column("contact_risk", sa.Boolean))
_document = sa.table("document", sa.column("id", sa.Integer), sa.column("sent_number", sa.Integer))
_share = sa.table(
    "form_share",
    *(sa.column(name, sa.Integer) for name in ("form_id", "submission_number", "link_id")),
    sa.column("with_files", sa.Boolean),
    sa.column("on_consent", sa.Boolean),
    sa.column("created_at", sa.DateTime),
    sa.column("ended_at", sa.DateTime),
)


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "form", sa.Column("recorded_by_team", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("child", sa.Column("contact_risk", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("document", sa.Column("sent_number", sa.Integer(), nullable=True))
    op.create_table(
        "form_share",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("submission_number", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("with_files", sa.Boolean(), nullable=False),
        sa.Column("on_consent", sa.Boolean(), nullable=False),
        sa.Column("shared_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id", "submission_number"],
            ["submission.form_id", "submission.number"],
            name="fk_form_share_submission",
        ),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_share_form_id_form")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["child_link.id"], name=op.f("fk_form_share_link_id_child_link")
        ),
        sa.ForeignKeyConstraint(
            ["shared_by_id"], ["ab_user.id"], name=op.f("fk_form_share_shared_by_id_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_share")),
    )
    op.create_index(op.f("ix_form_share_form_id"), "form_share", ["form_id"])
    op.create_index(op.f("ix_form_share_link_id"), "form_share", ["link_id"])
    for name, (columns, criterion) in ONE_OPEN.items():
        _unique(name, "form_share", columns, criterion)
    connection = op.get_bind()
    _young_people(connection)
    _givers(connection)
    _one_open_consent(connection)
    _contact_risks_and_files(connection)
    _shares(connection)
    for name, (columns, criterion) in OPEN_CONSENT.items():
        _unique(name, "form", columns, criterion)
    op.drop_column("form", "shared_with_professionals_at")
    op.drop_column("form", "shared_with_parents_at")


def downgrade() -> None:
    """Go back: a form that one parent may read becomes readable by no one of the family, since it cannot be known whom
    of them it was meant for."""
    for name in OPEN_CONSENT:
        op.drop_index(name, "form")
    op.add_column("form", sa.Column("shared_with_professionals_at", sa.DateTime(), nullable=True))
    op.add_column("form", sa.Column("shared_with_parents_at", sa.DateTime(), nullable=True))
    connection = op.get_bind()
    shared = sa.select(_share.c.created_at).where(
        _share.c.form_id == _form.c.id, _share.c.link_id.is_(None), _share.c.ended_at.is_(None)
    )
    connection.execute(sa.update(_form).values(shared_with_professionals_at=shared.scalar_subquery()))
    connection.execute(sa.update(_link).where(_link.c.part == "young_person").values(part="parent"))
    op.drop_table("form_share")
    op.drop_column("document", "sent_number")
    op.drop_column("child", "contact_risk")
    op.drop_column("form", "recorded_by_team")


def _unique(name: str, table: str, columns: list[str], criterion: str) -> None:
    words = sa.text(criterion)
    op.create_index(name, table, columns, unique=True, sqlite_where=words, postgresql_where=words)


def _young_people(connection: sa.Connection) -> None:
    """Links whose words say that the account is the young person's own."""
    words = sa.func.lower(sa.func.trim(_link.c.relationship_to_child))
    own = words.in_(("young person", "the young person", "self", "myself", "me"))
    connection.execute(sa.update(_link).where(_link.c.part == "parent", own).values(part="young_person"))


def _givers(connection: sa.Connection) -> None:
    """Whose each consent form is: the parent who began, sent or typed in it; else the SEN team writes it down."""
    family = sa.select(_link.c.child_id, _link.c.person_id).where(
        _link.c.part.in_(("parent", "young_person")), _link.c.person_id.is_not(None)
    )
    parents = {tuple(row) for row in connection.execute(family)}
    consents = sa.select(_form.c.id, _form.c.child_id, _form.c.author_id).where(_form.c.kind == "consent")
    for form_id, child_id, author_id in connection.execute(consents).all():
        if (child_id, author_id) in parents:
            continue
        people = [row[0] for row in connection.execute(_who_wrote(form_id))]
        giver = next((person for person in people if (child_id, person) in parents), None)
        connection.execute(
            sa.update(_form)
            .where(_form.c.id == form_id)
            .values(author_id=giver, recorded_by_team=giver is None)
        )


def _who_wrote(form_id: int) -> sa.Select[Any]:
    """Who sent this form, newest first; if it was never sent, who typed in it last."""
    sent = sa.select(
        _submission.c.submitted_by_id.label("person"), _submission.c.number.label("place")
    ).where(_submission.c.form_id == form_id)
    typed = sa.select(_draft.c.saved_by_id.label("person"), sa.literal(0).label("place")).where(
        _draft.c.form_id == form_id
    )
    both = sa.union_all(sent, typed).subquery()
    return sa.select(both.c.person).order_by(both.c.place.desc())


def _one_open_consent(connection: sa.Connection) -> None:
    """Each giver has one open consent: the newest that was sent, or else the newest draft. What is in the others stays
    and can be read, as withdrawn."""
    rows = connection.execute(
        sa.select(_form.c.id, _form.c.child_id, _form.c.author_id, _form.c.state)
        .where(_form.c.kind == "consent", _form.c.state.in_(("draft", "submitted")))
        .order_by(_form.c.state.desc(), _form.c.id.desc())
    ).all()
    seen: set[tuple[int, int | None, str]] = set()
    for form_id, child_id, author_id, state in rows:
        if author_id is None and state == "submitted":
            continue
        key = (child_id, author_id, "")
        if key in seen:
            connection.execute(sa.update(_form).where(_form.c.id == form_id).values(state="withdrawn"))
        seen.add(key)


def _contact_risks_and_files(connection: sa.Connection) -> None:
    """Note on each child what requests and consent forms say already, and on each file with which version it went."""
    risky: set[int] = set()
    sent_with: dict[int, int] = {}
    for child_id, kind, number, answers in _all_sent(connection):
        flat = {
            question: value
            for section in (answers or {}).values()
            if isinstance(section, dict)
            for question, value in section.items()
        }
        if kind in ("request", "consent") and _notes_risk(flat):
            risky.add(child_id)
        for value in flat.values():
            if isinstance(value, list):
                for each in value:
                    if isinstance(each, int) and not isinstance(each, bool):
                        sent_with[each] = max(number, sent_with.get(each, 0))
    for child_id in sorted(risky):
        connection.execute(sa.update(_child).where(_child.c.id == child_id).values(contact_risk=True))
    for document_id, number in sent_with.items():
        connection.execute(
            sa.update(_document).where(_document.c.id == document_id).values(sent_number=number)
        )


def _all_sent(connection: sa.Connection) -> Iterator[tuple[int, str, int, Any]]:
    last = 0
    while True:
        rows = connection.execute(
            sa.select(
                _submission.c.id, _form.c.child_id, _form.c.kind, _submission.c.number, _submission.c.answers
            )
            .join(_form, _form.c.id == _submission.c.form_id)
            .where(_submission.c.id > last)
            .order_by(_submission.c.id)
            .limit(500)
        ).all()
        if not rows:
            return
        for row in rows:
            yield row[1], row[2], row[3], row[4]
        last = rows[-1][0]


def _notes_risk(flat: dict[str, Any]) -> bool:
    def rows(name: str) -> list[dict[str, Any]]:
        return [row for row in flat.get(name) or [] if isinstance(row, dict)]

    private = any(row.get("keep_private") == "yes" for row in rows("contacts"))
    named = any(any(row.values()) for row in rows("not_share"))
    return flat.get("contact_risk") == "yes" or private or named


def _shares(connection: sa.Connection) -> None:
    """What was shared with the professionals, and with each parent linked now. What was shared with professionals is
    taken to rest on the consent in force; where every consent was withdrawn, it is shared no more."""
    newest = (
        sa.select(_submission.c.form_id, sa.func.max(_submission.c.number).label("number"))
        .group_by(_submission.c.form_id)
        .subquery()
    )
    consent, other = _form.alias("consent"), _form.alias("other")
    in_force = sa.exists().where(
        consent.c.child_id == _form.c.child_id, consent.c.kind == "consent", consent.c.state == "submitted"
    )
    withdrawn = sa.exists().where(
        other.c.child_id == _form.c.child_id, other.c.kind == "consent", other.c.state == "withdrawn"
    )
    to_share = sa.select(
        _form.c.id, newest.c.number, sa.null(), sa.true(), sa.false(), _form.c.shared_with_professionals_at
    ).join(newest, newest.c.form_id == _form.c.id)
    columns = ["form_id", "submission_number", "link_id", "with_files", "on_consent", "created_at"]
    professionals = to_share.where(
        _form.c.state.in_(SHAREABLE), _form.c.shared_with_professionals_at.is_not(None)
    )
    rests = sa.and_(_form.c.kind != "consent", in_force)
    alone = sa.or_(_form.c.kind == "consent", sa.and_(~in_force, ~withdrawn))
    for which, on_consent in ((rests, sa.true()), (alone, sa.false())):
        chosen = professionals.where(which).with_only_columns(
            _form.c.id,
            newest.c.number,
            sa.cast(sa.null(), sa.Integer),
            sa.true(),
            on_consent,
            _form.c.shared_with_professionals_at,
        )
        connection.execute(sa.insert(_share).from_select(columns, chosen))
    people = (
        sa.select(
            _form.c.id,
            newest.c.number,
            sa.func.min(_link.c.id),
            sa.true(),
            sa.false(),
            _form.c.shared_with_parents_at,
        )
        .join(newest, newest.c.form_id == _form.c.id)
        .join(_link, _link.c.child_id == _form.c.child_id)
        .where(
            _form.c.kind != "consent",
            _form.c.state.in_(SHAREABLE),
            _form.c.shared_with_parents_at.is_not(None),
            _link.c.part.in_(("parent", "young_person")),
            _link.c.person_id.is_not(None),
            _link.c.ended_at.is_(None),
        )
        .group_by(_form.c.id, newest.c.number, _link.c.person_id, _form.c.shared_with_parents_at)
    )
    connection.execute(sa.insert(_share).from_select(columns, people))
