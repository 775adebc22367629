"""Prepare the database for this version: `python run.py prepare`."""

from app.core.database.migrations import alone, migrate
from app.core.unit_of_work import AppContext
from app.forms.form_templates import import_seeds
from app.operations.key_rotation import rotate_keys
from app.operations.role_sync import sync_roles
from app.seed.files import form_seeds


def prepare(context: AppContext) -> None:
    """Migrate the tables, sync roles, import form templates, and encrypt again what an older key encrypted.

    Safe to run twice at once.
    """
    with alone(context.database):
        migrate(context.database.url)
        with context.database.open() as session:
            sync_roles(session)
            import_seeds(session, form_seeds(), context.clock.now())
            session.commit()
    rotate_keys(context)
