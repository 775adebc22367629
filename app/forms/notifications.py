"""What is sent when something happens to forms."""

from app.core.notifications import AUDIT_ONLY, MessageTemplate, register, sen_team
from app.core.wording import N_
from app.forms.events import (
    AdviceAcceptanceUndone,
    AdviceAccepted,
    AdviceAsked,
    AdviceCancelled,
    AdviceReturned,
    AdviceSubmitted,
    BroughtToAttention,
    ConsentRecorded,
    ConsentStarted,
    ConsentWithdrawn,
    FormSaved,
    FormShared,
    FormViewed,
    InformationAcceptanceUndone,
    InformationAccepted,
    InformationAsked,
    InformationCancelled,
    InformationReturned,
    InformationSubmitted,
    RequestAcceptanceUndone,
    RequestAccepted,
    RequestReturned,
    RequestStarted,
    RequestSubmitted,
    RequestWithdrawn,
)
from app.forms.recipients import the_authors, the_giver, those_it_is_shared_with
from app.forms.secrecy_events import (
    FilesWithheld,
    InvitationHeldBack,
    KeptFromQueue,
    MustNotKnowNoted,
    NamedOrganisationRenamed,
    NamedPersonRenamed,
    NamedWorkplaceJoined,
)

register(
    {
        FormViewed: AUDIT_ONLY,
        FormSaved: AUDIT_ONLY,
        RequestStarted: AUDIT_ONLY,
        RequestSubmitted: (
            MessageTemplate(
                "request_submitted",
                sen_team,
                N_("A request for an assessment was sent"),
                N_(
                    "%(by)s has sent a request for an assessment for %(child)s. Accept it, or return it with your reasons."
                ),
            ),
        ),
        RequestReturned: (
            MessageTemplate(
                "request_returned",
                the_authors,
                N_("The SEN team returned your form"),
                N_(
                    "The SEN team has returned “%(form)s” for %(child)s. The reasons are on the form, beside each section. "
                    "Correct it and send it again."
                ),
            ),
        ),
        RequestAccepted: (
            MessageTemplate(
                "request_accepted",
                the_authors,
                N_("The SEN team accepted your form"),
                N_(
                    "The SEN team has accepted the request for %(child)s and will now decide whether to assess."
                ),
            ),
        ),
        RequestWithdrawn: AUDIT_ONLY,
        AdviceAsked: (
            MessageTemplate(
                "advice_asked",
                the_authors,
                N_("You have been asked for advice"),
                N_(
                    "The SEN team asks for “%(form)s” about %(child)s. Open the form to see by when it is due."
                ),
            ),
        ),
        AdviceSubmitted: (
            MessageTemplate(
                "advice_submitted",
                sen_team,
                N_("Advice was sent"),
                N_("%(by)s has sent “%(form)s” about %(child)s. Accept it, or return it with your reasons."),
            ),
        ),
        AdviceReturned: (
            MessageTemplate(
                "advice_returned",
                the_authors,
                N_("Your advice was returned"),
                N_(
                    "The SEN team has returned “%(form)s” about %(child)s. The reasons are on the form, beside each section. "
                    "Correct it and send it again."
                ),
            ),
        ),
        AdviceAccepted: (
            MessageTemplate(
                "advice_accepted",
                the_authors,
                N_("Your advice was accepted"),
                N_(
                    "The SEN team has accepted “%(form)s” about %(child)s. There is nothing more for you to do."
                ),
            ),
        ),
        AdviceCancelled: (
            MessageTemplate(
                "advice_cancelled",
                the_authors,
                N_("Advice is no longer needed"),
                N_("The SEN team no longer needs “%(form)s” about %(child)s."),
            ),
        ),
        ConsentStarted: (
            MessageTemplate(
                "consent_asked",
                the_giver,
                N_("Tell us what we may share"),
                N_(
                    "The SEN team asks you to fill in a form about sharing information about %(child)s. Your answers are yours: no other parent or carer can read or change them."
                ),
            ),
        ),
        ConsentRecorded: (
            MessageTemplate(
                "consent_recorded",
                sen_team,
                N_("Consent was given"),
                N_("%(by)s has sent a consent form about %(child)s."),
            ),
        ),
        ConsentWithdrawn: (
            MessageTemplate(
                "consent_withdrawn",
                sen_team,
                N_("A consent was withdrawn"),
                N_(
                    "%(by)s has withdrawn a consent about %(child)s. What was shared because of it can no longer be read. Check what else is shared, and with whom."
                ),
            ),
        ),
        FormShared: (
            MessageTemplate(
                "form_shared",
                those_it_is_shared_with,
                N_("A form was shared with you"),
                N_("The SEN team has shared “%(form)s” about %(child)s with you."),
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
                N_(
                    "The SEN team has accepted “%(form)s” about %(child)s. There is nothing more for you to do."
                ),
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
        FilesWithheld: (
            MessageTemplate(
                "files_withheld",
                sen_team,
                N_("Shared files can no longer be opened"),
                N_(
                    "An address or contact details of the family of %(child)s must now be kept secret. Files about them that "
                    "were shared, and plans and letters that were sent to the family in the portal, can no longer be "
                    "opened by other people. Check what each form, file and letter says, and who can still read it. The "
                    "page of %(child)s shows which plans and letters are withheld and from whom."
                ),
            ),
        ),
        MustNotKnowNoted: (
            MessageTemplate(
                "must_not_know_noted",
                sen_team,
                N_("Someone linked to a child may be a person who must not know"),
                N_(
                    "“%(form)s” about %(child)s may name someone who is linked to the child as a person who must not know. "
                    "The page “People” of the child shows who. End their involvement, or check what is shared with them. "
                    "While a form names a linked professional, a consent form is not shared with professionals until you share it."
                ),
            ),
        ),
        InvitationHeldBack: (
            MessageTemplate(
                "invitation_held_back",
                sen_team,
                N_("An invited person was not linked to a child"),
                N_(
                    "Someone whom you invited has opened their account. Since you invited them, a form about %(child)s has "
                    "said that they may be a person who must not know, so they cannot see the child. "
                    "If they may, invite them again."
                ),
            ),
        ),
        NamedPersonRenamed: (
            MessageTemplate(
                "named_person_renamed",
                sen_team,
                N_("Someone who may not know about a child has changed their name"),
                N_(
                    "Someone linked to %(child)s has changed the name of their account. A form may say, of the new name or "
                    "an earlier one, that they must not know. The page “People” of the child shows who."
                ),
            ),
        ),
        NamedWorkplaceJoined: (
            MessageTemplate(
                "named_workplace_joined",
                sen_team,
                N_("Someone linked to a child has joined an organisation that must not know"),
                N_(
                    "Someone linked to %(child)s now works for one more organisation. A form may say that this organisation "
                    "must not know about the child, or you ended its involvement. The page “People” of the child shows who. End their involvement, or "
                    "check what is shared with them."
                ),
            ),
        ),
        NamedOrganisationRenamed: (
            MessageTemplate(
                "named_organisation_renamed",
                sen_team,
                N_("An organisation that may not know about a child has another name"),
                N_(
                    "An organisation that is linked to %(child)s, or where someone linked to the child works, has another "
                    "name now. A form may say, of the new name or an earlier one, that it must not know. The page “People” "
                    "of the child shows who. End their involvement, or check what is shared with them."
                ),
            ),
        ),
        KeptFromQueue: (
            MessageTemplate(
                "kept_from_queue",
                sen_team,
                N_("Someone at an organisation may be a person who must not know"),
                N_(
                    "A form about %(child)s may name someone who works for an organisation that is linked to the child, or "
                    "another organisation where they work, or you ended the involvement of a person of that name or of "
                    "that other organisation. "
                    "They cannot see the child through their organisation. If they may, link them by name."
                ),
            ),
        ),
    }
)
