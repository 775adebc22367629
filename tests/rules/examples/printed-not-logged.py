import logging

import click

log = logging.getLogger(__name__)


def bad(child):
    # ruleid
    print(child.name)
    # ruleid
    print(f"{child.name} was read", flush=True)


def good(child):
    log.info("child %d was read", child.id)
    click.echo("Done.")
