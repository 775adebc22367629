"""The pages to remind the authors of advice, of one form or of several at once."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.cases import reminders
from app.core.errors import ValidationFailed
from app.views.web.base import PortalView, read_only_work
from app.views.web.i18n import gettext as _
from app.views.web.i18n import ngettext
from app.views.web.pages import translated
from app.views.web.register import register

LARGEST = 2**31 - 1


@register()
class RemindView(PortalView):
    """Remind the authors of advice."""

    route_base = "/advice"
    class_permission_name = "CaseWork"

    @expose("/remind", methods=["GET", "POST"])
    @has_access
    def remind(self) -> ResponseReturnValue:
        """Say what a reminder would do, and send it. The forms are posted, or the one form is in the address."""
        chosen = _chosen()
        if request.method == "POST" and request.form.get("step") == "do":
            try:
                with self.work() as work:
                    found = reminders.remind(work, chosen)
                    lines = _lines(found)
            except ValidationFailed as refused:
                flash(translated(refused.faults[0].text), "danger")
                return redirect(url_for("AdviceList.list"))
            sent = len(lines["reminded"])
            flash(
                ngettext("%(num)s reminder is sent.", "%(num)s reminders are sent.", sent),
                "success" if sent else "info",
            )
            if len(chosen) == 1 and sent:
                return redirect(url_for("ChildView.forms", child_id=lines["child_id"]))
            return self.page("casework/reminded.html", **lines)
        if not chosen:
            flash(_("Choose at least one form"), "danger")
            return redirect(url_for("AdviceList.list"))
        found = reminders.preview_reminders(read_only_work(), chosen)
        return self.page("casework/remind.html", **_lines(found), chosen=chosen)


def _lines(found: reminders.Chased) -> dict[str, Any]:
    """Return the context of a page that says who is reminded, and who is not and why."""
    forms = [*found.reminded, *(form for form, _why in found.not_reminded)]
    return {
        "reminded": [(form.child.name, translated(form.title)) for form in found.reminded],
        "not_reminded": [
            (form.child.name, translated(form.title), translated(why)) for form, why in found.not_reminded
        ],
        "child_id": forms[0].child_id if forms else None,
    }


def _chosen() -> list[int]:
    values = [*request.form.getlist("form"), *request.args.getlist("form")]
    found = [int(each) for each in values if each.isascii() and each.isdigit() and len(each) < 11]
    return list(dict.fromkeys(each for each in found if each <= LARGEST))[: reminders.MOST_AT_ONCE]
