"""The page that shows who can open the plans and letters that were sent, and lets people open them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.cases.rules.status import CaseStatus
from app.cases.sent_copies import Opening, SentItem, SentKind, open_copies, sent_in
from app.children.queries.involved import Involved
from app.core.errors import Forbidden, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.forms.sharing import family_of
from app.models import Case, Child, Plan
from app.views.cases.case_parts import received_words
from app.views.cases.notice_parts import NoticeLine
from app.views.cases.plan_decisions import recorded
from app.views.cases.plan_parts import PlanLine, plan_title
from app.views.cases.plans import DESPITE, chosen_numbers
from app.views.web.base import PortalView, read_only_work
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.register import register


@register()
class SentCopiesView(PortalView):
    """The page about what was sent in one case."""

    route_base = "/cases"
    class_permission_name = "CaseWork"

    @expose("/<int:case_id>/sent", methods=["GET", "POST"])
    @has_access
    def change(self, case_id: int) -> ResponseReturnValue:
        """Show who can open each plan and letter, and let those chosen open it."""
        work = read_only_work()
        if not work.me.in_sen_team:
            raise Forbidden("open_copies")
        case = work.get(Case, case_id)
        child_id = case.child_id
        faults, warnings = {}, []
        if request.method == "POST":
            warned = "warned_secret" in request.form
            try:
                with self.work() as changing:
                    open_copies(
                        changing,
                        case_id,
                        _openings(request.form.getlist("copies")),
                        chosen_numbers(request.form.getlist("despite")),
                        warned_secret=warned,
                    )
                flash(recorded(changing), "success")
                return redirect(url_for("ChildView.show", child_id=child_id))
            except ValidationFailed as refused:
                for fault in refused.faults:
                    if fault.field.startswith(DESPITE):
                        warnings.append((fault.field.removeprefix(DESPITE), translated(fault.text)))
                    else:
                        faults[fault.field] = translated(fault.text)
        if warnings:
            faults["despite"] = _("Tick the box of each person to whom you are sure to send it")
        work = read_only_work()
        family = family_of(work, child_id)
        items = [_item(each, family) for each in sent_in(work, case_id)]
        return self.page(
            "casework/sent_copies.html",
            422 if faults else 200,
            case=work.get(Case, case_id),
            child=work.get(Child, child_id),
            items=items,
            chosen=request.form.getlist("copies"),
            confirmed=request.form.getlist("despite"),
            warnings=warnings,
            faults=faults,
            errors=[{"text": text, "href": f"#{_place(name, items)}"} for name, text in faults.items()],
        )


def sent_part(
    work: UnitOfWork, cases: Sequence[CaseStatus], lines: Collection[PlanLine | NoticeLine]
) -> dict[str, Any]:
    """Return, for the SEN team, what is withheld and from whom, and the page of each case to let people open it."""
    if not work.me.in_sen_team:
        return {"withheld": [], "sent_pages": []}
    withheld: dict[int, dict[str, list[str]]] = {}
    for line in lines:
        if line.withheld_from:
            names = withheld.setdefault(line.case_id, {}).setdefault(line.title, [])
            names += [name for name in line.withheld_from if name not in names]
    return {
        "withheld": [
            (
                _("Withheld since an address became secret: %(what)s.", what=_what(by_title)),
                url_for("SentCopiesView.change", case_id=case_id),
            )
            for case_id, by_title in withheld.items()
        ],
        "sent_pages": [
            (
                received_words(case) if len(cases) > 1 else "",
                url_for("SentCopiesView.change", case_id=case.case_id),
            )
            for case in cases
        ],
    }


def _what(by_title: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(
        _("%(title)s (%(names)s)", title=title, names=", ".join(names)) for title, names in by_title.items()
    )


def _openings(values: Sequence[str]) -> set[Opening]:
    """Return what was ticked, without values that the page does not have."""
    found = set()
    for value in values:
        kind, _dash, numbers = value.partition("-")
        ids = chosen_numbers(numbers.split("-"))
        if kind in SentKind.__members__ and len(ids) == 2:
            found.add(Opening(SentKind[kind], *ids))
    return found


def _item(sent: SentItem, family: Sequence[Involved]) -> Mapping[str, Any]:
    """Return a plan or letter as the page shows it: its boxes are for the people who cannot open it now."""
    row, key = sent.row, f"{sent.kind.name}-{sent.row.id}"
    is_plan = isinstance(row, Plan)
    href = (
        url_for("DocumentView.download", document_id=row.document_id)
        if isinstance(row, Plan)
        else url_for("NoticeCopyView.read", copy_id=sent.copy_id)
    )
    closed = [each for each in family if each.link_id not in sent.open_to]
    return {
        "key": key,
        "title": plan_title(row) if isinstance(row, Plan) else row.title,
        "href": href,
        "is_plan": is_plan,
        "sent_on": row.served_on,
        "open_to": [each.person_name for each in family if each.link_id in sent.open_to],
        "choices": [
            (f"{key}-{each.link_id}", f"{each.person_name}, {each.relationship}".strip(", "))
            for each in closed
        ],
        "hints": {
            f"{key}-{each.link_id}": _("Was sent it, and cannot open it until you have checked it")
            for each in closed
            if each.link_id in sent.withheld_from
        },
    }


def _place(name: str, items: Sequence[Mapping[str, Any]]) -> str:
    """Return the id of the first box for an error."""
    return next((each["key"] for each in items if each["choices"]), name) if name == "copies" else name
