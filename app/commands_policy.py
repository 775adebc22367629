"""The access policy at the command line: writing the manual, and whether AppBuilder's tables still say the same."""

import sys
from pathlib import Path

import click

from app.commands import portal_commands, role_drift
from app.core.database.row_filter import bypass_row_filter
from app.operations.access_manual import access_manual
from app.security import app_context

MANUAL = Path(__file__).parent.parent / "docs" / "access.md"


@portal_commands.command("access-manual")
def write_access_manual() -> None:
    """Write docs/access.md anew from the grants, the steps and the rules of sight."""
    MANUAL.write_text(access_manual(), encoding="utf-8")
    click.echo(f"Written: {MANUAL}")


@portal_commands.command("check-roles")
def check_roles() -> None:
    """Tell where AppBuilder's tables differ from what the roles mean. Changes nothing; `sync` puts it right."""
    with app_context().database.open() as session:
        bypass_row_filter(session, "roles are compared")
        drift = role_drift(session)
    for line in drift:
        click.echo(line)
    if drift:
        sys.exit(1)
    click.echo("The roles are as written.")
