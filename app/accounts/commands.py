"""Commands for the accounts of administrators: the first one, and a lost authenticator app."""

import sys

import click

from app.accounts.app_reset import allow_from_command_line
from app.accounts.first_administrator import enter_first_administrator
from app.accounts.rules.work_email import EmailError, canonical
from app.core.command_line import app_context, portal_commands
from app.core.errors import Conflict, NotFound
from app.core.unit_of_work import unit_of_work


@portal_commands.command("first-administrator")
@click.argument("email")
@click.argument("first_name")
@click.argument("last_name")
def first_administrator(email: str, first_name: str, last_name: str) -> None:
    """Add the first administrator and mail them a link to choose a password. Refused once there is one."""
    try:
        address = canonical(email)
        with unit_of_work(app_context(), None) as work:
            enter_first_administrator(work, address, first_name, last_name)
    except EmailError:
        click.echo("That is not an email address.", err=True)
        sys.exit(1)
    except Conflict:
        click.echo("There is an administrator already, or an account with this address.", err=True)
        sys.exit(1)
    click.echo(
        "Entered. A link to choose a password is on its way. It works for an hour; after that, ask for another one "
        "with “I have forgotten my password” on the log-in page."
    )


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
