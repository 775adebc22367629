"""Key rotation at the command line."""

import sys

import click

from app.commands import portal_commands
from app.operations.backup import numbers
from app.operations.key_rotation import rotate_keys
from app.security import app_context


@portal_commands.command("reseal")
def reseal_all() -> None:
    """Encrypt again, with FILE_KEY, what the keys in FILE_KEY_FALLBACKS encrypted. People can go on working."""
    result = rotate_keys(app_context())
    for kind, count in result.done.items():
        click.echo(f"Sealed anew: {kind}: {count:,}")
    for kind, rows in result.broken.items():
        click.echo(f"WARNING: {kind} that no key opens, by number: {numbers(rows)}", err=True)
    if result.broken:
        click.echo(
            "A key is missing in FILE_KEY_FALLBACKS, or these were changed. Keep every old key.", err=True
        )
        sys.exit(1)
    if result.done:
        click.echo(
            "When every web process and worker has been restarted with the new FILE_KEY, run this once more: "
            "the older keys may go when it finds nothing to do."
        )
        return
    click.echo(
        "Nothing is sealed with an older key. FILE_KEY_FALLBACKS can be emptied once every process runs with the new "
        "FILE_KEY. Keep the older keys where the backups' keys are kept, for as long as backups from their time are."
    )
