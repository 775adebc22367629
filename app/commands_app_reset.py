"""Resetting the authenticator app of the last administrator at the command line: no other could allow it."""

import sys

import click

from app.accounts.app_reset import allow_from_command_line
from app.accounts.rules.work_email import EmailError, canonical
from app.commands import portal_commands
from app.core.errors import NotFound
from app.core.unit_of_work import unit_of_work
from app.security import app_context


@portal_commands.command("reset-authenticator")
@click.argument("email")
def reset_authenticator(email: str) -> None:
    """Mail the owner of an account a link that removes their authenticator app."""
    try:
        address = canonical(email)
        with unit_of_work(app_context(), None) as work:
            allow_from_command_line(work, address)
    except (EmailError, NotFound):
        click.echo("No open account with this address has an authenticator app.", err=True)
        sys.exit(1)
    click.echo("A link is on its way to the owner. Their app is removed when they use it, within 24 hours.")
