"""Imports as their people begin them, with the worker's part done at once."""

import pytest

from app.imports.batches import confirm, start_import, undo
from app.imports.running import run_imports
from app.models import ImportBatch, ImportRow
from tests.cast import everything


class Importer:
    """One import: its batch as it is by now, and its rows."""

    def __init__(self, context, actor, kind, content):
        self.context, self.actor = context, actor
        with actor.works() as work:
            self.id = start_import(work, kind, "A file", content).id
        run_imports(context)

    @property
    def state(self):
        """Return the state of the batch."""
        with everything(self.context) as work:
            return work.get(ImportBatch, self.id).state.name

    def rows(self):
        """Return number, state and columns with faults of each row."""
        return [
            (row.number, row.state.name, [each["column"] for each in row.faults]) for row in self.stored()
        ]

    def stored(self):
        """Return the rows."""
        with everything(self.context) as work:
            return work.session.query(ImportRow).filter_by(batch_id=self.id).order_by(ImportRow.number).all()

    def confirm(self, run=True):
        """Confirm it, and let the worker write it."""
        with self.actor.works() as work:
            confirm(work, self.id)
        if run:
            run_imports(self.context)
        return self

    def undo(self):
        """Undo it."""
        with self.actor.works() as work:
            undo(work, self.id)
        run_imports(self.context)
        return self


@pytest.fixture
def importing(context):
    """Begin an import: importing(cast.ines, ImportKind.schools, text)."""

    def begin(actor, kind, text, encoding="utf-8"):
        content = text if isinstance(text, bytes) else text.encode(encoding)
        return Importer(context, actor, kind, content)

    return begin
