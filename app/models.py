"""The front door to the tables: re-exports, nothing else."""

from app.tables.account_changes import EmailChange, OrganisationChange, ProposalState
from app.tables.audit import AuditRow
from app.tables.children import Child, ChildLink, ChildMerge, ChildName
from app.tables.decisions import Decision
from app.tables.documents import Document, DocumentState
from app.tables.forms import (
    ASSESSING_REQUESTS,
    AUTHORS_DATE,
    AWAITED_ADVICE,
    UNDECIDED_REQUESTS,
    Advice,
    Consent,
    DraftRevision,
    Form,
    FormReturn,
    FormTemplate,
    FormVersion,
    Request,
    SectionDraft,
    Submission,
    forms_in,
)
from app.tables.invitations import Invitation
from app.tables.log_in import (
    KeptPost,
    LogInChallenge,
    LogInSession,
    Registration,
    RegistrationState,
    Throttle,
)
from app.tables.mailed_links import MailedLink, Purpose
from app.tables.messages import Message
from app.tables.organisations import Organisation, WorkDomain
from app.tables.outbox import OutboxMail
from app.tables.people import Person
from app.tables.shares import FormShare
from app.tables.workers import WorkerSeen

__all__ = [
    "ASSESSING_REQUESTS",
    "AUTHORS_DATE",
    "AWAITED_ADVICE",
    "UNDECIDED_REQUESTS",
    "Advice",
    "AuditRow",
    "Child",
    "ChildLink",
    "ChildMerge",
    "ChildName",
    "Consent",
    "Decision",
    "Document",
    "DocumentState",
    "DraftRevision",
    "EmailChange",
    "Form",
    "FormReturn",
    "FormShare",
    "FormTemplate",
    "FormVersion",
    "Invitation",
    "KeptPost",
    "LogInChallenge",
    "LogInSession",
    "MailedLink",
    "Message",
    "Organisation",
    "OrganisationChange",
    "OutboxMail",
    "Person",
    "ProposalState",
    "Purpose",
    "Registration",
    "RegistrationState",
    "Request",
    "SectionDraft",
    "Submission",
    "Throttle",
    "WorkDomain",
    "WorkerSeen",
    "forms_in",
]
