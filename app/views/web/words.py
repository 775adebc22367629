"""Labels and tag colours of stored values."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from app.cases.rules.case_states import (
    CASE_STATE_LABELS,
    CHANNEL_LABELS,
    SOURCE_LABELS,
    CaseState,
    Channel,
    RequestSource,
)
from app.forms.rules.workflow import STATE_LABELS, FormState
from app.views.web.i18n import gettext as _

FORM_STATES = {state: _l(label) for state, label in STATE_LABELS.items()}


class TagColour(StrEnum):
    """The one scale of tags. A colour only repeats the text of its tag.

    The names after the first six are other uses of the same colours, for what is no state.
    """

    NOT_STARTED = "grey"
    IN_PROGRESS = "blue"
    WITH_OTHERS = "purple"
    DONE = "green"
    SOON = "orange"
    """Due within a week."""
    LATE = "red"

    CLOSED = "grey"
    NEW = "blue"
    ATTENTION = "orange"
    PROBLEM = "red"


FORM_STATE_COLOURS = {
    FormState.asked: TagColour.NOT_STARTED,
    FormState.draft: TagColour.IN_PROGRESS,
    FormState.submitted: TagColour.WITH_OTHERS,
    FormState.returned: TagColour.SOON,
    FormState.accepted: TagColour.DONE,
    FormState.decided: TagColour.DONE,
    FormState.withdrawn: TagColour.CLOSED,
    FormState.cancelled: TagColour.CLOSED,
}

CASE_STATES = {state: _l(label) for state, label in CASE_STATE_LABELS.items()}

CASE_STATE_COLOURS = {
    CaseState.received: TagColour.WITH_OTHERS,
    CaseState.assessing: TagColour.DONE,
    CaseState.not_assessing: TagColour.CLOSED,
    CaseState.preparing_plan: TagColour.IN_PROGRESS,
    CaseState.not_issuing: TagColour.CLOSED,
    CaseState.draft_served: TagColour.IN_PROGRESS,
    CaseState.plan_in_force: TagColour.DONE,
    CaseState.withdrawn: TagColour.CLOSED,
}


SOURCES = {source: _l(label) for source, label in SOURCE_LABELS.items()}
CHANNELS = {channel: _l(label) for channel, label in CHANNEL_LABELS.items()}


def request_source(source: RequestSource | str) -> str:
    """Return the label of who asked for an assessment."""
    return str(SOURCES[RequestSource(source)])


def request_channel(channel: Channel | str) -> str:
    """Return the label of how a request came."""
    return str(CHANNELS[Channel(channel)])


def case_state(state: CaseState | str) -> str:
    """Return the label of a case's state."""
    return str(CASE_STATES[CaseState(state)])


def form_state(state: FormState | str) -> str:
    """Return the label of a form's state."""
    return str(FORM_STATES[FormState(state)]) if state else _("Unknown")
