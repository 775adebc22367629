"""Stop a program that does not fit the version of the database tables."""

import sys
from typing import NoReturn

from config import Settings

WRONG_TABLES = 5
"""The exit code for wrong tables. Another start does not help, so systemd does not try. (gunicorn exits with 3 or 4.)"""

NO_DATABASE = 4
"""The exit code for no database. Another start helps: after a boot the database may be later than the portal."""


def leave_unless_current(settings: Settings) -> None:
    """Exit with a message unless the database is at the migration that this version needs."""
    from sqlalchemy.exc import SQLAlchemyError

    from app.core.database.engine import Database
    from app.core.database.health import revision_of
    from app.core.database.migrations import newest_revision

    database = Database(settings.database_url)
    try:
        found, wanted = revision_of(database), newest_revision()
    except SQLAlchemyError as error:
        _leave(
            f"The database does not answer ({type(error).__name__}). Is it running, and is DATABASE_URL right?",
            NO_DATABASE,
        )
    finally:
        database.engine.dispose()
    if found != wanted:
        _leave(
            f"The database is at migration {found or 'none'}, and this version of the portal works with {wanted}. "
            "Run `python run.py prepare` once, on one machine, then start again.",
            WRONG_TABLES,
        )


def _leave(reason: str, code: int) -> NoReturn:
    print(reason, file=sys.stderr)
    sys.exit(code)
