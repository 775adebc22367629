"""Row policies of imports. The docstrings are for officers to check: docs/access.md is made from them."""

from sqlalchemy import ColumnElement, false, select

from app.core.database.policies import row_policy
from app.core.roles import Principal
from app.imports.rules.states import kinds_of
from app.imports.tables import ImportBatch, ImportRow


@row_policy(ImportBatch)
def import_batch(who: Principal) -> ColumnElement[bool]:
    """SEN managers and administrators each see the imports of the kinds that they may import, also those that others began."""
    kinds = kinds_of(who)
    return ImportBatch.kind.in_(kinds) if kinds else false()


@row_policy(ImportRow)
def import_row(who: Principal) -> ColumnElement[bool]:
    """The rows of a file are for those who see its import."""
    kinds = kinds_of(who)
    if not kinds:
        return false()
    batches = ImportBatch.__table__
    return ImportRow.batch_id.in_(select(batches.c.id).where(batches.c.kind.in_(kinds)))
