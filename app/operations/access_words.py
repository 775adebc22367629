"""Texts of the access policy for roles, pages, workflow steps and tables."""

from collections.abc import Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import (
    ApiKey,
    Group,
    Permission,
    PermissionView,
    RegisterUser,
    ViewMenu,
)
from flask_appbuilder.security.sqla.models import Role as RoleRow

from app import models
from app.core.roles import READ, WRITE, Grant, Role, WorkflowRole

ROLES: Mapping[Role, str] = {
    Role.professional: "Staff of a school, setting, health service, social care or psychology service, who act for "
    "their organisation",
    Role.parent: "A parent or carer, or the young person, invited by the SEN team to follow one child or more",
    Role.sen_officer: "The council's SEN team, who run cases and see every child",
    Role.sen_manager: "The same, and the audit",
    Role.admin: "Looks after accounts and organisations, and sees no child",
}

PUBLIC_PAGES: Mapping[str, str] = {
    "LogInView": "the log-in pages",
    "RegisterView": "the registration pages",
    "ForgottenView": "the forgotten-password pages",
    "ConfirmView": "the page behind a link we mailed",
    "HelpView": "help, accessibility, privacy and cookies",
    "LanguageView": "the choice of language",
    "HealthView": "the two pages that tell the council's monitoring whether the portal runs",
}
"""By view name."""

GRANT_TEXTS: Mapping[Grant, str] = {
    ("Home", READ): "Open the home page",
    ("Account", READ): "See one's own account and log-ins",
    (
        "Account",
        WRITE,
    ): "Change one's own details, password, email address and authenticator app; propose another organisation; "
    "end one's own log-ins",
    ("Messages", READ): "Read messages",
    (
        "Messages",
        WRITE,
    ): "Write and answer messages: the SEN team to those linked to a child, others to the SEN team",
    (
        "SendArea",
        WRITE,
    ): "Open the SEND area; take up a child from the organisation's queue; bring in a colleague; "
    "step back from a child",
    ("Children", READ): "Open a child's page, with its forms, people and messages",
    (
        "Children",
        WRITE,
    ): "Open the page “Add Person”; only professionals of a school, academy or post-16 establishment (to ask for an "
    "assessment) or of an early years setting (to bring a child to attention) can add a child there",
    ("Forms", READ): "Open and read forms",
    (
        "Forms",
        WRITE,
    ): "Take the steps in part 3; begin a consent form (the SEN team, and each linked parent or young person their own)",
    ("Documents", READ): "Download files",
    (
        "CaseWork",
        READ,
    ): "List all children, requests, advice and the SEN team's messages, and export the lists",
    (
        "CaseWork",
        WRITE,
    ): "Link people to a child and end links; ask for advice and cancel it; decide "
    "whether to assess; share forms; settle possible duplicates",
    ("Registrations", READ): "List who asked for an account",
    (
        "Registrations",
        WRITE,
    ): "Approve or refuse a person who registered for an account; recognising the email domain as "
    "well is for SEN managers",
    ("Organisations", READ): "List and export organisations",
    ("Organisations", WRITE): "Add, change and delete organisations",
    ("WorkDomains", READ): "List recognised work email domains",
    ("WorkDomains", WRITE): "Add, change and delete recognised work email domains",
    (
        "Colleagues",
        READ,
    ): "See who waits to be confirmed and who works for an organisation: leads for their own, "
    "the SEN team for every one; administrators see who works where",
    (
        "Colleagues",
        WRITE,
    ): "Confirm or refuse that a person works for an organisation, and say that one has left (its leads and the SEN team; "
    "only the SEN team for a lead); choose its leads "
    "(the SEN team and administrators)",
    ("Invitations", READ): "See open invitations: the SEN team those of parents, carers and professionals, "
    "administrators those of professionals and of the council's staff",
    (
        "Invitations",
        WRITE,
    ): "Invite people to open an account, send invitations again and withdraw them; only administrators invite the "
    "council's staff, and only the SEN team parents and carers",
    ("Users", READ): "List accounts",
    (
        "Users",
        WRITE,
    ): "Give and take roles; close and reopen accounts; allow an authenticator app to be reset; never one's own, and "
    "only after password and code again",
    ("Roles", READ): "See what each role opens",
    ("Audit", READ): "Read the audit",
    ("Figures", READ): "Read and export the figures of all cases",
    ("PublishedFigures", READ): "List the published figures of other councils",
    ("PublishedFigures", WRITE): "Change the published figures of other councils",
    ("Imports", READ): "See imports of the kinds that one may import, with their faults",
    (
        "Imports",
        WRITE,
    ): "Import a file from another system, and undo an import: administrators schools and officers, SEN managers children and "
    "cases",
    ("ReminderRules", READ): "List the days on which people are reminded of advice",
    ("ReminderRules", WRITE): "Change the days on which people are reminded of advice",
    ("DutyRules", READ): "List the time limits in law, with every version",
    ("DutyRules", WRITE): "Add a version of a time limit, from a day to come",
    ("NoticeTexts", READ): "List the texts of the notices that the law asks for, with every version",
    ("NoticeTexts", WRITE): "Change the text of a notice, as a new version",
    (
        "Running",
        READ,
    ): "See how the portal is doing: mail in the queue and given up, workers, backup, versions",
    ("Running", WRITE): "Send a mail again that was given up",
}
"""The text of each grant."""

FORMS: Mapping[str, str] = {
    "request": "A request for an EHC needs assessment",
    "advice": "Advice",
    "consent": "A consent form",
}

WORKFLOW_ROLE_TEXTS: Mapping[WorkflowRole, tuple[str, str]] = {
    WorkflowRole.author: (
        "Author",
        "a professional of the organisation whose form it is, linked by name to the child, not only in the queue",
    ),
    WorkflowRole.sen_team: ("SEN team", "any SEN officer or SEN manager"),
    WorkflowRole.giver: (
        "Giver",
        "the parent, carer or young person whose consent it is, linked by name to the child; no other member of the family",
    ),
    WorkflowRole.recorder: (
        "Recorder",
        "the SEN team, for a consent form that it writes down for the person who gives the consent",
    ),
}

STEPS: Mapping[str, str] = {
    "save": "Fill it in",
    "correct": "Correct it",
    "submit": "Send it",
    "withdraw": "Withdraw it",
    "return": "Return it with reasons",
    "accept": "Accept it",
    "cancel": "Cancel it",
    "decide": "Decide on its case, which ends the work on it",
    "agree_to_assess": "Decide to assess",
    "decline_to_assess": "Decide not to assess",
    "undo_accept": "Undo accepting it",
    "correct_to_assess": "Correct the decision: assess",
    "correct_not_to_assess": "Correct the decision: do not assess",
    "overturn_to_assess": "Record that mediation or the Tribunal changed it: assess",
    "agree_to_issue": "Decide to make a plan",
    "decline_to_issue": "Decide to make no plan",
    "correct_to_issue": "Correct the decision: make a plan",
    "correct_not_to_issue": "Correct the decision: make no plan",
    "overturn_to_issue": "Record that mediation or the Tribunal changed it: make a plan",
    "serve_draft": "Send a draft plan",
    "consult": "Ask a school or college about a place",
    "issue_final_plan": "Send the final plan",
    "resume_received": "Continue it: before the decision to assess",
    "resume_assessing": "Continue it: in the assessment",
    "resume_preparing_plan": "Continue it: before the draft",
    "resume_draft_served": "Continue it: after the draft",
}

STANDING = (
    "The status of a child's case: its state, its dates and those of its duties, and the state of the request's form",
    "Those who see the child, and nothing of what the request says.",
)
"""The only columns of a row that can be read without access to the row; see STANDING in
its area's policies.py."""

TABLES: Mapping[type[Any], str] = {
    models.Child: "Children and young people",
    models.ChildName: "The words of a child's name, which searching looks through",
    models.ChildLink: "Who is involved with a child",
    models.Form: "Requests, advice and consent forms: that they exist, and where they stand",
    models.SectionDraft: "Drafts of form sections that are not sent yet",
    models.DraftRevision: "What a section of a form held before it was changed",
    models.Submission: "What was sent, word for word",
    models.FormReturn: "Reasons for which a form was returned",
    models.Case: "Cases: requests for an assessment by any route, and what was decided",
    models.AdviceRoute: "To whom requests for advice go",
    models.Decision: "Decisions whether to assess, with every correction",
    models.CaseException: "Exceptions to the limits of a case, with the evidence",
    models.CaseReturn: "What the SEN2 return asks about a case",
    models.Duty: "The duties of a case, with their days",
    models.Decision: "Decisions on a case, with every correction and reversal",
    models.Reminder: "Reminders of advice that were sent",
    models.PublishedFigure: "The published figures of England and other councils",
    models.ReminderRule: "The days on which reminders are sent",
    models.Plan: "Draft and final plans that were sent to the family",
    models.NoticeTemplate: "Texts of the notices that the law asks for, each version",
    models.Notice: "Notices that were served in a case",
    models.NoticeCopy: "Copies of a notice, one for each recipient",
    models.Consultation: "Schools and colleges that were asked about a place, and their replies",
    models.DocumentReader: "To whom of the family a plan was sent in the portal",
    models.ImportBatch: "Imports from other systems",
    models.ImportRow: "Rows of an import",
    models.Absence: "Officers who are away, and who covers for them",
    models.FormShare: "Who a submitted form is shared with",
    models.ChildMerge: "Records that were merged",
    models.Document: "Files",
    models.Message: "Messages",
    models.Person: "Accounts",
    models.Membership: "Who works where",
    models.Registration: "Requests for an account",
    models.Invitation: "Invitations to open an account",
    models.WorkDomain: "Recognised work email domains",
    models.SchoolHoliday: "The holidays of schools",
    models.AuditRow: "The audit",
    models.LogInSession: "Log-ins",
    models.LogInChallenge: "Log-ins that wait for their security code",
    models.Throttle: "Counts of failed tries",
    models.SavedSubmission: "Forms posted after the session had expired",
    models.EmailChange: "Changes of email address that wait",
    models.OrganisationChange: "Changes of organisation that professionals propose",
    models.MailedLink: "Links on their way by email",
    models.OutboxMail: "Emails on their way",
    RegisterUser: "The framework's own registrations",
    ApiKey: "Keys for programs",
    models.Organisation: "organisations",
    models.FormTemplate: "the forms the council uses",
    models.FormVersion: "their published wordings",
    models.DutyRule: "time limits in law",
    RoleRow: "roles",
    Group: "groups of roles",
    Permission: "kinds of permission",
    ViewMenu: "the names of pages",
    models.WorkerSeen: "which worker was last seen when",
    PermissionView: "which permission belongs to which page",
}
"""The content of each table."""
