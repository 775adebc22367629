"""The kinds of import, found by themselves."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from app.imports.kinds.base import Kind
from app.imports.rules.states import ImportKind


@cache
def all_kinds() -> dict[ImportKind, Kind]:
    """Return each kind of import by its key."""
    for found in iter_modules(__path__, "app.imports.kinds."):
        import_module(found.name)
    return {each.key: each() for each in Kind.__subclasses__()}


def kind_of(key: ImportKind) -> Kind:
    """Return the kind with this key."""
    return all_kinds()[key]
