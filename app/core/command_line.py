"""The command group `flask portal`, to which each area adds its commands, and the context they run in."""

from flask import current_app
from flask.cli import AppGroup

from app.core.unit_of_work import AppContext

portal_commands = AppGroup("portal", help="Look after the portal.")


def app_context() -> AppContext:
    """Return the context of this process's use cases, in a request or a command."""
    context: AppContext = current_app.extensions["app_context"]
    return context
