"""The messages sent for decisions about a plan, and for plans that were sent."""

from collections.abc import Mapping

from app.cases.events import (
    CaseResumed,
    CaseWithdrawn,
    CorrectedNotToIssue,
    CorrectedToIssue,
    DecisionOverturned,
    DraftPlanServed,
    FinalPlanIssued,
    PlanAgreed,
    PlanDeclined,
    SentCopiesOpened,
)
from app.cases.recipients import authors_of_request, sent_a_plan
from app.core.events import Event
from app.core.notifications import MessageTemplate, Templates
from app.core.wording import N_
from app.forms.recipients import the_family

CORRECTED = N_("A decision was corrected")
WITHDRAWN = N_("The request was withdrawn")

OF_PLANS: Mapping[type[Event], Templates] = {
    PlanAgreed: (
        MessageTemplate(
            "plan_agreed_family",
            the_family,
            N_("The council will make a plan"),
            N_(
                "The council has decided to make an Education, Health and Care plan for %(child)s. It will send a "
                "draft. After that there are at least 15 days to say what you think of it."
            ),
            of_child=True,
        ),
    ),
    PlanDeclined: (
        MessageTemplate(
            "plan_declined_family",
            the_family,
            N_("The council will not make a plan"),
            N_(
                "The council has decided not to make an Education, Health and Care plan for %(child)s. By law the "
                "council must write to you with its reasons, and tell you how to appeal and how to ask for mediation. "
                "If you have no letter yet, contact the SEN team."
            ),
            of_child=True,
        ),
    ),
    CorrectedToIssue: (
        MessageTemplate(
            "corrected_to_issue_family",
            the_family,
            CORRECTED,
            N_(
                "The council has corrected its decision about %(child)s. The decision is now to make a plan. "
                "If you have questions, contact the SEN team."
            ),
            of_child=True,
        ),
    ),
    CorrectedNotToIssue: (
        MessageTemplate(
            "corrected_not_to_issue_family",
            the_family,
            CORRECTED,
            N_(
                "The council has corrected its decision about %(child)s. The decision is now not to make a plan. By law "
                "the council must write to you with its reasons, and tell you how to appeal and how to ask for "
                "mediation. If you have no letter yet, contact the SEN team."
            ),
            of_child=True,
        ),
    ),
    DecisionOverturned: (
        MessageTemplate(
            "decision_overturned_family",
            the_family,
            N_("The decision has changed"),
            N_(
                "The earlier decision about %(child)s no longer counts, after mediation or an order of the Tribunal. "
                "Open the page of %(child)s to see what happens next."
            ),
            of_child=True,
        ),
    ),
    CaseWithdrawn: (
        MessageTemplate(
            "case_withdrawn",
            authors_of_request,
            WITHDRAWN,
            N_("The request for an assessment of %(child)s was withdrawn. Nothing more happens about it."),
        ),
        MessageTemplate(
            "case_withdrawn_family",
            the_family,
            WITHDRAWN,
            N_(
                "The request for an assessment of %(child)s was withdrawn, so the council does nothing more about it. "
                "A new request can be made at any time. If this is not what you want, contact the SEN team."
            ),
            of_child=True,
        ),
    ),
    CaseResumed: (
        MessageTemplate(
            "case_resumed_family",
            the_family,
            N_("The council goes on with the request"),
            N_(
                "The request for an assessment of %(child)s is not withdrawn any more. "
                "Open the page of %(child)s to see the dates."
            ),
            of_child=True,
        ),
    ),
    DraftPlanServed: (
        MessageTemplate(
            "draft_plan_served",
            sent_a_plan,
            N_("A draft plan is ready to read"),
            N_(
                "The draft plan of %(child)s is on the page of %(child)s, with the last day for your comments. "
                "You can name a school or college, and ask for a meeting."
            ),
            of_child=True,
        ),
    ),
    FinalPlanIssued: (
        MessageTemplate(
            "final_plan_issued",
            sent_a_plan,
            N_("The final plan is ready to read"),
            N_(
                "The final plan of %(child)s is on the page of %(child)s. The council must also write to you how to "
                "appeal and how to ask for mediation. If you have no letter yet, contact the SEN team."
            ),
            of_child=True,
        ),
    ),
    SentCopiesOpened: (
        MessageTemplate(
            "sent_copies_opened",
            sent_a_plan,
            N_("You can open a plan or a letter"),
            N_(
                "You can now open a plan or a letter of the council about %(child)s. It is on the page of %(child)s."
            ),
            of_child=True,
        ),
    ),
}
