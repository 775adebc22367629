"""The pages to write, check and serve a notice, and to read one."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import Form, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2

from app.cases import children, notices
from app.cases.notices import CheckedNotice, NoticeToServe
from app.cases.plan_tables import SERVED_LABELS, Served
from app.cases.rules.notices import NOTICE_LABELS, REFUSALS, WITH_RIGHTS, NoticeKind, blocks
from app.core.command_line import app_context
from app.core.errors import NotFound, ValidationFailed
from app.forms.sharing import family_of
from app.models import Case, Child
from app.views.cases.case_parts import frame
from app.views.cases.notice_parts import copy_files, notice_lines
from app.views.cases.plan_decisions import recorded
from app.views.cases.plans import chosen_numbers, show_refused
from app.views.web.base import PortalView, read_only_work
from app.views.web.fields import DatePartsField, StringField, TextAreaField
from app.views.web.i18n import gettext as _
from app.views.web.register import register

SERVE, CHANGE = "serve", "change"


class NoticeForm(Form):
    """The text of a notice, how it is sent and to whom."""

    links = SelectMultipleField(_l("Who reads it in the portal?"), validate_choice=False)
    despite = SelectMultipleField(_l("Confirm"), validate_choice=False)
    others = TextAreaField(_l("Who else is sent a copy? (optional)"))
    served = RadioField(
        _l("How is it sent?"),
        choices=[SelectChoice(each.name, _l(label)) for each, label in SERVED_LABELS.items()],
        validate_choice=False,
    )
    served_on = DatePartsField(_l("When is it sent?"))
    title = StringField(_l("Title"))
    body = TextAreaField(_l("Text"))

    def to_serve(self, kind: NoticeKind) -> NoticeToServe:
        """Return what was entered, unchecked, for the use case."""
        served = self.served.data or ""
        return NoticeToServe(
            kind=kind,
            title=self.title.data or "",
            body=self.body.data or "",
            served_on=self.served_on.data,
            served=Served[served] if served in Served.__members__ else None,
            links=frozenset(chosen_numbers(self.links.data or ())),
            despite=frozenset(chosen_numbers(self.despite.data or ())),
            others=self.others.data or "",
        )


@register()
class NoticeView(PortalView):
    """The pages to serve a notice."""

    route_base = "/cases"
    class_permission_name = "CaseWork"

    @expose("/<int:case_id>/notices/<key>", methods=["GET", "POST"])
    @has_access
    def write(self, case_id: int, key: str) -> ResponseReturnValue:
        """Write a notice, see it as each recipient gets it, and serve it."""
        if key not in NoticeKind.__members__:
            raise NotFound("NoticeKind")
        form = NoticeForm(request.form if request.method == "POST" else None)
        work = read_only_work()
        case = work.get(Case, case_id)
        text = notices.text_for(work, case_id, NoticeKind[key])
        child = work.get(Child, case.child_id)
        form.links.choices = [
            (str(each.link_id), f"{each.person_name}, {each.relationship}".strip(", "))
            for each in family_of(work, child.id)
        ]
        context = {"form": form, "case": case, "child": child, "kind": NoticeKind[key]}
        if request.method == "GET":
            form.served_on.show(app_context().clock.today())
            form.title.data, form.body.data = text.title, text.body
        elif form.validate() and request.form.get("step") != CHANGE:
            answer = self._checked_or_served(case, NoticeKind[key], form, context)
            if answer is not None:
                return answer
        return self.page(
            "casework/write_notice.html",
            422 if form.errors else 200,
            sent=notice_lines(work, [case_id], {}),
            **context | _about(context),
        )

    def _checked_or_served(
        self, case: Case, kind: NoticeKind, form: NoticeForm, context: dict[str, Any]
    ) -> ResponseReturnValue | None:
        """Show the notice, or serve it; return None, with the errors in the form, when it was refused."""
        child_id, warned = case.child_id, "warned_secret" in request.form
        try:
            if request.form.get("step") == SERVE:
                with self.work() as work:
                    notices.serve_notice(work, case.id, form.to_serve(kind), warned_secret=warned)
                flash(recorded(work), "success")
                return redirect(url_for("ChildView.show", child_id=child_id))
            checked = notices.check_notice(read_only_work(), case, form.to_serve(kind), warned_secret=warned)
        except ValidationFailed as refused:
            show_refused(form, refused.faults)
            return None
        return self.page(
            "casework/notice_preview.html",
            copies=_copies(checked),
            checked=checked,
            warned_secret=warned,
            **context,
        )


@register()
class NoticeCopyView(PortalView):
    """The page that shows a notice to its recipient."""

    route_base = "/notices"
    class_permission_name = "Children"

    @expose("/<int:copy_id>")
    @has_access
    def read(self, copy_id: int) -> ResponseReturnValue:
        """Show a notice, with its files."""
        with self.work() as work:
            copy, body, child_id = notices.read_copy(work, copy_id)
            child = children.view_child(work, child_id)
            context = {
                **frame(child, work.me, work.today, "show"),
                "back": {"text": _("Back"), "href": url_for("ChildView.show", child_id=child_id)},
                "notice": copy.notice,
                "recipient": copy.recipient,
                "blocks": blocks(body),
                "files": copy_files(copy),
            }
        return self.page("children/notice.html", **context)


def _about(context: dict[str, Any]) -> dict[str, Any]:
    kind = context["kind"]
    return {
        "label": _(NOTICE_LABELS[kind]),
        "is_refusal": kind in REFUSALS.values(),
        "has_rights": kind in WITH_RIGHTS,
    }


def _copies(checked: CheckedNotice) -> list[dict[str, Any]]:
    return [
        {"recipient": each.recipient, "in_portal": each.link_id is not None, "blocks": blocks(each.body)}
        for each in checked.copies
    ]
