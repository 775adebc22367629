"""Returns of forms to an organisation, some of whose professionals may have left the child."""

from collections.abc import Mapping
from datetime import date

from app.cases.links import see_to_unattended_forms
from app.core.unit_of_work import UnitOfWork
from app.forms import returns
from app.forms.locks import hold_child_of
from app.forms.tables.forms import Form


def send_back(
    work: UnitOfWork, form_id: int, number: int, reasons: Mapping[str, str], wanted_by: date | None = None
) -> None:
    """Return a form to its authors (forms/returns.py).

    Where the authors have left the child and no colleague is linked, the child goes into their organisation's
    queue.
    """
    hold_child_of(work.session, form_id)  # before the form, because of the order of locks
    returns.send_back(work, form_id, number, reasons, wanted_by)
    form = work.get(Form, form_id)
    if form.organisation_id is not None:
        work.session.flush()
        see_to_unattended_forms(work, form.child_id, form.organisation_id)
