"""The files that the SEN team adds to a case: the page to add and remove them, and what other pages share with it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, cast

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import FileField, Form

from app.cases.case_files import add_case_file, case_file, case_files, remove_case_file
from app.core.activity_limits import UPLOADS, count_mine
from app.core.command_line import app_context
from app.core.errors import FieldError, NotFound, TooMany, ValidationFailed
from app.documents.documents import Received, received
from app.documents.rules.upload_refusals import UploadError
from app.models import Case, Child
from app.views.forms.form_pages import file_line
from app.views.web.base import PortalView, my_work, read_only_work
from app.views.web.fields import TextAreaField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.register import register
from app.views.web.request_limits import uploaded_files


class FileForm(Form):
    """A file to add."""

    file = FileField(_l("File"))


class RemovalForm(Form):
    """Why a file is removed."""

    reason = TextAreaField(_l("Why are you removing it?"))


@contextmanager
def received_file(name: str) -> Iterator[Received | None]:
    """Check and store the file of this request that the field holds, and yield it; None where none was chosen.

    It is removed from the store again when attaching it fails. Raises UploadError, and TooMany after very many files.
    """
    chosen = uploaded_files().get(name)
    if chosen is None or not chosen.filename:
        yield None
        return
    with my_work() as work:
        count_mine(work, UPLOADS)
    with received(app_context(), chosen.filename, cast(BinaryIO, chosen.stream)) as file:
        yield file


@contextmanager
def shows_upload_errors(
    form: Any, name: str, show: Callable[[Any, Sequence[FieldError]], None] = show_errors
) -> Iterator[None]:
    """Show in the form what is refused, at its field; `show` does so for what the use case refuses."""
    try:
        yield
    except UploadError as refused:
        form[name].errors = [translated(refused.text)]
    except TooMany:
        form[name].errors = [_("You have added many files in a short time. Wait an hour, then add this one")]
    except ValidationFailed as refused:
        show(form, refused.faults)


@register()
class CaseFileView(PortalView):
    """The files of a case."""

    route_base = "/cases"
    class_permission_name = "CaseWork"

    @expose("/<int:case_id>/files", methods=["GET", "POST"])
    @has_access
    def files(self, case_id: int) -> ResponseReturnValue:
        """Show the files of a case, and add one."""
        form = FileForm()
        if request.method == "POST":
            with shows_upload_errors(form, "file"):
                with received_file("file") as file, self.work() as work:
                    if file is not None:
                        add_case_file(work, case_id, file)
                if file is not None:
                    flash(_("The file is added."), "success")
                    return redirect(url_for("CaseFileView.files", case_id=case_id))
                form.file.errors = [_("Choose a file")]
        work = read_only_work()
        case = work.get(Case, case_id)
        lines = [
            (
                file_line(each),
                each.created_at,
                url_for("CaseFileView.remove", case_id=case_id, document_id=each.id),
            )
            for each in case_files(work, case)
        ]
        child = work.get(Child, case.child_id)
        status = 422 if form.errors else 200
        return self.page("casework/case_files.html", status, form=form, case=case, child=child, lines=lines)

    @expose("/<int:case_id>/files/<int:document_id>/remove", methods=["GET", "POST"])
    @has_access
    def remove(self, case_id: int, document_id: int) -> ResponseReturnValue:
        """Remove a file that was added by mistake, with a reason; pressed twice, it is removed once."""
        form = RemovalForm(request.form if request.method == "POST" else None)
        files = url_for("CaseFileView.files", case_id=case_id)
        if request.method == "POST":
            try:
                with suppress(NotFound), self.work() as writing:
                    remove_case_file(writing, document_id, form.reason.data or "")
                flash(_("The file is removed. No one can open it any more."), "success")
                return redirect(files)
            except ValidationFailed as refused:
                show_errors(form, refused.faults)
        work = read_only_work()
        name = case_file(work, document_id).name
        child = work.get(Child, work.get(Case, case_id).child_id)
        status = 422 if form.errors else 200
        return self.page(
            "casework/remove_case_file.html", status, form=form, files=files, child=child, name=name
        )
