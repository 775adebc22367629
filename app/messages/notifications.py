"""Who is told what: one entry for each thing that can happen. "Audit only" is said aloud, never by leaving something out.

Texts here are for the inbox, where the reader may see the child they speak of; e-mails carry none of it.
%(child)s is filled in when the message is read, %(form)s and %(by)s when it is written.
"""

from collections.abc import Mapping

from app.accounts import events as account
from app.accounts.events import (
    AccountCooledDown,
    AccountOpened,
    LoggedIn,
    LoggedOut,
    LogInFailed,
    LogInToNobody,
    PasswordChanged,
    PasswordResetAsked,
    PersonDeactivated,
    PersonReactivated,
    RolesChanged,
    SecondStepChanged,
)
from app.accounts.registration_events import (
    AccountInvited,
    InvitationAccepted,
    InvitationConfirmed,
    InvitationWithdrawn,
    ParentInvited,
    RegistrationApproved,
    RegistrationReceived,
    RegistrationRefused,
    RegistrationWaiting,
)
from app.cases.events import (
    ChildLinked,
    ColleagueBroughtIn,
    LinkAssigned,
    LinkEnded,
    LinkTakenUp,
    OrganisationLeftUse,
    ReturnedToQueue,
    WorkHandedOver,
    WorkLeft,
)
from app.children.events import (
    ChildAdded,
    ChildCorrected,
    ChildrenListed,
    ChildViewed,
    ContactRiskChanged,
    DuplicateSettled,
    ListExported,
    MergeUndone,
    PossibleDuplicateFound,
)
from app.core.events import AccessDenied, AuditRead, Event, MailSentAgain, PortalRestored, ReferenceChanged
from app.core.wording import N_
from app.documents.events import DocumentAdded, DocumentDownloaded, DocumentRemoved
from app.forms.events import (
    AdviceAccepted,
    AdviceAsked,
    AdviceCancelled,
    AdviceReturned,
    AdviceSubmitted,
    ConsentRecorded,
    ConsentStarted,
    ConsentWithdrawn,
    FormSaved,
    FormShared,
    FormViewed,
    RequestAccepted,
    RequestReturned,
    RequestStarted,
    RequestSubmitted,
    RequestWithdrawn,
)
from app.forms.notifications import FORM_NOTIFICATIONS
from app.forms.secrecy_notifications import SECRECY_NOTIFICATIONS
from app.messages.events import MessageMarkedUnread, MessageRead, MessageSent
from app.messages.membership_notifications import MEMBERSHIP_NOTIFICATIONS
from app.messages.notification_types import (
    AUDIT_ONLY,
    SEN_TEAM,
    Addressees,
    MailTemplate,
    MessageTemplate,
    Templates,
    sen_team,
    sen_team_if_it_matters,
    the_assigned_before,
    the_authors,
    the_colleagues,
    the_giver,
    the_linked,
    those_it_is_shared_with,
)

__all__ = [
    "BY_NAME",
    "NOTIFICATIONS",
    "SEN_TEAM",
    "Addressees",
    "MailTemplate",
    "MessageTemplate",
    "template_named",
]

NOTIFICATIONS: Mapping[type[Event], Templates] = {
    **FORM_NOTIFICATIONS,
    **MEMBERSHIP_NOTIFICATIONS,
    **SECRECY_NOTIFICATIONS,
    # Accounts
    LoggedIn: AUDIT_ONLY,
    LoggedOut: AUDIT_ONLY,
    LogInFailed: AUDIT_ONLY,
    LogInToNobody: AUDIT_ONLY,
    AccountCooledDown: (MailTemplate("account_cooling_down"),),
    PasswordChanged: (MailTemplate("password_changed"),),
    PasswordResetAsked: AUDIT_ONLY,  # the link itself is mailed by accounts/forgotten_password.py
    account.PasswordResetWithoutAccount: AUDIT_ONLY,
    account.EmailChangeAsked: AUDIT_ONLY,  # links and notices go to the old and the new address from the service
    account.EmailChangeConfirmed: AUDIT_ONLY,
    account.EmailChangeCancelled: AUDIT_ONLY,
    account.EmailChangeDenied: (
        MessageTemplate(
            "email_change_denied",
            sen_team,
            N_("An account may have been used by another person"),
            N_(
                "The owner of an account reported a change of email address that they did not ask for. "
                "The change was stopped, all log-ins were ended, and invitations that the account had sent were "
                "withdrawn. A SEN manager can see in the audit whose account it is. Check what was done with it."
            ),
        ),
    ),
    account.EmailChanged: AUDIT_ONLY,
    account.AuthenticatorResetAllowed: AUDIT_ONLY,  # the link to the owner is mailed by accounts/app_reset.py
    account.AuthenticatorReset: (MailTemplate("second_step_changed"),),
    SecondStepChanged: (MailTemplate("second_step_changed"),),
    AccountOpened: AUDIT_ONLY,
    PersonDeactivated: AUDIT_ONLY,
    PersonReactivated: AUDIT_ONLY,
    RolesChanged: (
        MailTemplate("roles_changed"),
        MessageTemplate(
            "roles_changed",
            sen_team_if_it_matters,
            N_("A person’s roles in the portal were changed"),
            N_(
                "%(by)s, an administrator, has changed who belongs to the SEN team or administers the portal. "
                "A SEN manager can see in the audit whose account it is. If this was not expected, speak to the administrators."
            ),
        ),
    ),
    RegistrationReceived: AUDIT_ONLY,
    account.AccountDetailsChanged: AUDIT_ONLY,
    account.OrganisationChangeProposed: (
        MessageTemplate(
            "organisation_change_proposed",
            sen_team,
            N_("New change of organisation to approve"),
            N_(
                "%(by)s says that they work for another organisation. Open “Changes of organisation to approve” on "
                "your home page and decide."
            ),
        ),
    ),
    account.OrganisationChangeApproved: AUDIT_ONLY,  # the person is mailed by accounts/account_details.py
    account.OrganisationChangeRefused: AUDIT_ONLY,
    account.RegisteredAlready: AUDIT_ONLY,  # the address is mailed by accounts/registration.py
    RegistrationWaiting: (
        MessageTemplate(
            "registration_waiting",
            sen_team,
            N_("New registration to approve"),
            N_(
                "Someone has asked for an account, and we cannot tell from their email address alone where they work. "
                "Open the registration to see why, and decide whether to approve it."
            ),
        ),
    ),
    RegistrationApproved: AUDIT_ONLY,
    RegistrationRefused: AUDIT_ONLY,
    ParentInvited: AUDIT_ONLY,
    AccountInvited: (
        MessageTemplate(
            "account_invited",
            sen_team_if_it_matters,
            N_("Someone was invited to join the council’s staff in the portal"),
            N_(
                "%(by)s, an administrator, has invited someone to join the SEN team or to administer the portal. "
                "If no one asked for it, speak to the administrators."
            ),
        ),
    ),
    InvitationConfirmed: AUDIT_ONLY,
    InvitationAccepted: (
        MailTemplate("roles_changed"),
        MessageTemplate(
            "invitation_accepted",
            sen_team_if_it_matters,
            N_("Someone has joined the council’s staff in the portal"),
            N_(
                "Someone has accepted an administrator’s invitation, and now belongs to the SEN team or administers the portal. "
                "A SEN manager can see in the audit whose account it is. If no one asked for it, speak to the administrators."
            ),
        ),
    ),
    InvitationWithdrawn: AUDIT_ONLY,
    # Children and who is involved
    ChildAdded: AUDIT_ONLY,
    ChildViewed: AUDIT_ONLY,
    ContactRiskChanged: AUDIT_ONLY,
    PossibleDuplicateFound: (
        MessageTemplate(
            "possible_duplicate",
            sen_team,
            N_("Possible duplicate record"),
            N_(
                "%(child)s has just been added and may already have a record. Check whether the records are for "
                "the same child. The person who added them has not been told."
            ),
        ),
    ),
    DuplicateSettled: AUDIT_ONLY,
    MergeUndone: AUDIT_ONLY,
    ChildCorrected: AUDIT_ONLY,
    ChildrenListed: AUDIT_ONLY,
    ChildLinked: (
        MessageTemplate(
            "child_linked",
            the_linked,
            N_("You are now linked to a child"),
            N_(
                "The SEN team has linked %(child)s to you or to your organisation. Open their page to see what is needed."
            ),
        ),
    ),
    LinkTakenUp: (
        MessageTemplate(
            "link_taken_up",
            sen_team,
            N_("A child was assigned"),
            N_("%(child)s has been assigned to %(by)s."),
        ),
    ),
    LinkAssigned: (
        MessageTemplate(
            "child_assigned",
            the_linked,
            N_("A child is assigned to you"),
            N_("%(by)s has assigned %(child)s to you. Open their page to see what is needed."),
        ),
        MessageTemplate(
            "child_reassigned",
            the_assigned_before,
            N_("A child is assigned to a colleague"),
            N_("%(by)s has assigned %(child)s, who was assigned to you, to a colleague or to themselves."),
        ),
        MessageTemplate(
            "child_assigned_team",
            sen_team,
            N_("A child was assigned"),
            N_(
                "%(by)s has assigned %(child)s. Open the child’s page to see who works on what you asked for."
            ),
        ),
    ),
    WorkLeft: (
        MessageTemplate(
            "work_left",
            sen_team,
            N_("Something you asked for has no author"),
            N_(
                "There is no longer an author for what you asked for about %(child)s, and the organisation can no "
                "longer see the child. Ask another person or organisation, or link this one again."
            ),
        ),
    ),
    OrganisationLeftUse: (
        MessageTemplate(
            "organisation_left_use",
            sen_team,
            N_("An organisation is no longer in use"),
            N_(
                "%(organisation)s is no longer in use in the portal, so its people can see no child. "
                "Children linked to it: %(children)s. Forms it has not finished: %(forms)s. "
                "These are still due. Ask other people or organisations."
            ),
            of_account=True,
        ),
    ),
    ReturnedToQueue: AUDIT_ONLY,  # one letter for all of them: WorkHandedOver
    WorkHandedOver: (
        MessageTemplate(
            "work_handed_over",
            the_colleagues,
            N_("A colleague’s work is now your organisation’s"),
            N_(
                "%(person)s no longer works on children in the portal for your organisation. "
                "Children now waiting in your organisation’s queue: %(children)s. "
                "Children on whom a colleague already works: %(with_colleagues)s. "
                "Forms that are not finished: %(forms)s. "
                "Open “Waiting in our queue” in the SEND area and assign each child to a colleague."
            ),
            of_account=True,
        ),
        MessageTemplate(
            "work_handed_over_team",
            sen_team,
            N_("A professional’s work went to their organisation’s queue"),
            N_(
                "%(person)s no longer works on children in the portal for %(organisation)s. "
                "Children now waiting in the organisation’s queue: %(children)s. "
                "Children on whom a colleague already works: %(with_colleagues)s. "
                "Forms that are not finished: %(forms)s. "
                "People at the organisation who can be assigned: %(colleagues)s. "
                "If there are none, ask another person or organisation."
            ),
            of_account=True,
        ),
    ),
    ColleagueBroughtIn: (
        MessageTemplate(
            "colleague_brought_in",
            the_linked,
            N_("A colleague has shared a child with you"),
            N_("%(by)s has shared %(child)s with you. You can work on their forms together."),
        ),
    ),
    LinkEnded: AUDIT_ONLY,  # they may not see the child any more, so nothing can be said
    # Forms
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
            N_("The SEN team has accepted the request for %(child)s and will now decide whether to assess."),
        ),
    ),
    RequestWithdrawn: AUDIT_ONLY,
    AdviceAsked: (
        MessageTemplate(
            "advice_asked",
            the_authors,
            N_("You have been asked for advice"),
            N_("The SEN team asks for “%(form)s” about %(child)s. Open the form to see by when it is due."),
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
            N_("The SEN team has accepted “%(form)s” about %(child)s. There is nothing more for you to do."),
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
    # Documents, messages, lists
    DocumentAdded: AUDIT_ONLY,
    DocumentRemoved: AUDIT_ONLY,
    DocumentDownloaded: AUDIT_ONLY,
    MessageSent: AUDIT_ONLY,  # the messages stand in the inboxes already; post/mailing.py mails who has them
    MessageRead: AUDIT_ONLY,
    MessageMarkedUnread: AUDIT_ONLY,
    AuditRead: AUDIT_ONLY,
    AccessDenied: AUDIT_ONLY,
    ListExported: AUDIT_ONLY,
    ReferenceChanged: AUDIT_ONLY,
    MailSentAgain: AUDIT_ONLY,
    PortalRestored: AUDIT_ONLY,
}


def template_named(name: str) -> MessageTemplate | None:
    """The letter of this name, for drawing a message that was written from it."""
    return BY_NAME.get(name)


BY_NAME = {
    each.name: each for told in NOTIFICATIONS.values() for each in told if isinstance(each, MessageTemplate)
}
