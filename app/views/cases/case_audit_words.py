"""Sentences of the audit log about who works on a case."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from app.cases.events import CaseHandedOver, CaseOwnerChanged, CasesHandedOver, CasesLeft, CaseWithoutOwner
from app.views.operations.audit_words import register_words
from app.views.web.i18n import ngettext


def _cases(facts: Mapping[str, Any]) -> str:
    return ngettext("%(num)s case", "%(num)s cases", int(facts.get("cases", 0)))


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
