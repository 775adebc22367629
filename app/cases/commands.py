"""The command that compares stored due dates with the rules."""

import sys

import click

from app.cases.due_dates import check_due_dates
from app.core.command_line import app_context, portal_commands
from app.core.database.row_filter import bypass_row_filter


@portal_commands.command("check-deadlines")
def check_deadlines() -> None:
    """Compute every stored due date again and list those that differ. Changes nothing."""
    with app_context().database.open() as session:
        bypass_row_filter(session, "due dates are checked")
        checked = check_due_dates(session)
    for each in checked.drift:
        click.echo(
            f"{each.kind.capitalize()} {each.row_id}: stored {each.stored or 'none'}, by rule {each.by_rule or 'none'}"
        )
    click.echo(f"Cases and advice: {checked.checked}")
    click.echo(f"Advice with a day that was agreed otherwise: {checked.agreed}")
    if checked.drift:
        sys.exit(1)
    click.echo("The due dates are right.")
