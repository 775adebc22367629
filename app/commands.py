"""What is run at the command line: preparing the database, syncing roles, seeding the demo."""

import logging

import click
from flask.cli import AppGroup
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.database.migrations import alone, migrate
from app.core.database.row_filter import bypass_row_filter
from app.core.roles import GRANTS, Grant, Role
from app.core.unit_of_work import AppContext
from app.forms.form_templates import import_seeds
from app.operations.key_rotation import rotate_keys
from app.security import app_context
from app.seed.files import form_seeds

log = logging.getLogger(__name__)

portal_commands = AppGroup("portal", help="Look after the portal.")


def sync_roles(session: Session) -> None:
    """Write what each role means (core/roles.py) into AppBuilder's tables; no other grant stays in them."""
    bypass_row_filter(session, "roles are synced")
    pairs = _pairs(session)
    roles = {row.name: row for row in session.scalars(select(RoleRow))}
    for role in Role:
        if role.name not in roles:
            roles[role.name] = RoleRow(name=role.name)
            session.add(roles[role.name])
    for name, row in roles.items():
        row.permissions = [pairs[grant] for grant in sorted(_meant(name))]
    session.flush()
    for grant in set(pairs) - set().union(*GRANTS.values()):
        session.delete(pairs[grant])
    session.commit()


def role_drift(session: Session) -> list[str]:
    """Where AppBuilder's tables say something else than core/roles.py: one line a grant."""
    held = {row.name: {_grant(pair) for pair in row.permissions} for row in session.scalars(select(RoleRow))}
    return [
        f"{name}: {word} {door} ({level})"
        for name in sorted({*held, *Role.__members__})
        for word, grants in (
            ("must not have", held.get(name, set()) - _meant(name)),
            ("lacks", _meant(name) - held.get(name, set())),
        )
        for door, level in sorted(grants)
    ]


def _meant(name: str) -> frozenset[Grant]:
    return GRANTS[Role[name]] if name in Role.__members__ else frozenset()


def _grant(pair: PermissionView) -> Grant:
    return pair.view_menu.name, pair.permission.name.removeprefix("can_")


def _pairs(session: Session) -> dict[Grant, PermissionView]:
    """AppBuilder's row for each grant, made where it is missing."""
    permissions = {row.name: row for row in session.scalars(select(Permission))}
    menus = {row.name: row for row in session.scalars(select(ViewMenu))}
    pairs = {_grant(row): row for row in session.scalars(select(PermissionView))}
    for door, level in sorted(set().union(*GRANTS.values()) - set(pairs)):
        permission = permissions.setdefault(f"can_{level}", Permission(name=f"can_{level}"))
        menu = menus.setdefault(door, ViewMenu(name=door))
        pairs[door, level] = PermissionView(permission=permission, view_menu=menu)
        session.add(pairs[door, level])
    session.flush()
    return pairs


def prepare(desk: AppContext) -> None:
    """Everything before the first request: tables, roles, form templates, and sealed values of older versions.

    Safe to start twice at once.
    """
    with alone(desk.database):
        migrate(desk.database.url)
        _sync(desk)
    rotate_keys(desk)


def _sync(desk: AppContext) -> None:
    with desk.database.open() as session:
        sync_roles(session)
        import_seeds(session, form_seeds(), desk.clock.now())
        session.commit()


@portal_commands.command("sync")
def sync() -> None:
    """Bring tables, roles and form templates up to date with this version."""
    prepare(app_context())
    click.echo("Up to date.")
