"""The areas of the portal. Each registers its tables, row policies, notifications and commands when it is loaded."""

from importlib import import_module
from importlib.util import find_spec

AREAS = (
    "core",
    "organisations",
    "accounts",
    "children",
    "documents",
    "forms",
    "messages",
    "cases",
    "imports",
    "operations",
)
"""In the order in which they may import each other: a later one knows the earlier ones."""

REGISTERED = ("tables", "policies", "notifications", "reactions", "question_kinds", "commands")
"""Modules of an area that register something when they are imported."""


def load_areas() -> None:
    """Import what each area registers. Importing any module of the portal does this first."""
    for area in AREAS:
        for name in REGISTERED:
            module = f"app.{area}.{name}"
            if find_spec(module) is not None:
                import_module(module)
