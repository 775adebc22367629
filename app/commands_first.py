"""The first administrator at the command line: without one nobody could recognise a domain or give a role."""

import sys

import click

from app.accounts.first_administrator import enter_first_administrator
from app.accounts.rules.work_email import EmailError, canonical
from app.commands import portal_commands
from app.core.errors import Conflict
from app.core.unit_of_work import unit_of_work
from app.security import app_context


@portal_commands.command("first-administrator")
@click.argument("email")
@click.argument("first_name")
@click.argument("last_name")
def first_administrator(email: str, first_name: str, last_name: str) -> None:
    """Enter the first administrator and mail them a link to choose a password. Refused once there is one."""
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
