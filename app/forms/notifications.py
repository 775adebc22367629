"""Letters about decisions, corrected decisions, undone acceptances, and information asked before an assessment."""

from collections.abc import Mapping

from app.cases.events import AssessmentAgreed, AssessmentDeclined
from app.core.events import Event
from app.core.wording import N_
from app.forms.events import (
    AdviceAcceptanceUndone,
    BroughtToAttention,
    CorrectedNotToAssess,
    CorrectedToAssess,
    InformationAcceptanceUndone,
    InformationAccepted,
    InformationAsked,
    InformationCancelled,
    InformationReturned,
    InformationSubmitted,
    RequestAcceptanceUndone,
)
from app.messages.notification_types import MessageTemplate, Templates, sen_team, the_authors, the_family

WILL_ASSESS = N_("The council will assess")
WILL_NOT_ASSESS = N_("The council will not assess")
CORRECTED = N_("A decision was corrected")

FORM_NOTIFICATIONS: Mapping[type[Event], Templates] = {
    AssessmentAgreed: (
        MessageTemplate(
            "assessment_agreed",
            the_authors,
            WILL_ASSESS,
            N_("The council has decided to carry out an assessment of the needs of %(child)s."),
        ),
        MessageTemplate(
            "assessment_agreed_family",
            the_family,
            WILL_ASSESS,
            N_(
                "The council has decided to carry out an assessment of the needs of %(child)s. "
                "It will now ask professionals for advice."
            ),
            of_child=True,
        ),
    ),
    AssessmentDeclined: (
        MessageTemplate(
            "assessment_declined",
            the_authors,
            WILL_NOT_ASSESS,
            N_("The council has decided not to carry out an assessment of the needs of %(child)s."),
        ),
        MessageTemplate(
            "assessment_declined_family",
            the_family,
            WILL_NOT_ASSESS,
            N_(
                "The council has decided not to carry out an assessment of the needs of %(child)s. By law the council "
                "must write to you with its reasons, and tell you how to appeal and how to ask for mediation. "
                "If you have no letter yet, contact the SEN team."
            ),
            of_child=True,
        ),
    ),
    CorrectedToAssess: (
        MessageTemplate(
            "corrected_to_assess",
            the_authors,
            CORRECTED,
            N_(
                "The council has corrected its decision about %(child)s. "
                "The decision is now to carry out an assessment. The earlier message no longer counts."
            ),
        ),
        MessageTemplate(
            "corrected_to_assess_family",
            the_family,
            CORRECTED,
            N_(
                "The council has corrected its decision about %(child)s. "
                "The decision is now to carry out an assessment. If you have questions, contact the SEN team."
            ),
            of_child=True,
        ),
    ),
    CorrectedNotToAssess: (
        MessageTemplate(
            "corrected_not_to_assess",
            the_authors,
            CORRECTED,
            N_(
                "The council has corrected its decision about %(child)s. "
                "The decision is now not to carry out an assessment. The earlier message no longer counts."
            ),
        ),
        MessageTemplate(
            "corrected_not_to_assess_family",
            the_family,
            CORRECTED,
            N_(
                "The council has corrected its decision about %(child)s. The decision is now not to carry out an "
                "assessment. By law the council must write to you with its reasons, and tell you how to appeal and how "
                "to ask for mediation. If you have no letter yet, contact the SEN team."
            ),
            of_child=True,
        ),
    ),
    BroughtToAttention: (
        MessageTemplate(
            "brought_to_attention",
            sen_team,
            N_("A child was brought to attention"),
            N_(
                "%(by)s has brought %(child)s to the council’s attention. Accept the form, or return it with your reasons. "
                "The council must decide within 6 weeks whether to assess."
            ),
        ),
    ),
    RequestAcceptanceUndone: (
        MessageTemplate(
            "request_acceptance_undone",
            the_authors,
            N_("The SEN team is looking at your form again"),
            N_(
                "The SEN team had accepted “%(form)s” about %(child)s and is looking at it again. "
                "You do not need to do anything now."
            ),
        ),
    ),
    AdviceAcceptanceUndone: (
        MessageTemplate(
            "advice_acceptance_undone",
            the_authors,
            N_("Your advice is being looked at again"),
            N_(
                "The SEN team had accepted “%(form)s” about %(child)s and is looking at it again. "
                "You do not need to do anything now."
            ),
        ),
    ),
    InformationAcceptanceUndone: (
        MessageTemplate(
            "information_acceptance_undone",
            the_authors,
            N_("Your information is being looked at again"),
            N_(
                "The SEN team had accepted “%(form)s” about %(child)s and is looking at it again. "
                "You do not need to do anything now."
            ),
        ),
    ),
    InformationAsked: (
        MessageTemplate(
            "information_asked",
            the_authors,
            N_("You have been asked for information"),
            N_(
                "The SEN team asks for “%(form)s” about %(child)s. It is deciding whether to assess, so this is "
                "information and not statutory advice."
            ),
        ),
    ),
    InformationSubmitted: (
        MessageTemplate(
            "information_submitted",
            sen_team,
            N_("Information was sent"),
            N_("%(by)s has sent “%(form)s” about %(child)s. Accept it, or return it with your reasons."),
        ),
    ),
    InformationReturned: (
        MessageTemplate(
            "information_returned",
            the_authors,
            N_("Your information was returned"),
            N_(
                "The SEN team has returned “%(form)s” about %(child)s. The reasons are on the form, beside each section. "
                "Correct it and send it again."
            ),
        ),
    ),
    InformationAccepted: (
        MessageTemplate(
            "information_accepted",
            the_authors,
            N_("Your information was accepted"),
            N_("The SEN team has accepted “%(form)s” about %(child)s. There is nothing more for you to do."),
        ),
    ),
    InformationCancelled: (
        MessageTemplate(
            "information_cancelled",
            the_authors,
            N_("Information is no longer needed"),
            N_("The SEN team no longer needs “%(form)s” about %(child)s."),
        ),
    ),
}
