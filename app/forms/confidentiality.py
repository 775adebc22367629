"""Keep an address or contact detail secret from the moment in which a form or the SEN team says so."""

from app.children.tables import Child
from app.core.unit_of_work import UnitOfWork
from app.forms.queries.shares import withhold_files
from app.forms.secrecy_events import FilesWithheld


def note_contact_risk(work: UnitOfWork, child: Child) -> None:
    """Mark that an address or contact detail of this child must stay secret from now on.

    Files shared earlier may hold it, so they are withheld until the SEN team shares them again.
    """
    if child.contact_risk:
        return
    child.contact_risk = True
    if withhold_files(work.session, child.id):
        work.record(FilesWithheld(child_id=child.id))
