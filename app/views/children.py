"""A child's page and its parts, and adding a child."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from wtforms import BooleanField, Form, RadioField

from app.domain.roles import Principal, Profession, Role
from app.domain.workflow import FormState
from app.security import office
from app.seed.files import reference
from app.services import children as desk
from app.services.work import Work
from app.store.queries.child_page import (
    Involved,
    colleagues_of,
    forms_about,
    involved_with,
    messages_about,
    standing_of,
)
from app.store.queries.shares import shares_about
from app.views.assigning import assign_part, choices_of
from app.views.base import PortalView, principal
from app.views.case_parts import (
    form_rows,
    frame,
    lines_shown,
    milestones,
    next_steps,
    people_shown,
    shared_names,
)
from app.views.due import late
from app.views.faults import put_faults
from app.views.fields import DatePartsField, StringField, TextAreaField
from app.views.quick import gettext as _
from app.views.quick import lazy_gettext as _l

MOST_MESSAGES = 50


class NewChildForm(Form):
    """What is asked about a new child."""

    forenames = StringField(_l("Forenames"))
    surname = StringField(_l("Last name"))
    has_no_surname = BooleanField(_l("Has no last name"))
    known_as = StringField(_l("Known as (optional)"))
    date_of_birth = DatePartsField(_l("Date of birth"), description=_l("For example, 27 3 2015"))
    address = TextAreaField(_l("Home address"), address=True)
    postcode = StringField(_l("Postcode"))
    postcode_missing_reason = RadioField(
        _l("If there is no UK postcode, why is that?"), validate_choice=False
    )
    upn = StringField(
        _l("Unique pupil number (UPN)"), description=_l("A letter and 12 characters, like B801200005001")
    )
    upn_missing_reason = RadioField(_l("If there is no UPN, why is that?"), validate_choice=False)
    nhs_number = StringField(_l("NHS number (optional)"), description=_l("10 digits, like 943 476 5870"))

    def typed(self) -> desk.NewChild:
        """What was typed, for the service to judge."""
        values = {
            name: field.data or ""
            for name, field in self._fields.items()
            if name not in {"date_of_birth", "has_no_surname"}
        }
        for name in ("upn_missing_reason", "postcode_missing_reason"):
            if values[name] not in {code for code, _label in self[name].choices}:
                values[name] = ""
        return desk.NewChild(
            date_of_birth=self.date_of_birth.data, has_no_surname=self.has_no_surname.data, **values
        )


def _new_child_form() -> NewChildForm:
    form = NewChildForm(request.form if request.method == "POST" else None)
    for field in (form.upn_missing_reason, form.postcode_missing_reason):
        field.choices = [(item["code"], _(item["label"])) for item in reference(f"{field.name}s")]
    return form


class ChildView(PortalView):
    """Everything about one child that the reader may see."""

    route_base = "/children"
    class_permission_name = "Children"

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> ResponseReturnValue:
        """Add a child or young person and begin the request for an assessment."""
        who = principal()
        if who is None or not desk.may_add_children(who):
            return self.page("children/may_not_add.html", 403)
        form = _new_child_form()
        is_early_years = who.profession is Profession.early_years
        if request.method == "GET":
            return self.page("children/add.html", form=form, is_early_years=is_early_years)
        form.validate()
        typed = form.typed()
        put_faults(form, desk.what_is_wrong(typed, office().clock.today()))
        if form.errors:
            return self.page("children/add.html", 422, form=form, is_early_years=is_early_years)
        with self.work() as work:
            started = desk.add_child(work, typed)
        return redirect(url_for("FormView.show", form_id=started.id))

    @expose("/<int:child_id>")
    @has_access
    def show(self, child_id: int) -> ResponseReturnValue:
        """Where the case stands, what is owed, what comes next."""
        with self.work() as work:
            child = desk.view_child(work, child_id)
            people = involved_with(work.session, child_id)
            lines = lines_shown(forms_about(work.session, child_id), child, work.me)
            standing = standing_of(work.session, [child_id]).get(child_id)
            rows = form_rows(lines, work.me, work.today)
            context = {
                **frame(child, work.me, work.today, "show"),
                "people": people_shown(people, child, work.me),
                **assign_part(work, child_id, people if _is_not_linked(people, work.me) else []),
                "standing": standing,
                "late": late(standing, work.today),
                "may_ask_advice": any(each.state is FormState.assessing for each in lines),
                "forms": rows,
                "milestones": milestones(standing, lines, work.me, work.today),
                "next_steps": next_steps(rows),
                "owed": [(row, row.due) for row in rows if row.is_to_do],
            }
        template = "children/family.html" if context["is_parent"] else "children/show.html"
        return self.page(template, **context)

    @expose("/<int:child_id>/forms")
    @has_access
    def forms(self, child_id: int) -> ResponseReturnValue:
        """Requests, advice and consent; for the SEN team, who each is shared with."""
        with self.work() as work:
            child = desk.view_child(work, child_id)
            lines = lines_shown(forms_about(work.session, child_id), child, work.me)
            shared: dict[int, list[str]] = {}
            if work.me.in_sen_team:
                people = involved_with(work.session, child_id)
                shared = shared_names(shares_about(work.session, child_id), people)
            context = {
                **frame(child, work.me, work.today, "forms"),
                "forms": form_rows(lines, work.me, work.today, shared),
                "may_ask_advice": any(each.state is FormState.assessing for each in lines),
            }
        return self.page("children/forms.html", **context)

    @expose("/<int:child_id>/people")
    @has_access
    def people(self, child_id: int) -> ResponseReturnValue:
        """Who is involved."""
        with self.work() as work:
            child = desk.view_child(work, child_id)
            involved = involved_with(work.session, child_id)
            mine = [each for each in involved if each.person_id == work.me.user_id]
            is_linked_professional = bool(mine) and work.me.has(Role.professional)
            context = {
                **frame(child, work.me, work.today, "people"),
                "people": people_shown(involved, child, work.me),
                "my_link": mine[0] if is_linked_professional else None,
                **assign_part(work, child_id, involved),
                **(_colleagues(work, child_id) if is_linked_professional else {}),
            }
        return self.page("children/people.html", **context)

    @expose("/<int:child_id>/messages")
    @has_access
    def messages(self, child_id: int) -> ResponseReturnValue:
        """Messages about the child, to and from the reader."""
        with self.work() as work:
            child = desk.view_child(work, child_id)
            context = {
                **frame(child, work.me, work.today, "messages"),
                "messages": messages_about(work.session, work.me, child_id, MOST_MESSAGES),
            }
        return self.page("children/messages.html", **context)


def _is_not_linked(people: Sequence[Involved], who: Principal) -> bool:
    return all(each.person_id != who.user_id for each in people)


def _colleagues(work: Work, child_id: int) -> dict[str, Any]:
    """Whom the reader may add, and why there may be nobody to choose."""
    found = colleagues_of(work.session, work.me, child_id)
    free = [each for each in found if not each.is_linked and not each.is_barred]
    return {"colleagues": choices_of(free), "has_colleagues": bool(found)}
