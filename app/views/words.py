"""The words people see for what the tables hold."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.domain.workflow import FormState

FORM_STATES = {
    FormState.asked: _l("Not started"),
    FormState.draft: _l("In progress"),
    FormState.submitted: _l("Sent to the SEN team"),
    FormState.returned: _l("Returned to be corrected"),
    FormState.accepted: _l("Accepted"),
    FormState.assessing: _l("Assessment agreed"),
    FormState.not_assessing: _l("Assessment not agreed"),
    FormState.withdrawn: _l("Withdrawn"),
    FormState.cancelled: _l("No longer needed"),
}

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
    """A form's state in words."""
    return str(FORM_STATES[FormState(state)]) if state else _("Unknown")
