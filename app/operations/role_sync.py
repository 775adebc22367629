"""Copy the grants of app/core/roles.py into AppBuilder's tables, and compare them."""

from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.database.row_filter import bypass_row_filter
from app.core.roles import GRANTS, Grant, Role


def sync_roles(session: Session) -> None:
    """Write the grants of each role into AppBuilder's tables, delete every other grant, and commit."""
    bypass_row_filter(session, "roles are synced")
    pairs = _pairs(session)
    roles = {row.name: row for row in session.scalars(select(RoleRow))}
    for role in Role:
        if role.name not in roles:
            roles[role.name] = RoleRow(name=role.name)
            session.add(roles[role.name])
    for name, row in roles.items():
        row.permissions = [pairs[grant] for grant in sorted(_grants_of(name))]
    session.flush()
    for grant in set(pairs) - set().union(*GRANTS.values()):
        session.delete(pairs[grant])
    session.commit()


def role_drift(session: Session) -> list[str]:
    """Return one line for each grant in which AppBuilder's tables differ from app/core/roles.py."""
    bypass_row_filter(session, "roles are compared")
    stored = {
        row.name: {_grant(pair) for pair in row.permissions} for row in session.scalars(select(RoleRow))
    }
    return [
        f"{name}: {word} {page} ({level})"
        for name in sorted({*stored, *Role.__members__})
        for word, grants in (
            ("must not have", stored.get(name, set()) - _grants_of(name)),
            ("lacks", _grants_of(name) - stored.get(name, set())),
        )
        for page, level in sorted(grants)
    ]


def _grants_of(name: str) -> frozenset[Grant]:
    return GRANTS[Role[name]] if name in Role.__members__ else frozenset()


def _grant(pair: PermissionView) -> Grant:
    return pair.view_menu.name, pair.permission.name.removeprefix("can_")


def _pairs(session: Session) -> dict[Grant, PermissionView]:
    """Return AppBuilder's row for each grant, added where it is missing."""
    permissions = {row.name: row for row in session.scalars(select(Permission))}
    menus = {row.name: row for row in session.scalars(select(ViewMenu))}
    pairs = {_grant(row): row for row in session.scalars(select(PermissionView))}
    for page, level in sorted(set().union(*GRANTS.values()) - set(pairs)):
        permission = permissions.setdefault(f"can_{level}", Permission(name=f"can_{level}"))
        menu = menus.setdefault(page, ViewMenu(name=page))
        pairs[page, level] = PermissionView(permission=permission, view_menu=menu)
        session.add(pairs[page, level])
    session.flush()
    return pairs
