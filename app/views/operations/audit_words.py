"""The audit log's events as sentences: "Olu Adeyemi opened the child’s page"."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.cases.rules.exceptions import EXCEPTION_LABELS
from app.core.events import Event
from app.operations.queries.audit import AuditLine
from app.views.operations.secrecy_audit_words import SECRECY_SENTENCES
from app.views.web.i18n import gettext as _
from app.views.web.i18n import ngettext
from app.views.web.pages import uk_date
from app.views.web.register import title_of, title_of_table
from app.views.web.words import case_state, request_channel, request_source

SENTENCES: dict[str, tuple[LazyString, LazyString]] = {
    # Event: (the label in the filter, the sentence). %(who)s did it, %(person)s is the person affected,
    # %(form)s is the form.
    **SECRECY_SENTENCES,
    "LoggedIn": (_l("Log-ins"), _l("%(who)s logged in")),
    "LoggedOut": (_l("Log-outs"), _l("%(who)s logged out")),
    "LogInFailed": (_l("Failed log-ins"), _l("A wrong password was entered for %(person)s")),
    "LogInToNobody": (
        _l("Failed log-ins without an account"),
        _l("Someone tried to log in without an account"),
    ),
    "AccountCooledDown": (
        _l("Accounts locked for a while"),
        _l("Too many wrong codes were entered for %(person)s"),
    ),
    "PasswordChanged": (_l("Passwords changed"), _l("%(person)s has a new password")),
    "PasswordResetAsked": (
        _l("New passwords asked for"),
        _l("A link for a new password was sent to %(person)s"),
    ),
    "PasswordResetWithoutAccount": (
        _l("New passwords asked for without an account"),
        _l("A new password was asked for with an address that has no open account"),
    ),
    "AccountDetailsChanged": (
        _l("Account details changed"),
        _l("%(person)s changed the details of their account"),
    ),
    "OrganisationChangeProposed": (
        _l("Changes of organisation proposed"),
        _l("%(person)s asked to change their organisation"),
    ),
    "OrganisationChangeApproved": (
        _l("Changes of organisation approved"),
        _l("%(who)s approved the change of organisation of %(person)s"),
    ),
    "OrganisationChangeRefused": (
        _l("Changes of organisation refused"),
        _l("%(who)s refused the change of organisation of %(person)s"),
    ),
    "EmailChangeAsked": (
        _l("Email changes asked for"),
        _l("%(person)s asked to change their email address"),
    ),
    "EmailChangeConfirmed": (
        _l("New email addresses confirmed"),
        _l("The new email address of %(person)s was confirmed"),
    ),
    "EmailChangeCancelled": (
        _l("Email changes cancelled"),
        _l("The change of email address of %(person)s was cancelled"),
    ),
    "EmailChangeDenied": (
        _l("Email changes reported"),
        _l("%(person)s did not ask for the change of email address; it was stopped"),
    ),
    "AuthenticatorResetAllowed": (
        _l("Authenticator resets allowed"),
        _l("%(who)s allowed %(person)s to log in without their authenticator app"),
    ),
    "AuthenticatorReset": (
        _l("Authenticator apps reset"),
        _l("%(person)s confirmed that their authenticator app is removed"),
    ),
    "EmailChanged": (_l("Email addresses changed"), _l("The email address of %(person)s was changed")),
    "SecondStepChanged": (_l("Second steps changed"), _l("%(who)s changed the second step of %(person)s")),
    "AccountOpened": (_l("Accounts opened"), _l("%(person)s opened their account")),
    "PersonDeactivated": (_l("Accounts closed"), _l("%(who)s closed the account of %(person)s")),
    "PersonReactivated": (_l("Accounts opened again"), _l("%(who)s opened the account of %(person)s again")),
    "RolesChanged": (_l("Roles changed"), _l("%(who)s changed the roles of %(person)s")),
    "RegistrationReceived": (_l("Registrations received"), _l("Someone asked for an account")),
    "RegisteredAlready": (
        _l("Registrations with an address that has an account"),
        _l("An account was asked for with an address that has one already"),
    ),
    "RegistrationWaiting": (
        _l("Registrations confirmed"),
        _l("A registration was confirmed and waits for the SEN team"),
    ),
    "RegistrationApproved": (_l("Registrations approved"), _l("%(who)s approved a registration")),
    "RegistrationRefused": (_l("Registrations refused"), _l("%(who)s refused a registration")),
    "MembershipAwaited": (
        _l("People to confirm"),
        _l("%(person)s waits to be confirmed as working for their organisation"),
    ),
    "MembershipConfirmed": (
        _l("People confirmed"),
        _l("%(who)s confirmed that %(person)s works for their organisation"),
    ),
    "MembershipRefused": (
        _l("People refused"),
        _l("%(who)s answered that %(person)s does not work for their organisation"),
    ),
    "MembershipEnded": (
        _l("People who left an organisation"),
        _l("%(who)s said that %(person)s no longer works for their organisation"),
    ),
    "MembershipDeclined": (
        _l("People refused by a further organisation"),
        _l("%(who)s answered that %(person)s does not work for an organisation that they asked to join"),
    ),
    "MembershipLeft": (
        _l("People who left an organisation themselves"),
        _l("%(person)s left one of their organisations"),
    ),
    "ActedFor": (
        _l("Organisations chosen to act for"),
        _l("%(person)s chose the organisation that they act for"),
    ),
    "InvitationsLeft": (
        _l("Invitations left open"),
        _l("%(person)s left the SEN team, and invitations they sent to families are open"),
    ),
    "LeadChanged": (
        _l("Leads changed"),
        _l("%(who)s changed whether %(person)s leads their organisation"),
    ),
    "ParentInvited": (_l("Invitations"), _l("%(who)s invited a parent or carer")),
    "AccountInvited": (
        _l("Invitations of professionals and staff"),
        _l("%(who)s invited someone to open an account"),
    ),
    "InvitationConfirmed": (
        _l("Invitations confirmed"),
        _l("%(who)s confirmed an invitation as the second administrator"),
    ),
    "InvitationAccepted": (
        _l("Invitations accepted"),
        _l("%(person)s accepted an invitation and has the role they were invited to"),
    ),
    "InvitationWithdrawn": (_l("Invitations withdrawn"), _l("%(who)s withdrew an invitation")),
    "ChildAdded": (_l("Children added"), _l("%(who)s added the child")),
    "ContactRiskChanged": (
        _l("Secret addresses changed"),
        _l("%(who)s changed whether the address must be kept secret"),
    ),
    "ChildViewed": (_l("Child’s page opened"), _l("%(who)s opened the child’s page")),
    "PossibleDuplicateFound": (
        _l("Possible duplicates"),
        _l("The portal found a possible duplicate record"),
    ),
    "DuplicateSettled": (
        _l("Possible duplicates reviewed"),
        _l("%(who)s reviewed a possible duplicate record"),
    ),
    "ChildLinked": (_l("Links made"), _l("%(who)s linked %(person)s to the child")),
    "LinkTakenUp": (
        _l("Children assigned from the queue"),
        _l("%(person)s assigned the child to themselves from the organisation’s queue"),
    ),
    "ColleagueBroughtIn": (_l("Colleagues added"), _l("%(who)s shared the child with %(person)s")),
    "LinkAssigned": (_l("Children assigned"), _l("%(who)s assigned the child to %(person)s")),
    "ReturnedToQueue": (
        _l("Children returned to a queue"),
        _l("The child was returned to the queue of %(person)s"),
    ),
    "WorkHandedOver": (
        _l("Work handed over"),
        _l("The work of %(person)s was handed over to their organisation"),
    ),
    "OrganisationLeftUse": (
        _l("Organisations no longer in use"),
        _l("%(who)s marked an organisation as no longer in use"),
    ),
    "WorkLeft": (
        _l("Work left without an author"),
        _l("%(who)s was the last person of an organisation to work with the child"),
    ),
    "LinkEnded": (_l("Links ended"), _l("%(who)s ended the link of %(person)s to the child")),
    "RelationshipCorrected": (
        _l("Relationships to children corrected"),
        _l("%(who)s corrected what %(person)s is to the child"),
    ),
    "FormViewed": (_l("Forms read"), _l("%(who)s read “%(form)s”")),
    "FormSaved": (_l("Forms saved"), _l("%(who)s saved a part of “%(form)s”")),
    "RequestStarted": (_l("Requests begun"), _l("%(who)s began “%(form)s”")),
    "RequestSubmitted": (_l("Requests sent"), _l("%(who)s sent “%(form)s”")),
    "RequestReturned": (_l("Requests returned"), _l("%(who)s returned “%(form)s” with reasons")),
    "RequestAccepted": (_l("Requests accepted"), _l("%(who)s accepted “%(form)s”")),
    "RequestWithdrawn": (_l("Requests withdrawn"), _l("%(who)s withdrew “%(form)s”")),
    "RequestRecorded": (
        _l("Requests recorded that came another way"),
        _l("%(who)s recorded a request that did not come in the portal"),
    ),
    "ExceptionRecorded": (
        _l("Exceptions to a time limit recorded"),
        _l("%(who)s recorded an exception to a time limit"),
    ),
    "ExceptionWithdrawn": (
        _l("Exceptions to a time limit withdrawn"),
        _l("%(who)s withdrew an exception to a time limit"),
    ),
    "AssessmentAgreed": (_l("Decisions to assess"), _l("%(who)s recorded the decision to assess")),
    "FamilyViewsInvited": (
        _l("Families invited to give their views"),
        _l("%(who)s invited the parent or young person to give their views for the assessment"),
    ),
    "AssessmentDeclined": (_l("Decisions not to assess"), _l("%(who)s recorded the decision not to assess")),
    "AdviceAsked": (_l("Advice requested"), _l("%(who)s requested “%(form)s”")),
    "AdviceSubmitted": (_l("Advice sent"), _l("%(who)s sent “%(form)s”")),
    "AdviceReturned": (_l("Advice returned"), _l("%(who)s returned “%(form)s” with reasons")),
    "AdviceAccepted": (_l("Advice accepted"), _l("%(who)s accepted “%(form)s”")),
    "AdviceCancelled": (
        _l("Advice no longer needed"),
        _l("%(who)s cancelled “%(form)s”"),
    ),
    "BroughtToAttention": (
        _l("Children brought to attention"),
        _l("%(who)s brought the child to the council’s attention"),
    ),
    "RequestAcceptanceUndone": (
        _l("Acceptances of requests undone"),
        _l("%(who)s undid the acceptance of “%(form)s”"),
    ),
    "AdviceAcceptanceUndone": (
        _l("Acceptances of advice undone"),
        _l("%(who)s undid the acceptance of “%(form)s”"),
    ),
    "InformationAcceptanceUndone": (
        _l("Acceptances of information undone"),
        _l("%(who)s undid the acceptance of “%(form)s”"),
    ),
    "CorrectedToAssess": (
        _l("Decisions corrected: assess"),
        _l("%(who)s corrected the decision. The council will assess"),
    ),
    "CorrectedNotToAssess": (
        _l("Decisions corrected: do not assess"),
        _l("%(who)s corrected the decision. The council will not assess"),
    ),
    "InformationAsked": (_l("Information asked for"), _l("%(who)s asked for “%(form)s”")),
    "InformationSubmitted": (_l("Information sent"), _l("%(who)s sent “%(form)s”")),
    "InformationReturned": (_l("Information returned"), _l("%(who)s returned “%(form)s” with reasons")),
    "InformationAccepted": (_l("Information accepted"), _l("%(who)s accepted “%(form)s”")),
    "InformationCancelled": (
        _l("Information no longer needed"),
        _l("%(who)s said that “%(form)s” is no longer needed"),
    ),
    "ConsentStarted": (_l("Consent forms begun"), _l("%(who)s began the family’s consent form")),
    "ConsentRecorded": (_l("Consent recorded"), _l("%(who)s recorded the family’s consent")),
    "ConsentWithdrawn": (_l("Consent withdrawn"), _l("%(who)s withdrew the family’s consent")),
    "FormShared": (_l("Sharing changed"), _l("%(who)s changed who may read “%(form)s”")),
    "DocumentAdded": (_l("Files attached"), _l("%(who)s attached a file")),
    "DocumentRemoved": (_l("Files removed"), _l("%(who)s removed a file")),
    "DocumentDownloaded": (_l("Files opened"), _l("%(who)s opened a file")),
    "MessageSent": (_l("Messages sent"), _l("%(who)s sent a message")),
    "MessageRead": (_l("Messages read"), _l("%(who)s read a message")),
    "MessageMarkedUnread": (_l("Messages marked as unread"), _l("%(who)s marked a message as unread")),
    "AccessDenied": (_l("Refused"), _l("%(who)s tried to open a page they cannot access")),
    "AuditRead": (_l("Audit read"), _l("%(who)s viewed the audit")),
    "MailSentAgain": (_l("Emails sent again"), _l("%(who)s sent an undelivered email again")),
    "ChildCorrected": (_l("Records corrected"), _l("%(who)s corrected the child’s record")),
    "MergeUndone": (_l("Merges undone"), _l("%(who)s undid the merge of two records")),
    "ChildrenListed": (_l("Lists of children read"), _l("%(who)s read a list of children")),
    "ListExported": (_l("Lists exported"), _l("%(who)s exported a list")),
    "ReferenceChanged": (_l("Reference lists changed"), _l("%(who)s changed a reference list")),
    "OrganisationRenamed": (_l("Organisations renamed"), _l("%(who)s changed the name of an organisation")),
    "PortalRestored": (_l("Restored from a backup"), _l("The portal was restored from a backup")),
}


UNATTENDED: Mapping[str, LazyString] = {
    "ChildLinked": _l("%(person)s accepted an invitation and is now linked to the child"),
    "RegistrationApproved": _l("A registration was approved, because the work email domain is recognised"),
    "RolesChanged": _l("The roles of %(person)s were set when the portal was set up"),
    "ReferenceChanged": _l("A reference list was changed when the portal was set up"),
}
"""Events without a person who is logged in: through an emailed link, or by a command on the server."""

PAGES: Mapping[str, LazyString] = {
    "ChildView": _l("A child’s page"),
    "FormView": _l("A form"),
    "DocumentView": _l("A file"),
    "MessageView": _l("A message"),
    "LinkView": _l("A page about who is involved"),
    "InvolvementView": _l("A page about who is involved"),
    "AssignView": _l("A page about who is involved"),
    "AskView": _l("A page to ask for advice"),
    "DecideView": _l("A page to decide whether to assess"),
    "PlanDecisionView": _l("A page to decide about a case"),
    "PlanView": _l("A page to send a plan"),
    "ConsultationView": _l("A page to ask a school or college about a place"),
    "UserList": _l("An account"),
    "UserView": _l("An account"),
}
"""The subject of a page to which access was denied, by view name."""


def sentence(line: AuditLine) -> str:
    """Return the sentence of one row."""
    held = SENTENCES.get(line.event)
    if held is None:
        return line.event
    words = held[1] if line.actor_name else UNATTENDED.get(line.event, held[1])
    return str(words) % {
        "who": line.actor_name or _("Someone who was not logged in"),
        "person": line.person or _("someone"),
        "form": line.form or _("a form"),
    }


def details(line: AuditLine) -> str:
    """Return the further details of one row."""
    written = DETAILS.get(line.event)
    return str(written(line.facts)) if written else ""


def _refused(facts: Mapping[str, Any]) -> str:
    page = str(PAGES.get(str(facts.get("endpoint", "")).partition(".")[0]) or _("A page"))
    if facts.get("number") is None:
        return page
    return _("%(page)s, number %(number)s", page=page, number=facts["number"])


def _reference(facts: Mapping[str, Any]) -> str:
    table, number = str(facts.get("table", "")), facts.get("row_id")
    change = {"added": _("added"), "changed": _("changed"), "deleted": _("deleted")}
    screen = title_of_table(table) or table.replace("_", " ").capitalize()
    words = change.get(str(facts.get("change")), "")
    return _("%(page)s, number %(number)s: %(change)s", page=screen, number=number, change=words)


def _exception(facts: Mapping[str, Any]) -> str:
    return _(EXCEPTION_LABELS.get(str(facts.get("code")), ""))


def _recorded_request(facts: Mapping[str, Any]) -> str:
    return _(
        "%(source)s, %(channel)s, received %(day)s",
        source=request_source(str(facts.get("source"))),
        channel=request_channel(str(facts.get("channel"))),
        day=uk_date(date.fromisoformat(str(facts.get("received_on")))),
    )


def corrected(facts: Mapping[str, Any]) -> str:
    """Return what the decision was before, and its number in the history."""
    before = case_state(str(facts.get("before")))
    return _(
        "Before: %(state)s. Number in the history of decisions: %(number)s",
        state=before,
        number=facts.get("number"),
    )


def _old_and_new(facts: Mapping[str, Any]) -> str:
    before, after = facts.get("before") or {}, facts.get("after") or {}
    return "; ".join(f"{before.get(name, '')} → {after[name]}" for name in after)


LIST_PARTS = {"find": _l("searched for"), "show": _l("view"), "page": _l("page")}
WHOLE_LIST = {("show", "all"), ("page", "1")}
CHILD_DETAILS = {
    "forenames": _l("Forenames"),
    "surname": _l("Last name"),
    "has_no_surname": _l("Has no last name"),
    "known_as": _l("Known as"),
    "date_of_birth": _l("Date of birth"),
    "address": _l("Address"),
    "postcode": _l("Postcode"),
    "postcode_missing_reason": _l("Why there is no UK postcode"),
    "upn": _l("UPN"),
    "upn_missing_reason": _l("Why there is no UPN"),
    "nhs_number": _l("NHS number"),
    "setting_id": _l("School or setting"),
}


def _list_read(facts: Mapping[str, Any]) -> str:
    name = str(facts.get("list_name", ""))
    words = [title_of(name) or name]
    asked = dict(facts.get("asked") or {})
    words += [
        f"{LIST_PARTS.get(part, part)}: {value}"
        for part, value in asked.items()
        if (part, value) not in WHOLE_LIST
    ]
    rows = ngettext("%(num)s row", "%(num)s rows", facts.get("rows", 0))
    return f"{', '.join(words)} ({rows})"


def _child_corrected(facts: Mapping[str, Any]) -> str:
    changes = [
        f"{CHILD_DETAILS.get(name, name)}: {_detail(old)} → {_detail(new)}"
        for name, (old, new) in (facts.get("changes") or {}).items()
    ]
    return "; ".join([*changes, str(facts.get("reason", ""))])


def _detail(value: Any) -> str:
    if value in (None, ""):
        return _("none")
    return (_("Yes") if value else _("No")) if isinstance(value, bool) else str(value)


def _roles(facts: Mapping[str, Any]) -> str:
    after, before = (
        ", ".join(str(role).replace("_", " ") for role in facts.get(name) or [])
        for name in ("roles", "before")
    )
    return f"{before} → {after}" if before else after


def _shared_with(kinds: list[str], people: int) -> str:
    words = {"professionals": _("linked professionals"), "parents": _("parents and carers")}
    if people:
        words["parents"] = ngettext("%(num)s member of the family", "%(num)s members of the family", people)
    return _("Shared with: %(whom)s", whom=", ".join(words.get(kind, kind) for kind in kinds) or _("no one"))


DETAILS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "FormShared": lambda facts: _shared_with(facts.get("shared_with") or [], len(facts.get("links") or [])),
    "RolesChanged": _roles,
    "ContactRiskChanged": lambda facts: str(facts.get("reason") or ""),
    "AuthenticatorResetAllowed": lambda facts: facts.get("reason", ""),
    "AccountDetailsChanged": _old_and_new,
    "AccessDenied": _refused,
    "RequestRecorded": _recorded_request,
    "ExceptionRecorded": _exception,
    "ExceptionWithdrawn": _exception,
    "CorrectedToAssess": corrected,
    "CorrectedNotToAssess": corrected,
    "ListExported": _list_read,
    "ChildrenListed": _list_read,
    "ChildCorrected": _child_corrected,
    "MergeUndone": lambda facts: facts.get("reason", ""),
    "DuplicateSettled": lambda facts: (
        _("The same child") if facts.get("same") else _("Two different children")
    ),
    "ReferenceChanged": _reference,
    "RelationshipCorrected": lambda facts: f"{facts.get('before') or _('none')} → {facts.get('after')}",
    "OrganisationRenamed": lambda facts: f"{facts['before']} → {facts['after']}",
}
"""The further details of an event, written from its facts."""


def register_words(
    event: type[Event],
    label: LazyString,
    sentence: LazyString,
    details: Callable[[Mapping[str, Any]], str] | None = None,
) -> None:
    """Add an event's label in the filter of the audit, its sentence, and how its facts are written.

    %(who)s did it, %(person)s is the person affected, %(form)s is the form. Raises ValueError when the event has
    words already.
    """
    if event.__name__ in SENTENCES:
        raise ValueError(f"registered twice: {event.__name__}")
    SENTENCES[event.__name__] = (label, sentence)
    if details is not None:
        DETAILS[event.__name__] = details


def kinds() -> list[tuple[str, str]]:
    """Return every kind of event with its label, for a filter."""
    return sorted(
        ((event, str(words)) for event, (words, _sentence) in SENTENCES.items()), key=lambda kind: kind[1]
    )
