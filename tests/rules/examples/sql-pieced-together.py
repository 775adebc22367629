import sqlalchemy as sa
from sqlalchemy import text


def bad(session, connection, name):
    # ruleid
    session.execute(text(f"SELECT id FROM child WHERE name = '{name}'"))
    # ruleid
    session.execute(sa.text("SELECT id FROM child WHERE name = '%s'" % name))
    # ruleid
    session.execute(sa.text("SELECT id FROM child WHERE name = " + name))
    # ruleid
    session.execute(sa.text("SELECT id FROM child WHERE name = {}".format(name)))
    # ruleid
    connection.exec_driver_sql(f"DROP TABLE {name}")
    # ruleid
    connection.execute(f"DELETE FROM {name}")


def good(session, table, name):
    session.execute(text("SELECT id FROM child WHERE name = :name"), {"name": name})
    session.execute(table.select().where(table.c.name == name))
