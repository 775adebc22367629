"""Keep an address or contact detail secret from the moment in which a form or the SEN team says so."""

from app.children.tables import Child
from app.core.unit_of_work import UnitOfWork
from app.forms.form_reactions import after_hiding
from app.forms.queries.shares import withhold_files
from app.forms.secrecy_events import FilesWithheld


def note_contact_risk(work: UnitOfWork, child: Child) -> None:
    """Mark that an address or contact detail of this child must stay secret from now on.

    Files shared earlier, and plans and notices sent earlier, may hold it, so they are withheld until the SEN team lets
    people open them again: also when it was secret before, because the new word may be about someone else.
    """
    child.contact_risk = True
    withheld = [withhold_files(work.session, child.id), after_hiding(work, child.id)]
    if any(withheld):
        work.record(FilesWithheld(child_id=child.id))
