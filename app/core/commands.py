"""Commands about the audit log: verify it, and store its head."""

import sys

import click

from app.core.audit.chain import verify
from app.core.audit.heads import keep_head, stored_heads
from app.core.command_line import app_context, portal_commands


@portal_commands.command("audit-head")
def audit_head() -> None:
    """Print the last seal of the audit log and store it outside the database. Store it somewhere safe as well."""
    context = app_context()
    with context.database.open() as session:
        seal = keep_head(session, context.settings.data_dir, context.clock.now())
    click.echo(seal or "The audit is empty.")


@portal_commands.command("verify-audit")
@click.option("--head", multiple=True, help="A seal that was stored elsewhere; may be given more than once.")
def verify_audit(head: tuple[str, ...]) -> None:
    """Verify the whole audit log: whether a row was changed, removed or inserted, or its end cut off."""
    context = app_context()
    heads = [*stored_heads(context.settings.data_dir), *head]
    with context.database.open() as session:
        verdict = verify(session, context.settings.audit_keys, heads)
    click.echo(f"Rows: {verdict.rows}")
    click.echo(f"Last seal: {verdict.head or 'none'}")
    click.echo(f"Seals kept elsewhere: {len(set(heads))}")
    if verdict.by_older_keys:
        click.echo(f"Rows sealed by keys in AUDIT_KEY_FALLBACKS: {verdict.by_older_keys}")
    if verdict.out_of_time:
        click.echo(
            f"BROKEN: row {verdict.first_bad_id} was sealed with an older AUDIT_KEY after a newer one was in use. "
            "Either a host still runs with the older key, or somebody who holds it put the row in."
        )
    elif verdict.first_bad_id is not None:
        click.echo(
            f"BROKEN: row {verdict.first_bad_id} or the one before it was changed, taken out or put in."
        )
    for missing in verdict.missing_heads:
        click.echo(f"CUT: the audit once had a row with the seal {missing} and has it no more.")
    if not verdict.ok:
        sys.exit(1)
    click.echo("The audit is whole.")
