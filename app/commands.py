"""What is run at the command line: preparing the database, syncing roles, seeding the demo."""

import logging
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from flask.cli import AppGroup
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roles import GRANTS, Role
from app.security import office
from app.seed.files import form_seeds
from app.services.form_templates import import_seeds
from app.services.work import Office
from app.store.guard import look_as_system

log = logging.getLogger(__name__)
ROOT = Path(__file__).parent.parent

portal_commands = AppGroup("portal", help="Look after the portal.")


def migrate(database_url: str) -> None:
    """Bring the tables up to date."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    command.upgrade(config, "head")


def sync_roles(session: Session) -> None:
    """Write what each role means (domain/roles.py) into AppBuilder's tables; nothing else stays in them."""
    look_as_system(session, "roles are synced")
    doors = {door for grants in GRANTS.values() for door in grants}
    permissions = {row.name: row for row in session.scalars(select(Permission))}
    menus = {row.name: row for row in session.scalars(select(ViewMenu))}
    for view_name, level in sorted(doors):
        permissions.setdefault(f"can_{level}", Permission(name=f"can_{level}"))
        menus.setdefault(view_name, ViewMenu(name=view_name))
    session.add_all([*permissions.values(), *menus.values()])
    session.flush()
    pairs = {
        (row.view_menu.name, row.permission.name): row for row in session.scalars(select(PermissionView))
    }
    for view_name, level in sorted(doors):
        key = (view_name, f"can_{level}")
        if key not in pairs:
            pairs[key] = PermissionView(permission=permissions[key[1]], view_menu=menus[view_name])
            session.add(pairs[key])
    roles = {row.name: row for row in session.scalars(select(RoleRow))}
    for role in Role:
        row = roles.get(role.name) or RoleRow(name=role.name)
        row.permissions = [pairs[name, f"can_{level}"] for name, level in sorted(GRANTS[role])]
        session.add(row)
    session.commit()


def prepare(desk: Office) -> None:
    """Everything before the first request: tables, roles, form templates, and in demo mode the demo cast."""
    migrate(desk.database.url)
    with desk.database.open() as session:
        sync_roles(session)
        import_seeds(session, form_seeds(), desk.clock.now())
        session.commit()


@portal_commands.command("sync")
def sync() -> None:
    """Bring tables, roles and form templates up to date with this version."""
    prepare(office())
    click.echo("Up to date.")
