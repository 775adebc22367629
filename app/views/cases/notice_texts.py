"""The texts of the notices: a list with every version, and the pages on which SEN managers change one."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import Form, HiddenField

from app.cases import notice_texts
from app.cases.notice_texts import EnteredText
from app.cases.notices import newest_template
from app.cases.rules.notices import FIELDS, NEEDED_BY_LAW, NOTICE_LABELS, NoticeKind
from app.core.errors import NotFound, ValidationFailed
from app.core.roles import Role
from app.models import NoticeTemplate
from app.views.web.base import PortalView, read_only_work
from app.views.web.choice_fields import choice_field
from app.views.web.fields import StringField, TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.listed import RowLink
from app.views.web.model_view import PortalModelView
from app.views.web.register import register

USE, CHANGE = "use", "change"


class NoticeTextForm(Form):
    """The text of a notice."""

    after = HiddenField()
    title = StringField(_l("Title"))
    body = TextAreaField(_l("Text"))

    def entered(self, kind: NoticeKind) -> EnteredText:
        """Return what was entered, unchecked, for the use case."""
        after = self.after.data or ""
        return EnteredText(
            kind, self.title.data or "", self.body.data or "", int(after) if after.isdecimal() else 0
        )


@register(_l("Notice texts"), order=76, grant="NoticeTexts", within="CaseList")
class NoticeTextList(PortalModelView):
    """The texts of the notices that the law asks for, each version."""

    datamodel = SQLAInterface(NoticeTemplate)
    route_base = "/notice-texts"
    changes = False
    show_title = _l("Notice text")
    show_template = "pages/casework/notice_text.html"
    list_columns = ["kind", "title", "number", "created_at", "entered_by"]
    show_columns = ["kind", "number", "created_at", "entered_by"]
    search_columns = ["kind"]
    search_form_extra_fields = {"kind": choice_field(_l("Notice"), NOTICE_LABELS, _l("Any"))}
    base_order = ("id", "desc")
    order_columns = ["created_at"]
    label_columns = {
        "kind": _l("Notice"),
        "number": _l("Version"),
        "title": _l("Title"),
        "created_at": _l("In use from"),
        "entered_by": _l("Entered by"),
    }
    formatters_columns = {
        "kind": lambda kind: _(NOTICE_LABELS[NoticeKind(kind)]),
        "entered_by": lambda person: person.name if person is not None else _("Came with the portal"),
    }

    def record_links(self, record: NoticeTemplate) -> Sequence[RowLink]:
        """Return, for SEN managers, the link to change the text of this notice."""
        if not current_user.principal.has(Role.sen_manager):
            return ()
        return [RowLink(_("Change this text"), url_for("NoticeTextView.write", key=record.kind.name))]


@register()
class NoticeTextView(PortalView):
    """The pages to change the text of a notice."""

    route_base = "/notice-texts"
    class_permission_name = "NoticeTexts"

    @expose("/<key>/change", methods=["GET", "POST"])
    @has_access
    def write(self, key: str) -> ResponseReturnValue:
        """Change a text, see it as a recipient gets it, and use it from then on."""
        if key not in NoticeKind.__members__:
            raise NotFound("NoticeKind")
        kind = NoticeKind[key]
        form = NoticeTextForm(request.form if request.method == "POST" else None)
        if request.method == "GET":
            text = newest_template(read_only_work().session, kind)
            form.after.data, form.title.data, form.body.data = str(text.number), text.title, text.body
        elif form.validate() and request.form.get("step") != CHANGE:
            answer = self._shown_or_used(kind, form)
            if answer is not None:
                return answer
        return self.page(
            "casework/write_notice_text.html",
            422 if form.errors else 200,
            form=form,
            label=_(NOTICE_LABELS[kind]),
            fields=[
                {"label": f"{{{name}}}", "value": _(label), "needed": name in NEEDED_BY_LAW.get(kind, ())}
                for name, label in FIELDS.items()
            ],
        )

    def _shown_or_used(self, kind: NoticeKind, form: NoticeTextForm) -> ResponseReturnValue | None:
        """Show the text as a letter, or use it; return None, with the errors in the form, when it was refused."""
        context: dict[str, Any] = {"form": form, "label": _(NOTICE_LABELS[kind])}
        try:
            if request.form.get("step") == USE:
                with self.work() as work:
                    text = notice_texts.add_text(work, form.entered(kind))
                    number = text.id
                flash(_("The text is saved. New notices are written from it from now on."), "success")
                return redirect(url_for("NoticeTextList.show", pk=number))
            letter = notice_texts.check_text(read_only_work(), form.entered(kind))
        except ValidationFailed as refused:
            show_errors(form, refused.faults)
            return None
        return self.page("casework/notice_text_preview.html", letter=letter, **context)
