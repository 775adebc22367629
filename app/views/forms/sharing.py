"""Pages for sharing a form person by person, for the contact risk, and for consent forms."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.cases import advice_requests, children
from app.core.errors import InvalidState, NotFound, ValidationFailed
from app.forms import sharing
from app.forms.queries.shares import ConsentLine
from app.forms.rules.secrecy import Reader
from app.forms.rules.sharing import SharingChoice
from app.forms.rules.workflow import FormState
from app.forms.sharing_review import SharingReview, review
from app.models import Child
from app.views.forms.form_reading import read_parts
from app.views.web.base import PortalView, read_only_work
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated, uk_date
from app.views.web.register import register

PROFESSIONALS, RECORDED = "professionals", "recorded"
PREVIEWS = {"professionals": Reader.professional, "family": Reader.family}


@register()
class SharingView(PortalView):
    """Pages for who may read one form besides its authors and the SEN team."""

    route_base = "/forms"
    class_permission_name = "CaseWork"

    @expose("/<int:form_id>/sharing", methods=["GET", "POST"])
    @has_access
    def share(self, form_id: int) -> ResponseReturnValue:
        """Show consent, warnings and what is left out, and save the choice."""
        faults: dict[str, str] = {}
        chosen = _choice() if request.method == "POST" else None
        if chosen is not None:
            try:
                with self.work() as work:
                    warned_secret = "secret" in request.form
                    form = sharing.set_sharing(work, form_id, chosen, _number(), warned_secret=warned_secret)
                flash(_("Sharing updated."), "success")
                return redirect(url_for("ChildView.forms", child_id=form.child_id))
            except ValidationFailed as refused:
                faults = {fault.field: translated(fault.text) for fault in refused.faults}
        work = read_only_work()
        found = review(work, form_id)
        return self.page(
            "casework/sharing.html",
            422 if faults else 200,
            found=found,
            form=found.form,
            choice=chosen or found.choice,
            consents=[(each, consent_words(each)) for each in found.consents],
            left_out={name: _left_out(found, reader) for name, reader in PREVIEWS.items()},
            faults=faults,
            errors=[{"text": text, "href": f"#{name}"} for name, text in faults.items()],
        )

    @expose("/<int:form_id>/sharing/professionals")
    @has_access
    def for_professionals(self, form_id: int) -> ResponseReturnValue:
        """Preview the form as the linked professionals would read it."""
        return self._preview(form_id, "professionals")

    @expose("/<int:form_id>/sharing/family")
    @has_access
    def for_family(self, form_id: int) -> ResponseReturnValue:
        """Preview the form as a parent or young person would read it."""
        return self._preview(form_id, "family")

    def _preview(self, form_id: int, name: str) -> ResponseReturnValue:
        work = read_only_work()
        found = review(work, form_id)
        reader = PREVIEWS[name]
        return self.page(
            "casework/sharing_preview.html",
            found=found,
            form=found.form,
            for_family=reader is Reader.family,
            parts=read_parts(found.as_read[reader]),
            left_out=_left_out(found, reader),
        )


def _left_out(found: SharingReview, reader: Reader) -> list[str]:
    return list(dict.fromkeys(translated(question.label) for _section, question in found.left_out[reader]))


def consent_words(consent: ConsentLine) -> str:
    """Return the state of one consent in words."""
    if consent.state is FormState.submitted:
        return _("Given on %(date)s", date=uk_date(consent.submitted_at))
    if consent.state is FormState.withdrawn:
        return _("Withdrawn")
    return _("Not given yet")


def _choice() -> SharingChoice:
    whom = request.form.getlist("share")
    return SharingChoice(
        professionals=PROFESSIONALS in whom,
        links=frozenset(_numbers(whom)),
        with_files="files" in request.form,
        on_consent=request.form.get("basis") != "duty",
        despite=frozenset(_numbers(request.form.getlist("despite"))),
    )


def _numbers(values: list[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 10]


def _number() -> int:
    """Return the version that was on the screen. Raises NotFound when the post names none."""
    found = _numbers([request.form.get("number", "")])
    if not found:
        raise NotFound("Submission")
    return found[0]


@register()
class ContactRiskView(PortalView):
    """Pages for marking a family's address or contact details as secret."""

    route_base = "/children"
    class_permission_name = "CaseWork"

    @expose("/<int:child_id>/contact-risk", methods=["GET", "POST"])
    @has_access
    def change(self, child_id: int) -> ResponseReturnValue:
        """Mark the address as secret or no longer secret, with a reason."""
        faults: dict[str, str] = {}
        chosen = request.form.get("risk", "")
        if request.method == "POST" and chosen not in {"yes", "no"}:
            faults["risk"] = _("Select yes if the address must be kept secret")
        elif request.method == "POST":
            try:
                with self.work() as work:
                    children.set_contact_risk(work, child_id, chosen == "yes", request.form.get("reason", ""))
                flash(_("Saved."), "success")
                return redirect(url_for("ChildView.show", child_id=child_id))
            except ValidationFailed as refused:
                faults = {fault.field: translated(fault.text) for fault in refused.faults}
        work = read_only_work()
        child = work.get(Child, child_id)
        return self.page(
            "casework/contact_risk.html",
            422 if faults else 200,
            child=child,
            chosen=chosen or ("yes" if child.contact_risk else "no"),
            faults=faults,
            errors=[{"text": text, "href": f"#{name}"} for name, text in faults.items()],
        )


@register()
class ConsentView(PortalView):
    """Pages that start a consent form: parents and young people their own, the SEN team for each of them."""

    route_base = "/children"
    class_permission_name = "Forms"

    @expose("/<int:child_id>/consent", methods=["GET", "POST"])
    @has_access
    def start(self, child_id: int) -> ResponseReturnValue:
        """Start one person's consent form, or continue it. The SEN team chooses the person."""
        errors: list[dict[str, str]] = []
        if request.method == "POST":
            try:
                with self.work() as work:
                    consent = advice_requests.start_consent(work, child_id, **_whose(work.me.in_sen_team))
                    form_id, to_fill_in = consent.id, consent.recorded_by_team or not work.me.in_sen_team
                if to_fill_in:
                    return redirect(url_for("FormView.show", form_id=form_id))
                flash(_("We have asked them to fill in the consent form."), "success")
                return redirect(url_for("ChildView.forms", child_id=child_id))
            except ValidationFailed as refused:
                errors = [{"text": translated(fault.text), "href": "#giver"} for fault in refused.faults]
        work = read_only_work()
        if not work.me.in_sen_team:
            raise InvalidState("start_consent")
        child = work.get(Child, child_id)
        family = sharing.family_of(work, child_id)
        return self.page(
            "casework/consent.html", 422 if errors else 200, child=child, family=family, errors=errors
        )


def _whose(in_sen_team: bool) -> dict[str, Any]:
    """Return the chosen giver: "ask-12", "record-12", or "record" for a person without an account."""
    if not in_sen_team:
        return {}
    how, _dash, number = request.form.get("giver", "").partition("-")
    links = _numbers([number])
    return {"link_id": links[0] if links else None, "recorded": how == "record"}
