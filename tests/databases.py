"""A prepared database that every test starts from, on SQLite or PostgreSQL (TEST_DATABASE_URL)."""

import os
import secrets
import shutil
from pathlib import Path

import sqlalchemy as sa

from app.core.unit_of_work import AppContext

_SHAPE = """
    SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
        SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable) AS part
          FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
                   WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT unnest(setconfig) FROM pg_db_role_setting
                    JOIN pg_database ON setdatabase = pg_database.oid WHERE datname = current_database()
    ) AS parts
"""
"""What tables and settings look like, in one word: it tells whether a test has changed more than rows."""

_STORED = """
    SELECT quote_ident(relname), string_agg(quote_ident(attname), ', ' ORDER BY attnum)
      FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
           AND attgenerated = '' GROUP BY relname
"""
"""Each table with its columns, without those that the database computes."""

_OTHERS_OUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
)


class TestDatabase:
    """The rows a run begins with, put back before each test.

    On PostgreSQL making a database takes half a second, so the rows are copied to a schema beside the tables and put
    back; only after a test that changed the tables themselves is the database made again.
    """

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.server = os.environ.get("TEST_DATABASE_URL")
        self.folder = folder
        if self.server:
            mark = secrets.token_hex(4)
            self.name, self.template = f"portal_{mark}", f"portal_{mark}_t"
            self.url = sa.make_url(self.server).set(database=self.name).render_as_string(hide_password=False)
            self._server(f'CREATE DATABASE "{self.name}"')
        else:
            self.file, self.saved = folder / "portal.sqlite3", folder / "template.sqlite3"
            self.url = f"sqlite:///{self.file}"

    def keep(self, context: AppContext) -> None:
        """Remember the database as it is now: what every test starts from."""
        if self.server:
            context.database.engine.dispose()
            self._keep_rows()
            self._server(
                f'ALTER DATABASE "{self.name}" RENAME TO "{self.template}"',
                f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"',
            )
        else:
            with context.database.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            context.database.engine.dispose()
            shutil.copy(self.file, self.saved)

    def fresh(self, context: AppContext) -> None:
        """Start again from the saved database."""
        context.database.session.remove()
        context.database.engine.dispose()
        if self.server:
            if not self._put_rows_back():
                self._server(
                    f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)',
                    f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"',
                )
        else:
            for leftover in ("", "-wal", "-shm"):
                Path(f"{self.file}{leftover}").unlink(missing_ok=True)
            shutil.copy(self.saved, self.file)

    def drop(self, context: AppContext) -> None:
        """Leave nothing on the server."""
        context.database.engine.dispose()
        if self.server:
            self._server(
                f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)',
                f'DROP DATABASE IF EXISTS "{self.template}"',
            )

    def _keep_rows(self) -> None:
        engine = sa.create_engine(self.url)
        with engine.begin() as connection:
            self.shape = connection.scalar(sa.text(_SHAPE))
            tables = connection.scalars(
                sa.text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
            ).all()
            numbers = connection.execute(
                sa.text(
                    "SELECT quote_ident(sequencename), coalesce(last_value, start_value), last_value IS NOT NULL"
                    " FROM pg_sequences WHERE schemaname = 'public'"
                )
            ).all()
            guards = connection.execute(
                sa.text(
                    "SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger WHERE tgenabled = 'A'"
                )
            ).all()
            stored = connection.execute(sa.text(_STORED)).all()
            connection.execute(sa.text("CREATE SCHEMA saved"))
            for table in tables:
                connection.execute(sa.text(f"CREATE TABLE saved.{table} AS TABLE public.{table}"))
        engine.dispose()
        # What the tables forbid (triggers, keys that would have to be deleted in order) is not what is tested here.
        self.again = [
            "SET session_replication_role = replica",
            "SET synchronous_commit = off",
            *(f"ALTER TABLE public.{table} DISABLE TRIGGER {guard}" for table, guard in guards),
            *(f"DELETE FROM public.{table}" for table in tables),  # noqa: S608  the tables' own names
            *(
                f"INSERT INTO public.{table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM saved.{table}"  # noqa: S608
                for table, columns in stored
            ),
            *(f"SELECT setval('public.{name}', {last}, {used})" for name, last, used in numbers),
            *(f"ALTER TABLE public.{table} ENABLE ALWAYS TRIGGER {guard}" for table, guard in guards),
        ]

    def _put_rows_back(self) -> bool:
        """Whether the saved rows were put back; not where the tables themselves have changed, or are gone."""
        engine = sa.create_engine(self.url)
        try:
            with engine.begin() as connection:
                connection.execute(sa.text(_OTHERS_OUT), {"name": self.name})
                if connection.scalar(sa.text(_SHAPE)) != self.shape:
                    return False
                connection.connection.cursor().execute("; ".join(self.again))
                return True
        except sa.exc.OperationalError:
            return False
        finally:
            engine.dispose()

    def _server(self, *statements: str) -> None:
        engine = sa.create_engine(self.server or "", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))
        engine.dispose()
