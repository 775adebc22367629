"""What a role means is written in core/roles.py; AppBuilder's tables mirror exactly that."""

import pytest
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select

from app.core.roles import GRANTS, Role
from tests.cast import everything


def run(app, *command):
    done = app.test_cli_runner().invoke(args=["portal", *command])
    return done.exit_code, done.output


def held(context):
    """What AppBuilder's tables say each role may do."""
    with everything(context) as work:
        return {
            row.name: {(each.view_menu.name, each.permission.name) for each in row.permissions}
            for row in work.session.scalars(select(RoleRow))
        }


def meant():
    return {role.name: {(view, f"can_{level}") for view, level in GRANTS[role]} for role in Role}


def role_row(work, name):
    return work.session.scalars(select(RoleRow).where(RoleRow.name == name)).one()


def grant(work, view, level):
    """A grant that is not in roles.py."""
    permission = work.session.scalars(select(Permission).where(Permission.name == f"can_{level}")).one()
    menu = work.session.scalars(select(ViewMenu).where(ViewMenu.name == view)).one_or_none()
    return work.add(PermissionView(permission=permission, view_menu=menu or ViewMenu(name=view)))


@pytest.fixture
def drifted(context):
    """A parent who may read the audit, an officer without messages, an unknown role."""
    with everything(context) as work:
        pairs = {
            (each.view_menu.name, each.permission.name): each
            for each in work.session.scalars(select(PermissionView))
        }
        parent, officer = role_row(work, "parent"), role_row(work, "sen_officer")
        parent.permissions.append(pairs["Audit", "can_read"])
        officer.permissions.remove(pairs["Messages", "can_write"])
        work.add(RoleRow(name="Visitor", permissions=[grant(work, "Backdoor", "read")]))


def test_after_sync_the_tables_hold_exactly_what_the_roles_mean(context):
    assert held(context) == meant()
    with everything(context) as work:
        pairs = {
            (each.view_menu.name, each.permission.name)
            for each in work.session.scalars(select(PermissionView))
        }
    assert pairs == set().union(*meant().values())


def test_sync_restores_changed_grants(app, context, drifted):
    assert held(context) != meant()

    assert run(app, "sync")[0] == 0

    assert held(context) == meant() | {"Visitor": set()}
    with everything(context) as work:
        assert "Backdoor" not in {
            each.view_menu.name for each in work.session.scalars(select(PermissionView))
        }
    assert run(app, "check-roles")[0] == 0


def test_drift_is_reported_grant_by_grant_and_nothing_is_changed(app, context, drifted):
    before = held(context)

    code, output = run(app, "check-roles")

    assert code == 1
    assert output.splitlines() == [
        "Visitor: must not have Backdoor (read)",
        "parent: must not have Audit (read)",
        "sen_officer: lacks Messages (write)",
    ]
    assert held(context) == before


def test_unchanged_roles_are_reported_as_unchanged(app):
    assert run(app, "check-roles") == (0, "The roles are as written.\n")


def test_a_role_whose_row_is_missing_lacks_all_it_should_have(app, context):
    with everything(context) as work:
        row = role_row(work, "sen_manager")
        row.permissions, row.name = [], "old_manager"
    code, output = run(app, "check-roles")
    assert code == 1
    assert len(output.splitlines()) == len(GRANTS[Role.sen_manager])
