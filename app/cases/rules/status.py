"""The status of a child's case, in words for everyone linked to the child."""

from dataclasses import dataclass, replace
from datetime import date

from app.core.wording import N_, Wording
from app.forms.rules.deadlines import Milestone, timeline
from app.forms.rules.workflow import FormState


@dataclass(frozen=True)
class CaseStatus:
    """The state and dates of the request that determines a case's status; none of its answers."""

    state: FormState
    received_on: date | None = None
    decided_on: date | None = None
    statutory: bool = True
    """False where an early years setting brought the child to attention (CFA 2014, s. 23 and 24)."""

    @property
    def is_closed(self) -> bool:
        """Return whether the council decided not to assess."""
        return self.state is FormState.not_assessing


STATUS_TEXTS = {
    FormState.submitted: N_("Request received"),
    FormState.returned: N_("Request sent back for more information"),
    FormState.accepted: N_("Deciding whether to assess"),
    FormState.assessing: N_("Assessment under way"),
    FormState.not_assessing: N_("Decided not to assess"),
}

BROUGHT = {
    FormState.submitted: N_("Brought to the council’s attention"),
    FormState.returned: N_("Sent back for more information"),
}
"""Status texts of a case that did not begin with a request under s. 36(1); otherwise as STATUS_TEXTS."""

NEXT_TEXTS = {
    FormState.submitted: N_(
        "The SEN team is reading the request. The council must decide whether to assess within 6 weeks of receiving it."
    ),
    FormState.returned: N_(
        "The SEN team has asked the school or setting for more information. The 6-week deadline still applies."
    ),
    FormState.accepted: N_(
        "The SEN team has what it needs and is deciding whether to assess. The council must decide within 6 weeks of the "
        "day the request was received."
    ),
    FormState.assessing: N_(
        "The council is asking professionals for advice. They have 6 weeks to send it. Then the council decides "
        "whether to make a plan."
    ),
    FormState.not_assessing: N_(
        "The council has decided not to assess. By law it must write to the family with its reasons, and say how to "
        "appeal and how to ask for mediation. If there is no letter yet, contact the SEN team."
    ),
}

DECISION_TEXTS = {
    FormState.assessing: N_("Decided to assess"),
    FormState.not_assessing: N_("Decided not to assess"),
}

FOR_FAMILIES = {
    "received": N_("The council received the request"),
    "decide_to_assess": N_("The council decides whether to assess, and tells you"),
    "no_plan_notice": N_("Deadline to tell you there will be no plan"),
    "final_plan": N_("Deadline for a final plan, if you get one"),
}
"""The dates of a case in words for families."""

ATTENTION = N_("Child brought to the council’s attention")
ATTENTION_BASIS = "Children and Families Act 2014, s. 23 and 24"

NOT_SENT = N_("No request received yet")
NOT_SENT_NEXT = N_(
    "No request for an assessment has been sent yet. When we receive one, the dates appear here."
)


def status_text(standing: CaseStatus | None) -> Wording:
    """Return the status of the case, short enough for a list."""
    if standing is None:
        return Wording(NOT_SENT)
    words = STATUS_TEXTS if standing.statutory else {**STATUS_TEXTS, **BROUGHT}
    return Wording(words.get(standing.state, NOT_SENT))


def what_happens_next(standing: CaseStatus | None) -> Wording:
    """Return what happens next and by when, for a family."""
    return Wording(NEXT_TEXTS.get(standing.state, NOT_SENT_NEXT) if standing else NOT_SENT_NEXT)


RANK = (
    FormState.assessing,
    FormState.accepted,
    FormState.submitted,
    FormState.returned,
    FormState.not_assessing,
)


def primary_request(requests: list[CaseStatus]) -> CaseStatus | None:
    """Return the request that determines the status: the furthest advanced, then the earliest received."""
    sent = [each for each in requests if each.received_on is not None and each.state in RANK]
    return min(sent, key=lambda each: (RANK.index(each.state), each.received_on), default=None)


def dates_of(standing: CaseStatus | None, advice_asked_on: date | None = None) -> list[Milestone]:
    """Return the dates of the case; none until a request was received."""
    if standing is None or standing.received_on is None:
        return []
    found = timeline(standing.received_on, advice_asked_on=advice_asked_on)
    if not standing.statutory:
        found[0] = replace(found[0], label=ATTENTION, regulation=ATTENTION_BASIS)
    if standing.is_closed:
        return [each for each in found if each.key in ("received", "decide_to_assess")]
    return found
