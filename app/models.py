"""Every table, re-exported."""

from app.accounts.tables.account_changes import EmailChange, OrganisationChange, ProposalState
from app.accounts.tables.invitations import Invitation
from app.accounts.tables.log_in import (
    LogInChallenge,
    LogInSession,
    Registration,
    RegistrationState,
    SavedSubmission,
)
from app.accounts.tables.mailed_links import MailedLink, Purpose
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.cases.figure_tables import PublishedFigure
from app.cases.notice_tables import Notice, NoticeCopy, NoticeTemplate
from app.cases.plan_tables import Consultation, Plan
from app.cases.reminder_tables import Reminder, ReminderRule
from app.cases.return_tables import CaseReturn
from app.cases.tables import (
    PLAN_DUE_CASES,
    UNDECIDED_CASES,
    WITHOUT_OWNER,
    Absence,
    AdviceRoute,
    Case,
    CaseException,
    Decision,
    Duty,
    DutyRule,
)
from app.children.tables import Child, ChildLink, ChildMerge, ChildName
from app.core.audit.table import AuditRow
from app.core.mail.outbox_table import OutboxMail
from app.core.mail.worker_table import WorkerSeen
from app.core.rate_limit_table import Throttle
from app.documents.tables import Document, DocumentReader, DocumentState
from app.forms.tables.forms import (
    AUTHORS_DATE,
    AWAITED_ADVICE,
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
from app.forms.tables.shares import FormShare
from app.imports.tables import ImportBatch, ImportRow
from app.messages.tables import Message
from app.organisations.tables import Organisation, SchoolHoliday, WorkDomain

__all__ = [
    "AUTHORS_DATE",
    "AWAITED_ADVICE",
    "PLAN_DUE_CASES",
    "UNDECIDED_CASES",
    "WITHOUT_OWNER",
    "Absence",
    "Advice",
    "AdviceRoute",
    "AuditRow",
    "Case",
    "CaseException",
    "CaseReturn",
    "Child",
    "ChildLink",
    "ChildMerge",
    "ChildName",
    "Consent",
    "Consultation",
    "Decision",
    "Document",
    "DocumentReader",
    "DocumentState",
    "DraftRevision",
    "Duty",
    "DutyRule",
    "EmailChange",
    "Form",
    "FormReturn",
    "FormShare",
    "FormTemplate",
    "FormVersion",
    "ImportBatch",
    "ImportRow",
    "Invitation",
    "LogInChallenge",
    "LogInSession",
    "MailedLink",
    "Membership",
    "Message",
    "Notice",
    "NoticeCopy",
    "NoticeTemplate",
    "Organisation",
    "OrganisationChange",
    "OutboxMail",
    "Person",
    "Plan",
    "ProposalState",
    "PublishedFigure",
    "Purpose",
    "Registration",
    "RegistrationState",
    "Reminder",
    "ReminderRule",
    "Request",
    "SavedSubmission",
    "SchoolHoliday",
    "SectionDraft",
    "Submission",
    "Throttle",
    "WorkDomain",
    "WorkerSeen",
    "forms_in",
]
