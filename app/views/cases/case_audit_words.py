"""Sentences of the audit log about who works on a case, and about its way to a plan."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from app.cases.events import (
    AdviceReminder,
    CaseHandedOver,
    CaseOwnerChanged,
    CaseResumed,
    CaseReturnRecorded,
    CasesHandedOver,
    CasesLeft,
    CaseWithdrawn,
    CaseWithoutOwner,
    CorrectedNotToIssue,
    CorrectedToIssue,
    CoverArranged,
    CoverEnded,
    DecisionOverturned,
    DraftPlanServed,
    FinalPlanIssued,
    LeadsReminded,
    NoticeRead,
    NoticeServed,
    PlanAgreed,
    PlanDeclined,
    SentCopiesOpened,
    SettingConsulted,
    SettingReplied,
)
from app.cases.rules.sen2 import BY_NAME
from app.documents.events import CaseFileRemoved
from app.views.operations.audit_words import corrected, register_words
from app.views.web.i18n import gettext as _
from app.views.web.i18n import ngettext


def _fields(facts: Mapping[str, Any]) -> str:
    return ", ".join(_(BY_NAME[name].label) for name in facts.get("fields", ()) if name in BY_NAME)


def _cases(facts: Mapping[str, Any]) -> str:
    return ngettext("%(num)s case", "%(num)s cases", int(facts.get("cases", 0)))


def _opened(facts: Mapping[str, Any]) -> str:
    return ngettext("for %(num)s person", "for %(num)s people", len(facts.get("links") or ()))


register_words(
    CaseOwnerChanged, _l("Owners of cases changed"), _l("%(who)s made %(person)s the owner of the case")
)
register_words(CaseHandedOver, _l("Cases handed over"), _l("%(who)s handed the case to %(person)s"))
register_words(
    CasesHandedOver,
    _l("Several cases handed over at once"),
    _l("%(who)s handed several cases to %(person)s"),
    details=_cases,
)
register_words(
    CaseWithoutOwner,
    _l("Cases without an owner"),
    _l("%(person)s, who had the case, no longer works in the SEN team"),
)
register_words(
    CasesLeft,
    _l("Cases left by an officer"),
    _l("%(person)s no longer works in the SEN team, and their cases have no owner"),
    details=_cases,
)
register_words(
    CorrectedToIssue,
    _l("Decisions corrected: make a plan"),
    _l("%(who)s corrected the decision. The council will make a plan"),
    details=corrected,
)
register_words(
    CorrectedNotToIssue,
    _l("Decisions corrected: make no plan"),
    _l("%(who)s corrected the decision. The council will make no plan"),
    details=corrected,
)
register_words(PlanAgreed, _l("Decisions to make a plan"), _l("%(who)s recorded the decision to make a plan"))
register_words(
    PlanDeclined, _l("Decisions to make no plan"), _l("%(who)s recorded the decision to make no plan")
)
register_words(
    DecisionOverturned,
    _l("Decisions changed by mediation or the Tribunal"),
    _l("%(who)s recorded that mediation or the Tribunal changed a decision"),
)
register_words(CaseWithdrawn, _l("Requests withdrawn"), _l("%(who)s recorded that the request was withdrawn"))
register_words(CaseResumed, _l("Withdrawn cases continued"), _l("%(who)s continued the withdrawn case"))
register_words(DraftPlanServed, _l("Draft plans sent"), _l("%(who)s recorded that a draft plan was sent"))
register_words(FinalPlanIssued, _l("Final plans sent"), _l("%(who)s recorded that the final plan was sent"))
register_words(NoticeServed, _l("Notices served"), _l("%(who)s recorded that a notice was served"))
register_words(
    SentCopiesOpened,
    _l("Plans and letters opened to people of the family"),
    _l("%(who)s let people of the family open plans or letters that were sent before"),
    details=_opened,
)
register_words(NoticeRead, _l("Notices read"), _l("%(who)s opened a notice"))
register_words(
    SettingConsulted,
    _l("Schools and colleges asked about a place"),
    _l("%(who)s recorded that a school or college was asked about a place"),
)
register_words(
    SettingReplied,
    _l("Replies about a place"),
    _l("%(who)s recorded the reply of a school or college about a place"),
)
register_words(
    CoverArranged, _l("Covers for absence"), _l("%(who)s recorded that %(person)s covers for a colleague")
)
register_words(
    CoverEnded, _l("Covers for absence ended"), _l("%(who)s ended the cover by %(person)s for a colleague")
)
register_words(
    AdviceReminder, _l("Reminders of advice"), _l("A reminder was sent of “%(form)s”, which is awaited")
)
register_words(
    LeadsReminded,
    _l("Reminders to leads"),
    _l("The leads of an organisation got a message that its advice is late"),
)
register_words(
    CaseReturnRecorded,
    _l("Answers for the SEN2 return"),
    _l("%(who)s entered what the SEN2 return asks about a case"),
    _fields,
)
register_words(
    CaseFileRemoved,
    _l("Files removed from cases"),
    _l("%(who)s removed a file from a case"),
    lambda facts: str(facts.get("reason", "")),
)
