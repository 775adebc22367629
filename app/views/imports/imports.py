"""The pages of imports: the list, a new file, what its check found, the choices, and the steps to confirm and undo."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _l
from wtforms import FileField, Form, RadioField

from app.children.events import ChildrenListed, ListExported
from app.core.activity_limits import EXPORTS, count_mine
from app.core.errors import ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.imports import batches
from app.imports.faults import wording_of
from app.imports.kinds import kind_of
from app.imports.queries.batches import (
    ON_A_PAGE,
    batches_listed,
    doubtful_rows,
    explained_rows,
    rows_in,
)
from app.imports.rules.files import LARGEST, LARGEST_MB
from app.imports.rules.states import (
    BATCH_LABELS,
    CHOICE_LABELS,
    EXPLAINED,
    KIND_LABELS,
    ROW_LABELS,
    RUNNING,
    BatchState,
    ImportKind,
    RowChoice,
    RowState,
    kinds_of,
    share_done,
)
from app.models import ImportBatch, ImportRow
from app.views.accounts.proof import proof_of_administrator, work_of_administrator
from app.views.web.base import PortalView, principal, read_only_work
from app.views.web.csv_cells import csv_file
from app.views.web.fields import StringField
from app.views.web.form_errors import show_errors
from app.views.web.i18n import gettext as _
from app.views.web.pages import translated
from app.views.web.register import register
from app.views.web.request_limits import uploaded_files

CHOICE, REST = "choice-", "rest"
LARGEST_ID = 2**31 - 1


class ImportForm(Form):
    """What is imported, what the person calls it, and the file."""

    kind = RadioField(_l("What do you import?"), validate_choice=False)
    title = StringField(_l("Title"))
    file = FileField(_l("File"))


@register(_l("Import"), order=115, opens="index", grant="Imports", within="CaseList")
class ImportView(PortalView):
    """The pages of imports."""

    route_base = "/imports"
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> ResponseReturnValue:
        """List the newest imports."""
        rows = batches_listed(read_only_work())
        return self.page("imports/index.html", batches=rows, kinds=KIND_LABELS, states=BATCH_LABELS)

    @expose("/new", methods=["GET", "POST"])
    @has_access
    def new(self) -> ResponseReturnValue:
        """Choose a kind and a file, which is checked before anything is written."""
        if (detour := proof_of_administrator(url_for("ImportView.new"))) is not None:
            return detour
        form = ImportForm(request.form if request.method == "POST" else None)
        who = principal()
        kinds = kinds_of(who) if who is not None else []
        form.kind.choices = [(kind.name, _(KIND_LABELS[kind])) for kind in kinds]
        if request.method == "POST" and form.validate() and (answer := self._started(form)) is not None:
            return answer
        columns = {_(KIND_LABELS[kind]): kind_of(kind).columns for kind in kinds}
        return self.page(
            "imports/new.html", 422 if form.errors else 200, form=form, most=LARGEST_MB, columns=columns
        )

    def _started(self, form: ImportForm) -> ResponseReturnValue | None:
        """Store the file; return None, with the errors in the form, when it was refused."""
        chosen = uploaded_files().get("file")
        name = form.kind.data or ""
        if name not in ImportKind.__members__:
            form.kind.errors = [_("Choose what you import")]
        if chosen is None or not chosen.filename:
            form.file.errors = [_("Choose the file")]
        if form.errors or chosen is None:
            return None
        try:
            with self.work() as work:
                content = chosen.stream.read(LARGEST + 1)
                batch = batches.start_import(work, ImportKind[name], form.title.data or "", content)
                number = batch.id
        except ValidationFailed as refused:
            show_errors(form, refused.faults)
            return None
        return redirect(url_for("ImportView.show", batch_id=number))

    @expose("/<int:batch_id>")
    @has_access
    def show(self, batch_id: int) -> ResponseReturnValue:
        """Show how far an import is, and what its check found."""
        work = read_only_work()
        batch = work.get(ImportBatch, batch_id)
        counts = batches.counts_of(work, batch)
        return self.page(
            "imports/show.html",
            batch=batch,
            kind=_(KIND_LABELS[batch.kind]),
            state=_(BATCH_LABELS[batch.state]),
            is_running=batch.state in RUNNING,
            percent=share_done(batch.state, counts),
            counts=[(_(ROW_LABELS[state]), counts[state]) for state in RowState if counts.get(state)],
            ready=counts.get(RowState.ready, 0),
            refusal=wording_of(batch.refusal) if batch.refusal else None,
            may_confirm=batch.state is BatchState.checked and counts.get(RowState.ready, 0),
            may_discard=batch.state in (BatchState.reading, BatchState.checking, BatchState.checked),
            may_undo=batches.may_be_undone(work, batch),
            undecided=counts.get(RowState.doubtful, 0),
            has_doubtful=not batch.counts and bool(doubtful_rows(work, batch_id, 0)),
            explained=0 if batch.counts else sum(counts.get(state, 0) for state in EXPLAINED),
            **_explained(work, batch),
        )

    @expose("/<int:batch_id>/faults.csv")
    @has_access
    def faults(self, batch_id: int) -> Response:
        """Return the faults of all rows as a CSV file."""
        with self.work() as work:
            count_mine(work, EXPORTS)
            batch = work.get(ImportBatch, batch_id)
            lines = [
                (str(row), state, column, text)
                for row, state, column, text in _lines(batch, explained_rows(work, batch_id))
            ]
            work.record(ListExported(list_name="ImportView", rows=len(lines)))
        heads = (_("Row"), _("State"), _("Column"), _("What is wrong"))
        return csv_file(f"import-{batch_id}-faults", heads, lines)

    @expose("/<int:batch_id>/duplicates")
    @has_access
    def duplicates(self, batch_id: int) -> ResponseReturnValue:
        """Show the rows that may be about a record in the portal, each with its record and a choice."""
        with self.work() as work:
            batch = work.get(ImportBatch, batch_id)
            rows = doubtful_rows(work, batch_id, _number(request.args.get("after", "")))
            shown, kind = rows[:ON_A_PAGE], kind_of(batch.kind)
            matches = kind.matches(work, [row.match_id for row in shown if row.match_id])
            if kind.is_about_children and shown:
                work.record(ChildrenListed(list_name="ImportView", asked={}, rows=len(shown)))
            pairs = [
                (
                    row,
                    kind.title(row.cells),
                    matches.get(row.match_id or 0, ""),
                    row.choice and row.choice.name,
                )
                for row in shown
            ]
        return self.page(
            "imports/duplicates.html",
            batch=batch,
            pairs=pairs,
            is_open=batch.state is BatchState.checked,
            choices=[(each.name, _(CHOICE_LABELS[each])) for each in kind.choices],
            following=shown[-1].number if len(rows) > ON_A_PAGE else None,
        )

    @expose("/<int:batch_id>/choices", methods=["POST"])
    @has_access
    def choose(self, batch_id: int) -> ResponseReturnValue:
        """Record what becomes of rows that may be about a record in the portal."""
        chosen, rest = _choices(request.form)
        with self.work() as work:
            batches.choose(work, batch_id, chosen, rest)
        flash(_("Your choices are saved."), "success")
        following = _number(request.form.get("next", ""))
        if following and rest is None:
            return redirect(url_for("ImportView.duplicates", batch_id=batch_id, after=following))
        return redirect(url_for("ImportView.show", batch_id=batch_id))

    @expose("/<int:batch_id>/confirm", methods=["POST"])
    @has_access
    def confirm(self, batch_id: int) -> ResponseReturnValue:
        """Let the checked rows be written; an administrator gives password and code first, as for each row by itself."""
        shown = url_for("ImportView.show", batch_id=batch_id)
        if (detour := proof_of_administrator(shown)) is not None:
            return detour
        try:
            with work_of_administrator() as work:
                batches.confirm(work, batch_id)
        except ValidationFailed as refused:
            flash(translated(refused.faults[0].text), "danger")
        return redirect(shown)

    @expose("/<int:batch_id>/discard", methods=["POST"])
    @has_access
    def discard(self, batch_id: int) -> ResponseReturnValue:
        """Throw the file away."""
        with self.work() as work:
            batches.discard(work, batch_id)
        flash(_("The file is discarded. Nothing of it was imported."), "success")
        return redirect(url_for("ImportView.index"))

    @expose("/<int:batch_id>/undo", methods=["GET", "POST"])
    @has_access
    def undo(self, batch_id: int) -> ResponseReturnValue:
        """Take back the whole import, after asking."""
        if (detour := proof_of_administrator(url_for("ImportView.undo", batch_id=batch_id))) is not None:
            return detour
        if request.method == "POST":
            with work_of_administrator() as work:
                batches.undo(work, batch_id)
            return redirect(url_for("ImportView.show", batch_id=batch_id))
        work = read_only_work()
        batch = work.get(ImportBatch, batch_id)
        if not batches.may_be_undone(work, batch):
            return redirect(url_for("ImportView.show", batch_id=batch_id))
        done = batches.counts_of(work, batch).get(RowState.done, 0)
        return self.page("imports/undo.html", batch=batch, done=done)


def _explained(work: UnitOfWork, batch: ImportBatch) -> dict[str, Any]:
    """Return the context of the table of faults: a page of rows, and the number after which the next page begins."""
    if batch.counts or batch.state in (BatchState.reading, BatchState.checking):
        return {"lines": [], "following": None}
    rows = rows_in(work, batch.id, EXPLAINED, _number(request.args.get("after", "")))
    following = rows[ON_A_PAGE - 1].number if len(rows) > ON_A_PAGE else None
    return {"lines": _lines(batch, rows[:ON_A_PAGE]), "following": following}


def _lines(batch: ImportBatch, rows: list[ImportRow]) -> list[tuple[int, str, str, str]]:
    """Return a line for each fault: row, state, heading of the column, sentence."""
    headings = {column.name: column.heading for column in kind_of(batch.kind).columns}
    return [
        (
            row.number,
            _(ROW_LABELS[row.state]),
            headings.get(fault["column"], "") or _("Whole row"),
            str(translated(wording_of(fault))),
        )
        for row in rows
        for fault in row.faults
    ]


def _choices(posted: Mapping[str, str]) -> tuple[dict[int, RowChoice], RowChoice | None]:
    chosen = {
        _number(name.removeprefix(CHOICE)): RowChoice[value]
        for name, value in posted.items()
        if name.startswith(CHOICE) and value in RowChoice.__members__
    }
    rest = posted.get(REST, "")
    return chosen, RowChoice[rest] if rest in RowChoice.__members__ else None


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 11
    return min(int(text), LARGEST_ID) if is_number else 0
