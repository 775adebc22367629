"""What ends a transaction, what goes on in it, and that nothing unasked is stored."""

import os

import pytest
import sqlalchemy as sa

from app.core.database.compiled_query import CompiledQuery
from app.core.database.engine import CHANGED, Database, begin_writing, end_reading
from app.core.database.row_filter import bypass_row_filter
from app.core.unit_of_work import AppContext
from app.models import AuditRow, Message

AUDIT_ROW = {"event": "Tried", "actor_name": "", "facts": {}, "address_hash": "", "device": "", "seal": ""}
ON_POSTGRESQL = pytest.mark.skipif("TEST_DATABASE_URL" not in os.environ, reason="needs PostgreSQL")


@pytest.fixture
def session(context: AppContext):
    """A session that sees everything."""
    with context.database.open() as opened:
        bypass_row_filter(opened, "a test of transactions")
        yield opened


def unread(session) -> int:
    return session.scalar(sa.select(sa.func.count(Message.id)).where(Message.read_at.is_(None)))


def read_all(session, clock) -> None:
    session.execute(sa.update(Message).values(read_at=clock.now()))


def test_what_was_changed_while_only_reading_is_undone(session, make, cast, clock):
    make.message(cast.sana, subject="s", body="b")
    read_all(session, clock)
    end_reading(session)

    assert unread(session) == 1


def test_a_savepoint_in_between_makes_no_difference(session, make, cast, clock):
    make.message(cast.sana, subject="s", body="b")
    read_all(session, clock)
    with session.begin_nested():
        pass
    end_reading(session)

    assert unread(session) == 1


def test_what_was_changed_before_the_writing_began_is_undone(session, make, cast, clock):
    make.message(cast.sana, subject="s", body="b")
    read_all(session, clock)
    begin_writing(session)
    session.commit()

    assert unread(session) == 1


def test_the_next_transaction_has_changed_nothing(session, make, cast, clock):
    make.message(cast.sana, subject="s", body="b")
    read_all(session, clock)
    session.commit()

    assert CHANGED not in session.info


def test_a_row_that_is_entered_below_the_orm_is_a_change(session, clock):
    session.execute(
        sa.insert(AuditRow.__table__), [AUDIT_ROW | {"at": clock.now(), "created_at": clock.now()}]
    )
    end_reading(session)

    assert session.scalar(sa.select(sa.func.count(AuditRow.id)).where(AuditRow.event == "Tried")) == 0


def test_sqlite_begins_to_write_in_a_transaction_of_its_own_and_postgresql_goes_on(context, session):
    session.scalar(sa.select(1))
    reading = session.get_transaction()
    begin_writing(session)

    assert (session.get_transaction() is reading) is not context.database.is_sqlite


@ON_POSTGRESQL
def test_each_statement_sees_what_is_committed_whatever_the_servers_default(context):
    server = context.database.engine.url
    with context.database.engine.connect() as connection:
        connection.execute(
            sa.text(f'ALTER DATABASE "{server.database}" SET default_transaction_isolation = serializable')
        )
        connection.commit()
    ours = Database(server.render_as_string(hide_password=False))
    with ours.open() as session:
        assert session.scalar(sa.text("SHOW transaction_isolation")) == "read committed"
    ours.engine.dispose()


@ON_POSTGRESQL
def test_a_connection_whose_server_went_away_is_not_used_again(context):
    one = CompiledQuery(sa.select(sa.literal_column("1", sa.Integer)))
    with context.database.open() as session:
        number = session.scalar(sa.text("SELECT pg_backend_pid()"))
    with sa.create_engine(context.database.engine.url).connect() as killer:
        killer.execute(sa.text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
    killer.engine.dispose()

    with context.database.open() as session:
        assert one.rows(session) == [(1,)]
        assert session.scalar(sa.text("SELECT pg_backend_pid()")) != number


@ON_POSTGRESQL
def test_a_connection_that_was_silent_for_long_is_asked_first(context, monkeypatch):
    asked = []
    with context.database.engine.connect() as connection:
        driver_connection = connection.connection.dbapi_connection
    monkeypatch.setattr(type(driver_connection), "execute", lambda self, text: asked.append(text))
    context.database.engine.connect().close()
    assert asked == []

    monkeypatch.setattr("app.core.database.engine._CHECK_AFTER", -1.0)
    context.database.engine.connect().close()
    assert asked == [""]


@ON_POSTGRESQL
def test_a_connection_keeps_more_than_psycopgs_hundred_statements_prepared(context):
    prepared = sa.text("SELECT count(*) FROM pg_prepared_statements")
    with context.database.engine.connect() as connection:
        for _ in range(7):
            for number in range(150):
                connection.exec_driver_sql(f"SELECT {number}")
        assert connection.scalar(prepared) >= 150
