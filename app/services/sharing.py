"""What linked professionals and parents may read: decided by the SEN team, form by form."""

from collections.abc import Collection

from app.domain.errors import WrongHands, WrongMoment
from app.domain.events import FormShared
from app.domain.workflow import FormState
from app.models import Form
from app.services.work import Work

PROFESSIONALS, PARENTS = "professionals", "parents"

SENT = frozenset({FormState.submitted, FormState.accepted, FormState.assessing, FormState.not_assessing})
"""States in which there is something to share, sent and not called back."""


def set_sharing(work: Work, form_id: int, shared_with: Collection[str]) -> Form:
    """From now on exactly these may read the form: "professionals" linked to the child, "parents", both or nobody.

    Sharing needs something that was sent; taking it back is possible at any time, and acts at once.
    """
    if not work.me.in_sen_team:
        raise WrongHands("share")
    form = work.get(Form, form_id)
    wanted = frozenset(shared_with) & {PROFESSIONALS, PARENTS}
    if wanted - shared_now(form) and form.state not in SENT:
        raise WrongMoment("share")
    if wanted == shared_now(form):
        return form
    form.shared_with_professionals_at = (
        (form.shared_with_professionals_at or work.now) if PROFESSIONALS in wanted else None
    )
    form.shared_with_parents_at = (form.shared_with_parents_at or work.now) if PARENTS in wanted else None
    work.tell(FormShared(child_id=form.child_id, form_id=form.id, shared_with=tuple(sorted(wanted))))
    return form


def shared_now(form: Form) -> frozenset[str]:
    """Who may read this form besides its authors and the SEN team."""
    shared = {PROFESSIONALS: form.shared_with_professionals_at, PARENTS: form.shared_with_parents_at}
    return frozenset(name for name, since in shared.items() if since is not None)
