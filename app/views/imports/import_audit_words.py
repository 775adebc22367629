"""Sentences of the audit log about imports."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from app.imports.events import (
    ImportConfirmed,
    ImportDiscarded,
    ImportedCaseDeleted,
    ImportedChildDeleted,
    ImportFinished,
    ImportStarted,
    ImportUndone,
    ImportUndoStarted,
)
from app.imports.rules.states import KIND_LABELS, ImportKind
from app.views.operations.audit_words import register_words
from app.views.web.i18n import gettext as _


def _kind(facts: Mapping[str, Any]) -> str:
    name = str(facts.get("kind", ""))
    return _(KIND_LABELS[ImportKind[name]]) if name in ImportKind.__members__ else ""


register_words(
    ImportStarted, _l("Files uploaded to import"), _l("%(who)s uploaded a file to import"), details=_kind
)
register_words(ImportConfirmed, _l("Imports confirmed"), _l("%(who)s confirmed an import"), details=_kind)
register_words(ImportFinished, _l("Imports finished"), _l("An import of %(who)s finished"), details=_kind)
register_words(
    ImportDiscarded, _l("Imports discarded"), _l("%(who)s discarded a file to import"), details=_kind
)
register_words(ImportUndoStarted, _l("Imports to undo"), _l("%(who)s asked to undo an import"), details=_kind)
register_words(ImportUndone, _l("Imports undone"), _l("An import was undone for %(who)s"), details=_kind)
register_words(
    ImportedChildDeleted,
    _l("Imported children deleted"),
    _l("The record was deleted when the import that had added it was undone for %(who)s"),
)
register_words(
    ImportedCaseDeleted,
    _l("Imported cases deleted"),
    _l("The case was deleted when the import that had opened it was undone for %(who)s"),
)
