"""What is sent when something happens to accounts."""

from app.accounts.events import (
    AccountCooledDown,
    AccountDetailsChanged,
    AccountOpened,
    AuthenticatorReset,
    AuthenticatorResetAllowed,
    EmailChangeAsked,
    EmailChangeCancelled,
    EmailChangeConfirmed,
    EmailChanged,
    EmailChangeDenied,
    LoggedIn,
    LoggedOut,
    LogInFailed,
    LogInToNobody,
    OrganisationChangeApproved,
    OrganisationChangeProposed,
    OrganisationChangeRefused,
    PasswordChanged,
    PasswordResetAsked,
    PasswordResetWithoutAccount,
    PersonDeactivated,
    PersonReactivated,
    RegisteredAlready,
    RolesChanged,
    SecondStepChanged,
)
from app.accounts.recipients import (
    invitations_left,
    leads_and_sen_team,
    organisation_left,
    owner_with_an_address_left,
    person_and_organisation,
    person_named,
    sen_team_if_it_matters,
    the_owner,
)
from app.accounts.registration_events import (
    AccountInvited,
    ActedFor,
    InvitationAccepted,
    InvitationConfirmed,
    InvitationsLeft,
    InvitationWithdrawn,
    LeadChanged,
    MembershipAwaited,
    MembershipConfirmed,
    MembershipDeclined,
    MembershipEnded,
    MembershipLeft,
    MembershipRefused,
    ParentInvited,
    RegistrationApproved,
    RegistrationReceived,
    RegistrationRefused,
    RegistrationWaiting,
)
from app.core.notifications import AUDIT_ONLY, MailTemplate, MessageTemplate, register, sen_team
from app.core.wording import N_


def _address_left(name: str) -> MessageTemplate:
    """Return the message to someone who still logs in with an address of the organisation that they left.

    Another person decided that they leave it; who leaves one reads the same on that page.
    """
    return MessageTemplate(
        name,
        owner_with_an_address_left,
        N_("Change the email address that you log in with"),
        N_(
            "You still log in with an email address of %(organisation)s, and your security codes go there. Under “Your account”, "
            "change it to an address of an organisation that you work for. If you cannot, contact the SEN team."
        ),
        of_account=True,
        facts=organisation_left,
    )


register(
    {
        LoggedIn: AUDIT_ONLY,
        LoggedOut: AUDIT_ONLY,
        LogInFailed: AUDIT_ONLY,
        LogInToNobody: AUDIT_ONLY,
        AccountCooledDown: (MailTemplate("account_cooling_down", ("minutes",)),),
        PasswordChanged: (MailTemplate("password_changed", ("device",)),),
        PasswordResetAsked: AUDIT_ONLY,  # the link itself is mailed by accounts/forgotten_password.py,
        PasswordResetWithoutAccount: AUDIT_ONLY,
        EmailChangeAsked: AUDIT_ONLY,  # links and notices go to the old and the new address from the service,
        EmailChangeConfirmed: AUDIT_ONLY,
        EmailChangeCancelled: AUDIT_ONLY,
        EmailChangeDenied: (
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
        EmailChanged: AUDIT_ONLY,
        AuthenticatorResetAllowed: AUDIT_ONLY,  # the link to the owner is mailed by accounts/app_reset.py,
        AuthenticatorReset: (MailTemplate("second_step_changed", ("device",)),),
        SecondStepChanged: (MailTemplate("second_step_changed", ("device",)),),
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
        AccountDetailsChanged: AUDIT_ONLY,
        OrganisationChangeProposed: (
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
        OrganisationChangeApproved: (
            _address_left("address_left_by_change"),
        ),  # accounts/account_details.py mails the person too
        OrganisationChangeRefused: AUDIT_ONLY,
        RegisteredAlready: AUDIT_ONLY,  # the address is mailed by accounts/registration.py,
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
        MembershipAwaited: (
            MessageTemplate(
                "membership_awaited",
                leads_and_sen_team,
                N_("New colleague to confirm"),
                N_(
                    "Someone with an account says that they work for your organisation, or for an organisation we know. "
                    "Go to “People to confirm” and say whether they work there."
                ),
                of_account=True,
            ),
        ),
        MembershipConfirmed: (
            MessageTemplate(
                "membership_confirmed",
                the_owner,
                N_("You are confirmed as working for your organisation"),
                N_(
                    "%(by)s has confirmed where you work. You can now open the work that waits for your organisation."
                ),
                of_account=True,
            ),
        ),
        MembershipRefused: (  # accounts/membership.py mails the person, whose account is closed
            MessageTemplate(
                "membership_refused",
                sen_team,
                N_("Registration refused by an organisation"),
                N_(
                    "%(by)s answered that a person does not work for their organisation. We have closed the account."
                ),
            ),
        ),
        MembershipDeclined: (
            MessageTemplate(
                "membership_declined",
                the_owner,
                N_("An organisation has not confirmed that you work there"),
                N_(
                    "%(by)s answered that you do not work for an organisation that you asked to join. "
                    "If you do work there, contact the organisation."
                ),
                of_account=True,
            ),
            _address_left("address_left_by_refusal"),
        ),
        MembershipLeft: (
            MessageTemplate(
                "membership_left",
                leads_and_sen_team,
                N_("A person has left an organisation"),
                N_(
                    "%(person)s no longer works for %(organisation)s. Their work has gone to the organisation’s queue."
                ),
                of_account=True,
                facts=person_and_organisation,
            ),
        ),
        ActedFor: AUDIT_ONLY,
        MembershipEnded: (
            MessageTemplate(
                "membership_ended",
                the_owner,
                N_("You are no longer confirmed as working for your organisation"),
                N_(
                    "%(by)s has told us that you no longer work for your organisation, so you can no longer see the children "
                    "linked to it. If you work for another organisation now, change it under “Your account”."
                ),
                of_account=True,
            ),
            MessageTemplate(
                "membership_ended_team",
                sen_team,
                N_("A person no longer works for their organisation"),
                N_(
                    "%(by)s has told us that %(person)s no longer works for their organisation. Their work has gone to the "
                    "organisation’s queue. Their account is open: an administrator can close it."
                ),
                of_account=True,
                facts=person_named,
            ),
            _address_left("address_left"),
        ),
        InvitationsLeft: (
            MessageTemplate(
                "invitations_left",
                sen_team,
                N_("Check the invitations of someone who has left the SEN team"),
                N_(
                    "%(person)s is no longer in the SEN team. Their invitations to parents and carers that are still open: "
                    "%(invitations)s. Go to “Invitations” and withdraw those that you do not know to be right."
                ),
                of_account=True,
                facts=invitations_left,
            ),
        ),
        LeadChanged: (
            MessageTemplate(
                "lead_changed",
                the_owner,
                N_("Your task as a lead of your organisation has changed"),
                N_(
                    "%(by)s has changed whether you confirm who works for your organisation. "
                    "If you lead it now, your home page shows who is waiting."
                ),
                of_account=True,
            ),
        ),
    }
)
