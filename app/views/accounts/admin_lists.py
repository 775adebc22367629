"""Generated screens for administrators: accounts, roles, organisations, work email domains.

An administrator manages accounts and never sees a child, and never sets another person's password.
"""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.validators import Unique
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, or_
from sqlalchemy.orm import selectinload
from wtforms import BooleanField
from wtforms.validators import Regexp

from app.accounts import accounts, app_reset
from app.cases.handover import record_left_use, work_in_hand
from app.children.queries.finding import named_like
from app.core.database.listing import Criteria
from app.core.errors import ValidationFailed
from app.core.roles import PROFESSION_LABELS, ROLE_LABELS, Profession, Role
from app.core.text_input import clean_lines
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_
from app.forms.named_later import hold_before_renaming, note_organisation_renamed
from app.models import Membership, Organisation, Person, WorkDomain
from app.views.accounts.proof import proof_first, proved_work
from app.views.web.base import PortalView, read_only_work
from app.views.web.choice_fields import choice_field
from app.views.web.fields import StringField
from app.views.web.i18n import gettext as _
from app.views.web.list_arguments import SavedFilter
from app.views.web.listed import RowLink
from app.views.web.model_view import PortalModelView
from app.views.web.pages import translated, uk_datetime
from app.views.web.reference import ReferenceInterface
from app.views.web.register import register
from app.views.web.validators import MayBeEmpty, RequiredText


def _roles_in_words(roles: list[RoleRow]) -> str:
    return ", ".join(_(ROLE_LABELS[Role[row.name]]) for row in roles if row.name in Role.__members__)


def _job_titles(memberships: list[Membership]) -> str:
    """Return the job titles, each with its organisation where there are several."""
    titled = [each for each in memberships if each.job_title]
    if len(memberships) < 2:
        return "".join(each.job_title or "" for each in titled)
    return ", ".join(f"{each.job_title} ({each.organisation.name})" for each in titled)


def _profession(profession: Any) -> str:
    return _(PROFESSION_LABELS[Profession(profession)]) if profession else ""


def _yes_no(value: bool) -> str:
    return _("Yes") if value else _("No")


SECOND_STEPS = {"email": N_("Email"), "app": N_("Authenticator app")}


@register(_l("Accounts"), order=90)
class UserList(PortalModelView):
    """List of all accounts."""

    changes = False
    datamodel = SQLAInterface(Person)
    route_base = "/users"
    class_permission_name = "Users"
    list_title = _l("Accounts")
    show_title = _l("Account")
    list_columns = ["name", "email", "roles", "organisations", "active", "last_login"]
    show_columns = [*list_columns, "profession", "memberships", "phone", "two_step"]
    order_columns = ["email", "last_login"]
    search_columns = ["profession"]
    base_order = ("email", "asc")
    show_template = "pages/admin/user.html"
    exports = ["name", "email", "roles", "organisations", "active", "last_login"]
    find_label = _l("Find a person by name or email address")
    saved_filters = {
        "closed": SavedFilter(_l("Closed accounts"), lambda: Person.active.is_(False)),
    }
    label_columns = {
        "name": _l("Name"),
        "email": _l("Email address"),
        "last_name": _l("Last name"),
        "roles": _l("Roles"),
        "organisations": _l("Organisation"),
        "active": _l("Account open"),
        "last_login": _l("Last log-in"),
        "profession": _l("Kind of organisation"),
        "memberships": _l("Job title"),
        "phone": _l("Work phone number"),
        "two_step": _l("Two-step verification"),
    }
    search_form_extra_fields = {"profession": choice_field(_l("Profession"), PROFESSION_LABELS, _l("Any"))}
    formatters_columns = {
        "roles": _roles_in_words,
        "organisations": lambda bodies: ", ".join(body.name for body in bodies),
        "memberships": _job_titles,
        "active": _yes_no,
        "last_login": lambda at: uk_datetime(at) or _("Never"),
        "profession": _profession,
        "two_step": lambda method: _(SECOND_STEPS.get(method, N_("Not set up yet"))),
    }

    def find(self, text: str) -> Criteria:
        """Return the criteria that find people by part of a name or address."""
        return Criteria(
            or_(
                named_like(text, Person.first_name, Person.last_name),
                named_like(text, Person.email),
            )
        )


@register()
class UserView(PortalView):
    """Pages that change an account: roles, closing and opening. Each change requires password and code again."""

    route_base = "/users"
    class_permission_name = "Users"

    @expose("/<int:person_id>/roles", methods=["GET", "POST"])
    @has_access
    def roles(self, person_id: int) -> ResponseReturnValue:
        """Choose a person's roles."""
        detour = proof_first(url_for("UserView.roles", person_id=person_id))
        if detour is not None:
            return detour
        faults: list[dict[str, str]] = []
        work = read_only_work()
        person = work.get(Person, person_id, selectinload(Person.roles))
        name, chosen = person.name, [row.name for row in person.roles]
        if request.method == "POST":
            chosen = [role for role in request.form.getlist("roles") if role in Role.__members__]
            try:
                with proved_work() as work:
                    accounts.set_roles(work, person_id, [Role[role] for role in chosen])
            except ValidationFailed as refused:
                faults = [
                    {"text": translated(fault.text), "href": f"#{fault.field}"} for fault in refused.faults
                ]
            else:
                flash(_("Roles changed."), "success")
                return redirect(url_for("UserList.show", pk=person_id))
        choices = [(role.name, _(label)) for role, label in ROLE_LABELS.items()]
        status = 422 if faults else 200
        return self.page(
            "admin/roles.html",
            status,
            person_id=person_id,
            name=name,
            chosen=chosen,
            choices=choices,
            errors=faults,
        )

    @expose("/<int:person_id>/close", methods=["GET", "POST"])
    @has_access
    def close(self, person_id: int) -> ResponseReturnValue:
        """Close an account, after asking."""
        detour = proof_first(url_for("UserView.close", person_id=person_id))
        if detour is not None:
            return detour
        if request.method == "POST":
            with proved_work() as work:
                accounts.deactivate(work, person_id)
            flash(_("The account is closed. They have been logged out everywhere."), "success")
            return redirect(url_for("UserList.show", pk=person_id))
        work = read_only_work()
        person = work.get(Person, person_id, selectinload(Person.organisations))
        context: dict[str, Any] = {"name": person.name, "organisations": person.organisations}
        context["in_hand"] = work_in_hand(work, person_id)
        return self.page("admin/close.html", person_id=person_id, **context)

    @expose("/<int:person_id>/authenticator", methods=["GET", "POST"])
    @has_access
    def authenticator(self, person_id: int) -> ResponseReturnValue:
        """Allow a person who has lost the phone with their authenticator app to log in."""
        detour = proof_first(url_for("UserView.authenticator", person_id=person_id))
        if detour is not None:
            return detour
        errors: list[dict[str, str]] = []
        reason = clean_lines(request.form.get("reason", ""))
        if request.method == "POST":
            try:
                with proved_work() as work:
                    app_reset.allow(work, person_id, reason)
            except ValidationFailed as refused:
                errors = [
                    {"text": translated(fault.text), "href": f"#{fault.field}"} for fault in refused.faults
                ]
            else:
                flash(_("We have emailed them a link. Their app is removed when they use it."), "success")
                return redirect(url_for("UserList.show", pk=person_id))
        work = read_only_work()
        name = work.get(Person, person_id).name
        return self.page(
            "admin/authenticator.html",
            422 if errors else 200,
            person_id=person_id,
            name=name,
            reason=reason,
            errors=errors,
        )

    @expose("/<int:person_id>/open", methods=["POST"])
    @has_access
    def open(self, person_id: int) -> ResponseReturnValue:
        """Open a closed account again."""
        detour = proof_first(url_for("UserList.show", pk=person_id))
        if detour is not None:
            return detour
        with proved_work() as work:
            accounts.reactivate(work, person_id)
        flash(_("The account is open again."), "success")
        return redirect(url_for("UserList.show", pk=person_id))


@register(_l("Roles"), order=130)
class RoleList(PortalModelView):
    """List of what each role may do; the roles are defined in the code."""

    changes = False
    datamodel = SQLAInterface(RoleRow)
    route_base = "/roles"
    class_permission_name = "Roles"
    list_title = _l("Roles")
    show_title = _l("Role")
    list_columns = ["name"]
    show_columns = ["name", "permissions"]
    order_columns = ["name"]
    search_columns = ["name"]
    find_label = ""
    exports = ()
    base_order = ("name", "asc")
    label_columns = {"name": _l("Role"), "permissions": _l("Access")}
    formatters_columns = {
        "name": lambda name: _(ROLE_LABELS[Role[name]]) if name in Role.__members__ else name,
        "permissions": lambda held: ", ".join(sorted(_permission(each) for each in held)),
    }


def _permission(held: Any) -> str:
    level = _("read") if held.permission.name == "can_read" else _("write")
    return f"{held.view_menu.name} ({level})"


@register(_l("Organisations"), order=110)
class OrganisationList(PortalModelView):
    """List of schools, settings, services and trusts."""

    datamodel = SQLAInterface(Organisation)
    find_label = ""
    route_base = "/organisations"
    class_permission_name = "Organisations"
    list_title = _l("Organisations")
    show_title = _l("Organisation")
    add_title = _l("Add an organisation")
    edit_title = _l("Change an organisation")
    list_columns = ["name", "kind", "postcode", "phone", "active"]
    show_columns = ["name", "kind", "urn", "address", "postcode", "phone", "active"]
    add_columns = edit_columns = ["name", "kind", "urn", "address", "postcode", "phone", "active"]
    order_columns = ["name", "kind", "postcode"]
    search_columns = ["name", "kind", "postcode"]
    base_order = ("name", "asc")
    exports = ["name", "kind", "urn", "address", "postcode", "phone", "active"]
    saved_filters = {"closed": SavedFilter(_l("No longer used"), lambda: Organisation.active.is_(False))}
    label_columns = {
        "name": _l("Name"),
        "kind": _l("Kind"),
        "urn": _l("URN"),
        "address": _l("Address"),
        "postcode": _l("Postcode"),
        "phone": _l("Phone number"),
        "active": _l("In use"),
    }
    search_form_extra_fields = {"kind": choice_field(_l("Kind"), PROFESSION_LABELS, _l("Any"))}
    add_form_extra_fields = edit_form_extra_fields = {
        "name": StringField(
            _l("Name"),
            [
                RequiredText(_l("Enter the organisation’s name"), _l("Name"), 200),
                Unique(
                    ReferenceInterface(Organisation),
                    "name",
                    _l("There is an organisation with this name already"),
                ),
            ],
        ),
        "kind": choice_field(_l("Kind"), PROFESSION_LABELS, _l("Choose one")),
        "urn": StringField(_l("URN"), [MayBeEmpty(_l("URN"), 20)], filters=[lambda text: text or None]),
        "address": StringField(
            _l("Address"), [MayBeEmpty(_l("Address"), 300)], filters=[lambda text: text or ""]
        ),
        "postcode": StringField(
            _l("Postcode"), [MayBeEmpty(_l("Postcode"), 10)], filters=[lambda text: text or ""]
        ),
        "phone": StringField(
            _l("Phone number"), [MayBeEmpty(_l("Phone number"), 30)], filters=[lambda text: text or ""]
        ),
        "active": BooleanField(_l("In use"), default=True),
    }
    description_columns = {"urn": _l("The 6-digit number of a school, if it has one")}
    formatters_columns = {"kind": _profession, "active": _yes_no}

    def record_links(self, record: Organisation) -> list[RowLink]:
        """Return the link to the organisation's people."""
        href = url_for("ColleagueView.organisation", organisation_id=record.id)
        return [RowLink(_("People who work here"), href)]

    def pre_update(self, item: Organisation) -> None:
        """Notice that an organisation is marked as no longer in use, or gets another name."""
        attributes: Any = inspect(item).attrs
        if former := attributes.name.history.deleted:
            request.environ["portal.former_name"] = former[0]
            hold_before_renaming(self.datamodel.session, item.id)
        if True in attributes.active.history.deleted and not item.active:
            request.environ["portal.left_use"] = True

    def after_change(self, work: UnitOfWork, row_id: int) -> None:
        """Notify the SEN team of the open work of an organisation that is no longer in use, and compare a new name."""
        if (former_name := request.environ.pop("portal.former_name", None)) is not None:
            note_organisation_renamed(work, row_id, former_name)
        if request.environ.pop("portal.left_use", False):
            record_left_use(work, row_id)


@register(_l("Work email domains"), order=120)
class WorkDomainList(PortalModelView):
    """Recognised work email domains: an address in one opens an account in the organisation it belongs to."""

    datamodel = SQLAInterface(WorkDomain)
    find_label = ""
    exports = ()
    route_base = "/work-domains"
    class_permission_name = "WorkDomains"
    list_title = _l("Work email domains")
    show_title = _l("Work email domain")
    add_title = _l("Add a work email domain")
    edit_title = _l("Change a work email domain")
    list_columns = ["domain", "includes_subdomains", "organisation", "note"]
    show_columns = add_columns = edit_columns = list_columns
    order_columns = ["domain"]
    search_columns = ["domain"]
    base_order = ("domain", "asc")
    label_columns = {
        "domain": _l("Domain"),
        "includes_subdomains": _l("Include its subdomains"),
        "organisation": _l("Organisation"),
        "note": _l("Note"),
    }
    description_columns = {
        "organisation": _l(
            "Anyone who confirms an email address at this domain and chooses this organisation can open an account. "
            "Its lead or the SEN team must then confirm that they work there. "
            "Leave this empty for a domain that many organisations share: the SEN team approves their people."
        ),
        "includes_subdomains": _l(
            "Tick only if every subdomain is for staff. An address at pupils.heatonbeck.sch.uk would count too."
        ),
    }
    formatters_columns = {
        "organisations": lambda bodies: ", ".join(body.name for body in bodies),
        "memberships": _job_titles,
        "includes_subdomains": _yes_no,
    }
    add_form_extra_fields = edit_form_extra_fields = {
        "domain": StringField(
            _l("Domain"),
            [
                RequiredText(_l("Enter a domain"), _l("Domain"), 253),
                Regexp(
                    r"^[a-z0-9-]+(\.[a-z0-9-]+)+$",
                    message=_l("Enter a domain in lower case, like heatonbeck.sch.uk"),
                ),
                Unique(ReferenceInterface(WorkDomain), "domain", _l("This domain is in the list already")),
            ],
            description=_l("The part after the @, for example heatonbeck.sch.uk"),
        ),
        "includes_subdomains": BooleanField(_l("Include its subdomains")),
        "note": StringField(_l("Note"), [MayBeEmpty(_l("Note"), 500)], filters=[lambda text: text or ""]),
    }
