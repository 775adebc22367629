"""One open link for each person and queue, and one open request for the same advice.

Of open links that were made twice the older stays. Of advice that was asked for twice the one that was started stays,
else the older; the others are marked as no longer needed, with what was written in them.
Links that the SEN team ended are barred. Open links of closed accounts go to their organisation's queue.

Revision ID: 0011
Revises: 0010
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OPEN_ADVICE = "kind = 'advice' AND state IN ('asked', 'draft', 'returned')"
INDEXES = (
    ("uq_child_link_open_person", "child_link", ["child_id", "person_id"], "ended_at IS NULL", True),
    (
        "uq_child_link_open_queue",
        "child_link",
        ["child_id", "organisation_id"],
        "ended_at IS NULL AND person_id IS NULL",
        True,
    ),
    (
        "ix_child_link_barred",
        "child_link",
        ["person_id", "organisation_id", "child_id"],
        "barred IS true",
        False,
    ),
    (
        "uq_form_advice_of_person",
        "form",
        ["child_id", "form_version_id", "organisation_id", "asked_person_id"],
        OPEN_ADVICE,
        True,
    ),
    (
        "uq_form_advice_of_queue",
        "form",
        ["child_id", "form_version_id", "organisation_id"],
        f"{OPEN_ADVICE} AND asked_person_id IS NULL",
        True,
    ),
)

END_DOUBLED_LINKS = """
    UPDATE child_link SET ended_at = :now
     WHERE ended_at IS NULL AND EXISTS (
        SELECT 1 FROM child_link AS older
         WHERE older.id < child_link.id AND older.ended_at IS NULL AND older.child_id = child_link.child_id
           AND (older.person_id = child_link.person_id
                OR (older.person_id IS NULL AND child_link.person_id IS NULL
                    AND older.organisation_id = child_link.organisation_id)))
"""
BAR_ENDED_BY_TEAM = """
    UPDATE child_link SET barred = true
     WHERE ended_at IS NOT NULL AND ended_by_id IS NOT NULL
       AND (person_id IS NULL OR ended_by_id <> person_id)
       AND ended_by_id IN (
        SELECT ab_user_role.user_id FROM ab_user_role JOIN ab_role ON ab_role.id = ab_user_role.role_id
         WHERE ab_role.name IN ('sen_officer', 'sen_manager'))
       AND NOT EXISTS (
        SELECT 1 FROM child_link AS still_open
         WHERE still_open.child_id = child_link.child_id AND still_open.ended_at IS NULL
           AND (still_open.person_id = child_link.person_id
                OR (child_link.person_id IS NULL AND still_open.organisation_id = child_link.organisation_id)))
"""
QUEUE_FOR_CLOSED_ACCOUNTS = """
    INSERT INTO child_link
        (child_id, person_id, organisation_id, part, relationship_to_child, linked_by_id, created_at,
         through_queue, barred)
    SELECT left_over.child_id, NULL, left_over.organisation_id, 'author', '', MIN(left_over.person_id),
           :now, false, false
      FROM child_link AS left_over JOIN ab_user ON ab_user.id = left_over.person_id
     WHERE left_over.ended_at IS NULL AND left_over.part = 'author' AND left_over.organisation_id IS NOT NULL
       AND NOT ab_user.active
       AND NOT EXISTS (
        SELECT 1 FROM child_link AS other JOIN ab_user AS colleague ON colleague.id = other.person_id
         WHERE other.child_id = left_over.child_id AND other.organisation_id = left_over.organisation_id
           AND other.ended_at IS NULL AND colleague.active)
       AND NOT EXISTS (
        SELECT 1 FROM child_link AS queue
         WHERE queue.child_id = left_over.child_id AND queue.organisation_id = left_over.organisation_id
           AND queue.ended_at IS NULL AND queue.person_id IS NULL)
     GROUP BY left_over.child_id, left_over.organisation_id
"""
FREE_THEIR_FORMS = """
    UPDATE form SET author_id = NULL
     WHERE organisation_id IS NOT NULL AND state IN ('asked', 'draft', 'returned', 'submitted')
       AND author_id IN (SELECT id FROM ab_user WHERE NOT active)
"""
END_LINKS_OF_CLOSED_ACCOUNTS = """
    UPDATE child_link SET ended_at = :now
     WHERE ended_at IS NULL AND part = 'author' AND organisation_id IS NOT NULL
       AND person_id IN (SELECT id FROM ab_user WHERE NOT active)
"""
ASKED_BY_NAME = "UPDATE form SET asked_person_id = author_id WHERE kind = 'advice'"
CANCEL_DOUBLED_ADVICE = f"""
    UPDATE form SET state = 'cancelled'
     WHERE {OPEN_ADVICE} AND id NOT IN (
        SELECT id FROM (
            SELECT id, ROW_NUMBER() OVER (
                PARTITION BY child_id, form_version_id, organisation_id, asked_person_id
                ORDER BY CASE state WHEN 'asked' THEN 1 ELSE 0 END, id) AS place
              FROM form WHERE {OPEN_ADVICE}) AS ranked
         WHERE place = 1)
"""  # noqa: S608 - the words above, and nothing that was typed


def upgrade() -> None:
    """Go forward."""
    now = datetime.now(UTC).replace(tzinfo=None)
    for column in ("through_queue", "barred"):
        op.add_column(
            "child_link", sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.add_column("form", sa.Column("asked_person_id", sa.Integer(), nullable=True))
    for statement in (
        END_DOUBLED_LINKS,
        BAR_ENDED_BY_TEAM,
        ASKED_BY_NAME,
        CANCEL_DOUBLED_ADVICE,
        QUEUE_FOR_CLOSED_ACCOUNTS,
        FREE_THEIR_FORMS,
        END_LINKS_OF_CLOSED_ACCOUNTS,
    ):
        words = sa.text(statement)
        if ":now" in statement:
            words = words.bindparams(sa.bindparam("now", now, type_=sa.DateTime()))
        op.execute(words)
    for name, table, columns, criterion, unique in INDEXES:
        words = sa.text(criterion)
        op.create_index(name, table, columns, unique=unique, sqlite_where=words, postgresql_where=words)


def downgrade() -> None:
    """Go back."""
    for name, table, *_rest in INDEXES:
        op.drop_index(name, table)
    op.drop_column("form", "asked_person_id")
    for column in ("barred", "through_queue"):
        op.drop_column("child_link", column)
