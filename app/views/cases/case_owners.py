"""The pages to hand one case, or several at once, to a colleague."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy.orm import joinedload

from app.cases import case_owners
from app.cases.queries.officers import officers
from app.cases.rules.hand_over import NOT_HANDED, Chosen, NotHanded
from app.core.errors import ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.models import Case
from app.views.web.base import PortalView, read_only_work
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.register import register

LARGEST = 2**31 - 1
Line = tuple[str, str, str]
"""The number, child and owner of a case."""


def chosen_text(case: Case) -> str:
    """Return what a page posts for a chosen case: its id, and who had it when the page was shown."""
    return f"{case.id}-{case.owner_id or 0}"


@register()
class CaseOwnerView(PortalView):
    """Hand cases to a colleague."""

    route_base = "/cases"
    class_permission_name = "CaseWork"

    @expose("/<int:case_id>/hand-over")
    @has_access
    def choose(self, case_id: int) -> ResponseReturnValue:
        """Ask to whom one case is to be handed."""
        work = read_only_work()
        case = work.get(Case, case_id, joinedload(Case.child), joinedload(Case.owner))
        return self._ask(work, [case])

    @expose("/hand-over", methods=["POST"])
    @has_access
    def hand_over(self) -> ResponseReturnValue:
        """Ask to whom the chosen cases are to be handed, say what that would do, and do it."""
        chosen = _chosen()
        if not chosen:
            flash(_("Choose at least one case"), "danger")
            return redirect(url_for("CaseList.list"))
        step, colleague = request.form.get("step", ""), _number(request.form.get("colleague", ""))
        try:
            if step == "check" and colleague is not None:
                return self._check(chosen, colleague)
            if step in {"check", "do"}:
                return self._do(chosen, colleague)
        except ValidationFailed as refused:
            return self._ask_again(chosen, refused)
        return self._ask_again(chosen)

    def _ask(
        self, work: UnitOfWork, cases: Sequence[Case], refused: ValidationFailed | None = None
    ) -> ResponseReturnValue:
        team = officers(work.session)
        mine = work.me.user_id
        named = {mine: _("%(name)s (you)", name=team.get(mine, work.me.name))}
        errors = (
            [{"text": translated(each.text), "href": f"#{each.field}"} for each in refused.faults]
            if refused
            else []
        )
        return self.page(
            "casework/hand_over.html",
            422 if refused else 200,
            cases=[_line(case) for case in cases],
            chosen=[chosen_text(case) for case in cases],
            colleagues=[(str(number), name) for number, name in (team | named).items()],
            back=url_for("ChildView.show", child_id=cases[0].child_id)
            if len(cases) == 1
            else url_for("CaseList.list"),
            errors=errors,
        )

    def _ask_again(
        self, chosen: Sequence[Chosen], refused: ValidationFailed | None = None
    ) -> ResponseReturnValue:
        work = read_only_work()
        found = case_owners.preview(work, chosen, 0)
        cases = [*found.handed, *(case for case, _why in found.not_handed if case is not None)]
        if not cases:
            flash(_("Choose at least one case"), "danger")
            return redirect(url_for("CaseList.list"))
        return self._ask(work, sorted(cases, key=lambda case: case.number), refused)

    def _check(self, chosen: Sequence[Chosen], colleague: int) -> ResponseReturnValue:
        work = read_only_work()
        found = case_owners.preview(work, chosen, colleague)
        name = officers(work.session).get(colleague)
        if name is None:
            return self._do(chosen, colleague)  # which refuses it
        return self.page(
            "casework/hand_over_check.html",
            **_result(found),
            colleague=colleague,
            name=name,
            chosen=[f"{each.case_id}-{each.owner_id or 0}" for each in chosen],
        )

    def _do(self, chosen: Sequence[Chosen], colleague: int | None) -> ResponseReturnValue:
        with self.work() as work:
            found = case_owners.hand_over(work, chosen, colleague)
            name = officers(work.session)[colleague or 0]
            result = _result(found)
            children = [case.child_id for case in found.handed]
            numbers = [case.number for case in found.handed]
        if len(chosen) == 1 and children:
            flash(_("Case %(number)s is now with %(name)s.", number=numbers[0], name=name), "success")
            return redirect(url_for("ChildView.show", child_id=children[0]))
        return self.page("casework/handed_over.html", **result, name=name)


def _result(found: case_owners.HandedOver) -> dict[str, Any]:
    """Return the context of a page that says what is handed over, and what is not and why."""
    return {
        "handed": [_line(case) for case in found.handed],
        "not_handed": [(*_line(case), _why(why)) for case, why in found.not_handed],
    }


def _line(case: Case | None) -> Line:
    if case is None:
        return _("Unknown"), "", ""
    return case.number, case.child.name, case.owner.name if case.owner is not None else _("No owner")


def _why(why: NotHanded) -> str:
    return _(NOT_HANDED[why])


def _chosen() -> list[Chosen]:
    """Return the cases that were chosen on the page, each once and no more than can be handed over at once."""
    found: dict[int, Chosen] = {}
    for each in request.form.getlist("case")[: case_owners.MOST_AT_ONCE]:
        case_id, owner_id = (_number(part) for part in (each.partition("-")[::2]))
        if case_id:
            found[case_id] = Chosen(case_id, owner_id or None)
    return list(found.values())


def _number(text: str) -> int | None:
    return (
        int(text) if text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= LARGEST else None
    )
