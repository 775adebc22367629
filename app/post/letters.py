"""Who is told what: one entry for each thing that can happen. "Audit only" is said aloud, never by leaving something out.

Texts here are for the inbox, where the reader may see the child they speak of; e-mails carry none of it.
%(child)s is filled in when the message is read, %(form)s and %(by)s when it is written.
"""

from collections.abc import Mapping

from app.domain import account_events as account
from app.domain import events as on
from app.domain.events import Event
from app.domain.wording import N_
from app.post.form_letters import FORM_LETTERS
from app.post.letter_parts import (
    AUDIT_ONLY,
    SEN_TEAM,
    Addressees,
    Letter,
    Notice,
    Told,
    sen_team,
    sen_team_if_it_matters,
    the_assigned_before,
    the_authors,
    the_colleagues,
    the_giver,
    the_linked,
    those_it_is_shared_with,
)
from app.post.membership_letters import MEMBERSHIP_LETTERS
from app.post.secrecy_letters import SECRECY_LETTERS

__all__ = ["BY_NAME", "LETTERS", "SEN_TEAM", "Addressees", "Letter", "Notice", "letter_named"]

LETTERS: Mapping[type[Event], Told] = {
    **FORM_LETTERS,
    **MEMBERSHIP_LETTERS,
    **SECRECY_LETTERS,
    # Accounts
    on.LoggedIn: AUDIT_ONLY,
    on.LoggedOut: AUDIT_ONLY,
    on.LogInFailed: AUDIT_ONLY,
    on.LogInToNobody: AUDIT_ONLY,
    on.AccountCooledDown: (Notice("account_cooling_down"),),
    on.PasswordChanged: (Notice("password_changed"),),
    on.PasswordResetAsked: AUDIT_ONLY,  # the link itself is mailed by services/forgotten_password.py
    account.PasswordResetWithoutAccount: AUDIT_ONLY,
    account.EmailChangeAsked: AUDIT_ONLY,  # links and notices go to the old and the new address from the service
    account.EmailChangeConfirmed: AUDIT_ONLY,
    account.EmailChangeCancelled: AUDIT_ONLY,
    account.EmailChangeDenied: (
        Letter(
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
    account.AuthenticatorResetAllowed: AUDIT_ONLY,  # the link to the owner is mailed by services/app_reset.py
    account.AuthenticatorReset: (Notice("second_step_changed"),),
    on.SecondStepChanged: (Notice("second_step_changed"),),
    on.AccountOpened: AUDIT_ONLY,
    on.PersonDeactivated: AUDIT_ONLY,
    on.PersonReactivated: AUDIT_ONLY,
    on.RolesChanged: (
        Notice("roles_changed"),
        Letter(
            "roles_changed",
            sen_team_if_it_matters,
            N_("A person’s roles in the portal were changed"),
            N_(
                "%(by)s, an administrator, has changed who belongs to the SEN team or administers the portal. "
                "A SEN manager can see in the audit whose account it is. If this was not expected, speak to the administrators."
            ),
        ),
    ),
    on.RegistrationReceived: AUDIT_ONLY,
    account.AccountDetailsChanged: AUDIT_ONLY,
    account.OrganisationChangeProposed: (
        Letter(
            "organisation_change_proposed",
            sen_team,
            N_("New change of organisation to approve"),
            N_(
                "%(by)s says that they work for another organisation. Open “Changes of organisation to approve” on "
                "your home page and decide."
            ),
        ),
    ),
    account.OrganisationChangeApproved: AUDIT_ONLY,  # the person is mailed by services/account_details.py
    account.OrganisationChangeRefused: AUDIT_ONLY,
    account.RegisteredAlready: AUDIT_ONLY,  # the address is mailed by services/registration.py
    on.RegistrationWaiting: (
        Letter(
            "registration_waiting",
            sen_team,
            N_("New registration to approve"),
            N_(
                "Someone has asked for an account, and we cannot tell from their email address alone where they work. "
                "Open the registration to see why, and decide whether to approve it."
            ),
        ),
    ),
    on.RegistrationApproved: AUDIT_ONLY,
    on.RegistrationRefused: AUDIT_ONLY,
    on.ParentInvited: AUDIT_ONLY,
    on.AccountInvited: (
        Letter(
            "account_invited",
            sen_team_if_it_matters,
            N_("Someone was invited to join the council’s staff in the portal"),
            N_(
                "%(by)s, an administrator, has invited someone to join the SEN team or to administer the portal. "
                "If no one asked for it, speak to the administrators."
            ),
        ),
    ),
    on.InvitationConfirmed: AUDIT_ONLY,
    on.InvitationAccepted: (
        Notice("roles_changed"),
        Letter(
            "invitation_accepted",
            sen_team_if_it_matters,
            N_("Someone has joined the council’s staff in the portal"),
            N_(
                "Someone has accepted an administrator’s invitation, and now belongs to the SEN team or administers the portal. "
                "A SEN manager can see in the audit whose account it is. If no one asked for it, speak to the administrators."
            ),
        ),
    ),
    on.InvitationWithdrawn: AUDIT_ONLY,
    # Children and who is involved
    on.ChildAdded: AUDIT_ONLY,
    on.ChildViewed: AUDIT_ONLY,
    on.ContactRiskChanged: AUDIT_ONLY,
    on.PossibleDuplicateFound: (
        Letter(
            "possible_duplicate",
            sen_team,
            N_("Possible duplicate record"),
            N_(
                "%(child)s has just been added and may already have a record. Check whether the records are for "
                "the same child. The person who added them has not been told."
            ),
        ),
    ),
    on.DuplicateSettled: AUDIT_ONLY,
    on.MergeUndone: AUDIT_ONLY,
    on.ChildCorrected: AUDIT_ONLY,
    on.ChildrenListed: AUDIT_ONLY,
    on.ChildLinked: (
        Letter(
            "child_linked",
            the_linked,
            N_("You are now linked to a child"),
            N_(
                "The SEN team has linked %(child)s to you or to your organisation. Open their page to see what is needed."
            ),
        ),
    ),
    on.LinkTakenUp: (
        Letter(
            "link_taken_up",
            sen_team,
            N_("A child was assigned"),
            N_("%(child)s has been assigned to %(by)s."),
        ),
    ),
    on.LinkAssigned: (
        Letter(
            "child_assigned",
            the_linked,
            N_("A child is assigned to you"),
            N_("%(by)s has assigned %(child)s to you. Open their page to see what is needed."),
        ),
        Letter(
            "child_reassigned",
            the_assigned_before,
            N_("A child is assigned to a colleague"),
            N_("%(by)s has assigned %(child)s, who was assigned to you, to a colleague or to themselves."),
        ),
        Letter(
            "child_assigned_team",
            sen_team,
            N_("A child was assigned"),
            N_(
                "%(by)s has assigned %(child)s. Open the child’s page to see who works on what you asked for."
            ),
        ),
    ),
    on.WorkLeft: (
        Letter(
            "work_left",
            sen_team,
            N_("Something you asked for has no author"),
            N_(
                "There is no longer an author for what you asked for about %(child)s, and the organisation can no "
                "longer see the child. Ask another person or organisation, or link this one again."
            ),
        ),
    ),
    on.OrganisationLeftUse: (
        Letter(
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
    on.ReturnedToQueue: AUDIT_ONLY,  # one letter for all of them: WorkHandedOver
    on.WorkHandedOver: (
        Letter(
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
        Letter(
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
    on.ColleagueBroughtIn: (
        Letter(
            "colleague_brought_in",
            the_linked,
            N_("A colleague has shared a child with you"),
            N_("%(by)s has shared %(child)s with you. You can work on their forms together."),
        ),
    ),
    on.LinkEnded: AUDIT_ONLY,  # they may not see the child any more, so nothing can be said
    # Forms
    on.FormViewed: AUDIT_ONLY,
    on.FormSaved: AUDIT_ONLY,
    on.RequestStarted: AUDIT_ONLY,
    on.RequestSubmitted: (
        Letter(
            "request_submitted",
            sen_team,
            N_("A request for an assessment was sent"),
            N_(
                "%(by)s has sent a request for an assessment for %(child)s. Accept it, or return it with your reasons."
            ),
        ),
    ),
    on.RequestReturned: (
        Letter(
            "request_returned",
            the_authors,
            N_("The SEN team returned your form"),
            N_(
                "The SEN team has returned “%(form)s” for %(child)s. The reasons are on the form, beside each section. "
                "Correct it and send it again."
            ),
        ),
    ),
    on.RequestAccepted: (
        Letter(
            "request_accepted",
            the_authors,
            N_("The SEN team accepted your form"),
            N_("The SEN team has accepted the request for %(child)s and will now decide whether to assess."),
        ),
    ),
    on.RequestWithdrawn: AUDIT_ONLY,
    on.AdviceAsked: (
        Letter(
            "advice_asked",
            the_authors,
            N_("You have been asked for advice"),
            N_("The SEN team asks for “%(form)s” about %(child)s. Open the form to see by when it is due."),
        ),
    ),
    on.AdviceSubmitted: (
        Letter(
            "advice_submitted",
            sen_team,
            N_("Advice was sent"),
            N_("%(by)s has sent “%(form)s” about %(child)s. Accept it, or return it with your reasons."),
        ),
    ),
    on.AdviceReturned: (
        Letter(
            "advice_returned",
            the_authors,
            N_("Your advice was returned"),
            N_(
                "The SEN team has returned “%(form)s” about %(child)s. The reasons are on the form, beside each section. "
                "Correct it and send it again."
            ),
        ),
    ),
    on.AdviceAccepted: (
        Letter(
            "advice_accepted",
            the_authors,
            N_("Your advice was accepted"),
            N_("The SEN team has accepted “%(form)s” about %(child)s. There is nothing more for you to do."),
        ),
    ),
    on.AdviceCancelled: (
        Letter(
            "advice_cancelled",
            the_authors,
            N_("Advice is no longer needed"),
            N_("The SEN team no longer needs “%(form)s” about %(child)s."),
        ),
    ),
    on.ConsentStarted: (
        Letter(
            "consent_asked",
            the_giver,
            N_("Tell us what we may share"),
            N_(
                "The SEN team asks you to fill in a form about sharing information about %(child)s. Your answers are yours: no other parent or carer can read or change them."
            ),
        ),
    ),
    on.ConsentRecorded: (
        Letter(
            "consent_recorded",
            sen_team,
            N_("Consent was given"),
            N_("%(by)s has sent a consent form about %(child)s."),
        ),
    ),
    on.ConsentWithdrawn: (
        Letter(
            "consent_withdrawn",
            sen_team,
            N_("A consent was withdrawn"),
            N_(
                "%(by)s has withdrawn a consent about %(child)s. What was shared because of it can no longer be read. Check what else is shared, and with whom."
            ),
        ),
    ),
    on.FormShared: (
        Letter(
            "form_shared",
            those_it_is_shared_with,
            N_("A form was shared with you"),
            N_("The SEN team has shared “%(form)s” about %(child)s with you."),
        ),
    ),
    # Documents, messages, lists
    on.DocumentAdded: AUDIT_ONLY,
    on.DocumentRemoved: AUDIT_ONLY,
    on.DocumentDownloaded: AUDIT_ONLY,
    on.MessageSent: AUDIT_ONLY,  # the messages stand in the inboxes already; post/mailing.py mails who has them
    on.MessageRead: AUDIT_ONLY,
    on.MessageMarkedUnread: AUDIT_ONLY,
    on.AuditRead: AUDIT_ONLY,
    on.AccessDenied: AUDIT_ONLY,
    on.ListExported: AUDIT_ONLY,
    on.ReferenceChanged: AUDIT_ONLY,
    on.MailSentAgain: AUDIT_ONLY,
    on.PortalRestored: AUDIT_ONLY,
}


def letter_named(name: str) -> Letter | None:
    """The letter of this name, for drawing a message that was written from it."""
    return BY_NAME.get(name)


BY_NAME = {each.name: each for told in LETTERS.values() for each in told if isinstance(each, Letter)}
