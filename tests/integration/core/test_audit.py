"""The audit: one row for everything that happens, in one chain, that the database itself refuses to change."""

import dataclasses
import stat
import threading

import pytest
import sqlalchemy as sa

from app import open_app_context
from app.accounts.events import LoggedIn, RolesChanged
from app.children.events import ChildAdded, ChildViewed
from app.core.audit.chain import Verdict, verify
from app.core.audit.heads import FILE, keep_head, stored_heads
from app.core.origin import Origin
from app.core.unit_of_work import AppContext, unit_of_work
from app.models import AuditRow
from tests.cast import Actor

AUDIT = AuditRow.__table__


def rows(context: AppContext) -> list[sa.RowMapping]:
    """Every line, oldest first."""
    with context.database.engine.connect() as connection:
        return list(connection.execute(sa.select(AUDIT).order_by(AUDIT.c.id)).mappings())


def check(context: AppContext, *heads: str) -> Verdict:
    """Walk the chain."""
    with context.database.open() as session:
        return verify(session, context.notification_service.settings.audit_keys, heads)


def with_audit_keys(context: AppContext, *keys: str) -> AppContext:
    """The same portal with these keys; its engine is to be disposed of."""
    return open_app_context(dataclasses.replace(context.settings, audit_keys=keys), context.clock)


def open_child(actor: Actor, child_id: int = 7, times: int = 1) -> None:
    """Open a child's page so many times."""
    for _ in range(times):
        with actor.works() as work:
            work.record(ChildViewed(child_id=child_id))


def without_triggers(context: AppContext, statement: str) -> None:
    """What a person could do who owns the database server."""
    postgres = not context.database.is_sqlite
    with context.database.engine.begin() as connection:
        for name in ("audit_append_only",) if postgres else ("audit_no_update", "audit_no_delete"):
            connection.exec_driver_sql(
                f"ALTER TABLE audit DISABLE TRIGGER {name}" if postgres else f"DROP TRIGGER {name}"
            )
        connection.exec_driver_sql(statement)


def test_a_row_says_who_did_what_when_and_from_where(context, cast, clock):
    with unit_of_work(context, cast.olu.principal, Origin("mark-of-the-address", "Firefox")) as work:
        work.record(RolesChanged(person_id=3, roles=("parent", "admin")))
        work.record(ChildAdded(child_id=7))

    first, second = rows(context)
    assert (first["event"], first["actor_id"], first["actor_name"]) == (
        "RolesChanged",
        cast.olu.id,
        "Olu Adeyemi",
    )
    assert first["facts"] == {"person_id": 3, "roles": ["parent", "admin"]}
    assert (first["at"], first["address_hash"], first["device"]) == (
        clock.now(),
        "mark-of-the-address",
        "Firefox",
    )
    assert (second["event"], second["child_id"], second["facts"]) == ("ChildAdded", 7, {})


def test_a_person_who_just_proved_who_they_are_is_the_actor(context, cast):
    with unit_of_work(context, None) as work:
        work.record(LoggedIn(person_id=cast.ann.id))

    (row,) = rows(context)
    assert (row["actor_id"], row["actor_name"]) == (cast.ann.id, "Ann Kowalska")


def test_nothing_is_written_of_work_that_failed(context, cast):
    with pytest.raises(RuntimeError), cast.ann.works() as work:
        work.record(ChildViewed(child_id=1))
        raise RuntimeError

    assert rows(context) == []


def test_the_chain_holds(context, cast):
    assert check(context) == Verdict(True, 0, None, "")
    open_child(cast.ann, times=5)

    verdict = check(context)

    assert (verdict.ok, verdict.rows, verdict.head) == (True, 5, rows(context)[-1]["seal"])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET actor_name = 'Somebody Else' WHERE id = 2",
        "UPDATE audit SET actor_name = 'Somebody Else'",
        "DELETE FROM audit WHERE id = 2",
        "DELETE FROM audit",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_line(context, cast, change):
    open_child(cast.ann, times=3)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), context.database.engine.begin() as connection:
        connection.exec_driver_sql(change)

    assert len(rows(context)) == 3


def test_a_line_can_neither_be_replaced_nor_the_table_emptied(context, cast):
    open_child(cast.ann)
    change = (
        "INSERT OR REPLACE INTO audit SELECT * FROM audit" if context.database.is_sqlite else "TRUNCATE audit"
    )

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), context.database.engine.begin() as connection:
        connection.exec_driver_sql(change)


@pytest.mark.parametrize("column", ["actor_name", "event", "device", "address_hash"])
def test_a_changed_line_is_found(context, cast, column):
    open_child(cast.ann, times=5)
    third = rows(context)[2]["id"]

    without_triggers(context, f"UPDATE audit SET {column} = 'X' WHERE id = {third}")  # noqa: S608

    verdict = check(context)
    assert (verdict.ok, verdict.first_bad_id) == (False, third)


def test_a_line_taken_out_of_the_middle_is_found(context, cast):
    open_child(cast.ann, times=5)
    third, fourth = (row["id"] for row in rows(context)[2:4])

    without_triggers(context, f"DELETE FROM audit WHERE id = {third}")  # noqa: S608

    assert check(context).first_bad_id == fourth


def test_a_cut_tail_is_found_by_the_head_stored_elsewhere(context, cast, clock, tmp_path):
    open_child(cast.ann, times=5)
    with context.database.open() as session:
        head = keep_head(session, tmp_path, clock.now())
    last = rows(context)[-1]["id"]

    without_triggers(context, f"DELETE FROM audit WHERE id = {last}")  # noqa: S608

    assert check(context).ok  # the chain alone cannot know
    verdict = check(context, *stored_heads(tmp_path))
    assert (verdict.ok, verdict.missing_heads) == (False, (head,))


def test_heads_are_readable_by_the_owner_only_and_stored_once_each(context, cast, clock, tmp_path):
    seals = []
    for _ in range(2):
        open_child(cast.ann)
        with context.database.open() as session:
            seals += [keep_head(session, tmp_path, clock.now()) for _ in range(2)][:1]

    assert stored_heads(tmp_path) == seals
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    open_child(cast.ann)
    assert check(context, *stored_heads(tmp_path)).ok


def test_eight_at_once_write_one_chain(context, cast):
    threads = [threading.Thread(target=open_child, args=(cast.ann, 7, 25)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    verdict = check(context)
    assert (verdict.ok, verdict.rows) == (True, 200)


def test_text_that_a_database_cannot_hold_does_not_stop_the_audit(context, cast):
    with unit_of_work(context, cast.ann.principal, Origin("", "odd\x00device")) as work:
        work.record(ChildViewed(child_id=1))

    assert rows(context)[0]["device"] == "odddevice"
    assert check(context).ok
