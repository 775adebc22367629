import sqlalchemy as sa
from sqlalchemy import select, text


def bad(session, connection, table, name):
    # ruleid
    session.execute(text("SELECT name FROM child"))
    # ruleid
    session.execute(sa.text("SELECT name FROM child WHERE id = :id"), {"id": 1})
    # ruleid
    connection.exec_driver_sql("DELETE FROM child")
    # ruleid
    connection.connection.cursor().execute("DELETE FROM child")
    # ruleid
    connection.execute("PRAGMA foreign_keys = off")
    # ruleid
    select(sa.literal_column("name")).select_from(table)
    # ruleid
    session.query(table).from_statement(select(table))


def good(session, table, question, answers):
    session.execute(select(table.name))
    session.execute(select(table).where(table.id == 1))
    return question.kind.text(question, answers)
