"""Labels of stored values."""

from flask_babel import lazy_gettext as _l

from app.forms.rules.workflow import STATE_LABELS, FormState
from app.views.web.i18n import gettext as _

FORM_STATES = {state: _l(label) for state, label in STATE_LABELS.items()}

FORM_STATE_COLOURS = {
    FormState.asked: "grey",
    FormState.draft: "light-blue",
    FormState.submitted: "blue",
    FormState.returned: "orange",
    FormState.accepted: "green",
    FormState.assessing: "green",
    FormState.not_assessing: "purple",
    FormState.withdrawn: "grey",
    FormState.cancelled: "grey",
}


def form_state(state: FormState | str) -> str:
    """Return the label of a form's state."""
    return str(FORM_STATES[FormState(state)]) if state else _("Unknown")
