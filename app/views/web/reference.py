"""Generated screens that also write reference data (organisations, work email domains), never a case.

AppBuilder draws and validates the form. The change and its audit row are written in one transaction of ours.
"""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.errors import NotFound, ValidationFailed
from app.core.events import ReferenceChanged
from app.core.unit_of_work import UnitOfWork
from app.views.accounts.proof import proof_of_administrator, work_of_administrator
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.list_interface import PortalInterface
from app.views.web.lists import PortalListView, redirect_without_query


class ReferenceInterface(PortalInterface):
    """A data interface whose changes are committed by the unit of work; AppBuilder's own commits by itself."""

    def add(self, item: Any, commit: bool = True) -> None:  # noqa: ARG002 - AppBuilder's signature
        """Add a row in the open transaction."""
        self.session.add(item)
        _flush(self.session)

    def edit(self, item: Any, commit: bool = True) -> None:  # noqa: ARG002 - AppBuilder's signature
        """Change a row in the open transaction."""
        self.session.add(item)
        _flush(self.session)


def _flush(session: Any) -> None:
    """Flush, and note a unique index that refused: AppBuilder swallows the error raised here."""
    try:
        session.flush()
    except IntegrityError:
        request.environ["portal.taken"] = True
        raise


def _named(widgets: dict[str, Any], form_of: str) -> None:
    """Name the field in WTForms' "This field is required.", for fields that AppBuilder makes by itself."""
    for field in widgets[form_of].template_args["form"]:
        unnamed = {field.gettext("This field is required."), field.gettext("Not a valid choice.")}
        if unnamed & set(field.errors):
            choose = hasattr(field, "iter_choices")
            name = str(field.label.text)
            field.errors = [_("Select: %(name)s", name=name) if choose else _("Enter: %(name)s", name=name)]


class ReferenceView(PortalListView):
    """A list with record pages and forms to add, change and (after a question) delete."""

    include_route_methods = {"list", "show", "export", "add", "edit", "delete"}
    add_row_message = _l("Added.")
    edit_row_message = _l("Changed.")
    taken_message = _l("Someone has just entered the same. Check the list.")
    in_use_message = _l("This cannot be deleted because it is in use.")

    def _url(self, name: str, pk: str | None = None) -> str:
        return url_for(f"{self.endpoint}.{name}", pk=pk)

    def _in_transaction(self, change: str, run: Any) -> Any:
        """Run AppBuilder's own method in one of our transactions, and record what changed."""
        with work_of_administrator() as work:
            answer = run()
            row = request.environ.pop("portal.changed", None)
            if row is None:
                work.session.rollback()  # refused: what AppBuilder had written into the row already must not stay
                if request.environ.pop("portal.taken", False):
                    flash(str(self.taken_message), "danger")
            else:
                row_id = row.id
                work.record(
                    ReferenceChanged(table=self.datamodel.obj.__tablename__, row_id=row_id, change=change)
                )
                work.session.flush()
                self.after_change(work, row_id)
            return answer

    adds_with: Callable[[UnitOfWork, Any], Any] | None = None
    """The use case that adds a row from the posted form, where more must happen than that the row is entered. It
    records its own events, and raises ValidationFailed with the names of the form's fields."""
    changes_with: Callable[[UnitOfWork, int, Any], Any] | None = None
    """The use case that changes the row with this id from the posted form."""

    def _by_use_case(self, form: Any, run: Callable[[UnitOfWork], Any]) -> bool:
        """Run a use case with a valid form in one transaction; return whether it was done, else the form has errors."""
        if not form.validate():
            return False
        try:
            with work_of_administrator() as work:
                run(work)
        except ValidationFailed as refused:
            show_errors(form, refused.faults)
            return False
        return True

    def _add_by_use_case(self) -> dict[str, Any]:
        """Add a row through the use case. Returns the form with its errors, or nothing when the row was added."""
        form, adds = self.add_form.refresh(request.form), self.adds_with
        assert adds is not None  # the caller has checked it  # noqa: S101
        if self._by_use_case(form, lambda work: adds(work, form)):
            flash(str(self.add_row_message), "success")
            return {}
        return {"add": self._form_with_errors(self.add_widget, form, self.add_columns, self.add_fieldsets)}

    def _change_by_use_case(self, pk: str) -> dict[str, Any]:
        """Change a row through the use case. Returns the form with its errors, or nothing when it was changed.

        Raises NotFound.
        """
        item, changes = self.datamodel.get(pk, self._base_filters), self.changes_with
        if item is None:
            raise NotFound
        assert changes is not None  # the caller has checked it  # noqa: S101
        form, row_id = self.edit_form.refresh(request.form), item.id
        if self._by_use_case(form, lambda work: changes(work, row_id, form)):
            flash(str(self.edit_row_message), "success")
            return {}
        return {
            "edit": self._form_with_errors(self.edit_widget, form, self.edit_columns, self.edit_fieldsets)
        }

    def _form_with_errors(self, widget: Any, form: Any, columns: Any, fieldsets: Any) -> Any:
        return widget(route_base=self.route_base, form=form, include_cols=columns, fieldsets=fieldsets)

    def after_change(self, work: UnitOfWork, row_id: int) -> None:
        """Do what else follows from a change, in the same transaction."""

    def post_add(self, item: Any) -> None:
        """Store the changed row, for the event that is recorded for it."""
        request.environ["portal.changed"] = item

    post_update = post_delete = post_add

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> ResponseReturnValue:
        """Show the form for a new row, and add the row."""
        if request.args:
            return redirect_without_query()
        if (detour := proof_of_administrator(self._url("add"))) is not None:
            return detour
        if request.method == "GET":
            widgets = self._add()
        elif self.adds_with is not None:
            widgets = self._add_by_use_case()
        else:
            widgets = self._in_transaction("added", self._add)
        if not widgets:
            return redirect(self.get_redirect())
        _named(widgets, "add")
        body = self.render_template(self.add_template, title=self.add_title, widgets=widgets)
        return body, 422 if request.method == "POST" else 200

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> ResponseReturnValue:
        """Show the form for a row, and change the row."""
        if request.args:
            return redirect_without_query()
        if (detour := proof_of_administrator(self._url("edit", pk))) is not None:
            return detour
        if request.method == "GET":
            widgets = self._edit(pk)
        elif self.changes_with is not None:
            widgets = self._change_by_use_case(pk)
        else:
            widgets = self._in_transaction("changed", lambda: self._edit(pk))
        if not widgets:
            return redirect(self.get_redirect())
        _named(widgets, "edit")
        body = self.render_template(
            self.edit_template, title=self.edit_title, widgets=widgets, related_views=self._related_views
        )
        return body, 422 if request.method == "POST" else 200

    @expose("/delete/<pk>", methods=["GET", "POST"])
    @has_access
    def delete(self, pk: str) -> ResponseReturnValue:
        """Ask first, and delete the row on POST. Raises NotFound."""
        item = self.datamodel.get(pk)
        if item is None:
            raise NotFound
        if (detour := proof_of_administrator(self._url("delete", pk))) is not None:
            return detour
        if request.method == "GET":
            return self.render_template(
                "layouts/confirm.html",
                title=_("Are you sure you want to delete %(name)s?", name=str(item)),
                question_text="",
                confirm_text=_("Delete"),
                cancel_href=self.get_redirect(),
            )
        try:
            with work_of_administrator() as work:
                table = self.datamodel.obj
                held = select(table).where(table.id == int(pk)).with_for_update(of=table)
                item = work.session.scalars(held).unique().one_or_none()
                if item is None:  # deleted by someone else at this moment
                    raise NotFound
                work.session.delete(item)
                work.session.flush()
                work.record(
                    ReferenceChanged(table=self.datamodel.obj.__tablename__, row_id=int(pk), change="deleted")
                )
        except IntegrityError:
            flash(str(self.in_use_message), "danger")
        else:
            flash(_("Deleted."), "success")
        return redirect(url_for(f"{self.endpoint}.list"))
