"""The kinds of import, who may import each, and the states of a batch and of its rows."""

import enum
from collections.abc import Mapping

from app.core.roles import Principal, Role
from app.core.wording import N_


class ImportKind(enum.Enum):
    """What the rows of a file are about."""

    schools = "schools"
    school_links = "school_links"
    children = "children"
    requests = "requests"
    officers = "officers"
    holidays = "holidays"


KIND_LABELS: Mapping[ImportKind, str] = {
    ImportKind.schools: N_("Schools (the GIAS establishment file)"),
    ImportKind.school_links: N_("Schools that became another (the GIAS links file)"),
    ImportKind.children: N_("Children and young people"),
    ImportKind.requests: N_("Open cases"),
    ImportKind.officers: N_("SEN officers, SEN managers and administrators, who are invited"),
    ImportKind.holidays: N_("School holidays (term dates)"),
}

_IMPORTED_BY: Mapping[ImportKind, Role] = {
    ImportKind.schools: Role.admin,
    ImportKind.school_links: Role.admin,
    ImportKind.children: Role.sen_manager,
    ImportKind.requests: Role.sen_manager,
    ImportKind.officers: Role.admin,
    ImportKind.holidays: Role.sen_manager,
}


class BatchState(enum.Enum):
    """How far an import is."""

    reading = "reading"
    """The file was stored, and its rows are being read."""
    checking = "checking"
    refused = "refused"
    """The file could not be read; nothing of it is stored."""
    checked = "checked"
    """Every row was checked, and a person decides."""
    importing = "importing"
    imported = "imported"
    undoing = "undoing"
    undone = "undone"
    discarded = "discarded"


BATCH_LABELS: Mapping[BatchState, str] = {
    BatchState.reading: N_("Reading the file"),
    BatchState.checking: N_("Checking the rows"),
    BatchState.refused: N_("The file could not be read"),
    BatchState.checked: N_("Checked, not imported yet"),
    BatchState.importing: N_("Importing"),
    BatchState.imported: N_("Imported"),
    BatchState.undoing: N_("Being undone"),
    BatchState.undone: N_("Undone"),
    BatchState.discarded: N_("Discarded"),
}

RUNNING = (BatchState.reading, BatchState.checking, BatchState.importing, BatchState.undoing)
"""The states in which the worker has work to do."""


class RowState(enum.Enum):
    """How far one row of a file is."""

    unchecked = "unchecked"
    faulty = "faulty"
    doubtful = "doubtful"
    """It may be about a record that is in the portal, and a person chooses."""
    left_out = "left_out"
    ready = "ready"
    done = "done"
    failed = "failed"
    """It was ready, and could not be written."""
    undone = "undone"
    remains = "remains"
    """It was to be undone, and could not be."""


ROW_LABELS: Mapping[RowState, str] = {
    RowState.unchecked: N_("Not checked yet"),
    RowState.faulty: N_("With faults"),
    RowState.doubtful: N_("Possible duplicates, not decided"),
    RowState.left_out: N_("Left out"),
    RowState.ready: N_("Ready to import"),
    RowState.done: N_("Imported"),
    RowState.failed: N_("Could not be imported"),
    RowState.undone: N_("Undone"),
    RowState.remains: N_("Could not be undone"),
}

EXPLAINED = (RowState.faulty, RowState.failed, RowState.remains, RowState.left_out)
"""The states of rows whose faults or reasons are listed."""


class RowChoice(enum.Enum):
    """What becomes of a row that may be about a record in the portal."""

    same = "same"
    new = "new"
    leave = "leave"


CHOICE_LABELS: Mapping[RowChoice, str] = {
    RowChoice.same: N_("It is the same"),
    RowChoice.new: N_("It is a new one"),
    RowChoice.leave: N_("Leave it out"),
}


def may_import(who: Principal, kind: ImportKind) -> bool:
    """Return whether this person may import rows of this kind."""
    return who.has(_IMPORTED_BY[kind])


def kinds_of(who: Principal) -> list[ImportKind]:
    """Return the kinds that this person may import."""
    return [kind for kind in ImportKind if may_import(who, kind)]


def share_done(state: BatchState, counts: Mapping[RowState, int]) -> int:
    """Return how much of its present work a batch has done, in percent."""
    waiting = {
        BatchState.checking: counts.get(RowState.unchecked, 0),
        BatchState.importing: counts.get(RowState.ready, 0),
        BatchState.undoing: counts.get(RowState.done, 0),
    }
    finished = {
        BatchState.checking: sum(counts.values()) - counts.get(RowState.unchecked, 0),
        BatchState.importing: counts.get(RowState.done, 0) + counts.get(RowState.failed, 0),
        BatchState.undoing: counts.get(RowState.undone, 0) + counts.get(RowState.remains, 0),
    }
    if state is BatchState.reading:
        return 0
    left, done = waiting.get(state, 0), finished.get(state, 0)
    return 100 * done // (left + done) if left + done else 100
