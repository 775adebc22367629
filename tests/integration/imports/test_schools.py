"""Schools from the GIAS files: what is added, brought up to date and undone."""

import pytest
from sqlalchemy import func, select

from app.core.errors import Forbidden, InvalidState, NotFound, ValidationFailed
from app.core.roles import Profession
from app.imports import running
from app.imports.batches import choose, confirm, discard, start_import, undo
from app.imports.rules.states import ImportKind, RowChoice
from app.models import AuditRow, ImportBatch, ImportRow, Organisation, Person
from tests.cast import everything

HEADINGS = (
    '"URN","LA (code)","LA (name)","EstablishmentName","TypeOfEstablishment (name)","EstablishmentStatus (name)",'
    '"CloseDate","PhaseOfEducation (name)","Street","Locality","Address3","Town","County (name)","Postcode"'
)


def line(
    urn, name, status="Open", kind="Community school", phase="Primary", postcode="BD1 1HX", town="Bradford"
):
    cells = [urn, "380", "Bradford", name, kind, status, "", phase, "1 Road", "", "", town, "", postcode]
    return ",".join(f'"{cell}"' for cell in cells)


def file_of(*lines):
    return "\r\n".join([HEADINGS, *lines]) + "\r\n"


def school(context, urn):
    with everything(context) as work:
        return work.session.scalars(select(Organisation).where(Organisation.urn == urn)).one_or_none()


def count(context, table=Organisation):
    with everything(context) as work:
        return work.session.scalar(select(func.count()).select_from(table))


def test_schools_are_added_when_they_are_confirmed_and_not_before(cast, context, importing):
    before = count(context)
    text = file_of(
        line("107439", "École Sainte-Thérèse"),
        line("107440", "Beck College", kind="Further education", phase="16 plus"),
        line("107441", "Little Owls", kind="Local authority nursery school", phase="Nursery"),
        line("107442", "Long gone", status="Closed"),
    )
    batch = importing(cast.ines, ImportKind.schools, text, "cp1252")
    assert batch.rows() == [(2, "ready", []), (3, "ready", []), (4, "ready", []), (5, "left_out", [""])]
    assert (batch.state, count(context)) == ("checked", before)
    batch.confirm()
    assert (batch.state, count(context)) == ("imported", before + 3)
    added = school(context, "107439")
    assert (added.name, added.address, added.kind) == (
        "École Sainte-Thérèse",
        "1 Road\nBradford",
        Profession.school,
    )
    assert school(context, "107440").kind is Profession.post16
    assert school(context, "107441").kind is Profession.early_years
    batch.undo()
    assert (batch.state, count(context)) == ("undone", before)


def test_faults_are_listed_by_row_and_column(cast, importing):
    text = file_of(line("1074", "A school", postcode="BD1"), line("107440", ""), "")
    batch = importing(cast.ines, ImportKind.schools, text)
    assert batch.rows() == [(2, "faulty", ["urn", "postcode"]), (3, "faulty", ["name"])]
    with pytest.raises(ValidationFailed):
        batch.confirm()
    assert batch.state == "checked"


def test_a_known_school_is_brought_up_to_date_and_given_back_its_details(cast, context, importing):
    importing(cast.ines, ImportKind.schools, file_of(line("107439", "Old Name"))).confirm()
    number = school(context, "107439").id
    batch = importing(
        cast.ines, ImportKind.schools, file_of(line("107439", "New Name", postcode=""))
    ).confirm()
    changed = school(context, "107439")
    assert (changed.id, changed.name, changed.postcode) == (number, "New Name", "BD1 1HX")
    assert changed.earlier_names == ("Old Name",)
    batch.undo()
    assert school(context, "107439").name == "Old Name"


def test_a_school_that_closed_leaves_use(cast, context, importing):
    importing(cast.ines, ImportKind.schools, file_of(line("107439", "A school"))).confirm()
    importing(cast.ines, ImportKind.schools, file_of(line("107439", "A school", status="Closed"))).confirm()
    assert school(context, "107439").active is False


def test_two_schools_of_one_name_get_their_towns(cast, context, importing):
    text = file_of(
        line("107439", "St John’s"),
        line("107440", "St John’s", town="Leeds"),
        line("107441", "St John’s", town="Leeds"),
    )
    importing(cast.ines, ImportKind.schools, text).confirm()
    names = [school(context, urn).name for urn in ("107439", "107440", "107441")]
    assert names == ["St John's", "St John's, Leeds", "St John's (107441)"]


def test_a_school_without_a_urn_is_proposed_and_chosen(cast, context, importing):
    with everything(context) as work:
        work.add(Organisation(name="Beck School", kind=Profession.school))
    before = count(context)
    batch = importing(cast.ines, ImportKind.schools, file_of(line("107439", "Beck School")))
    [row] = batch.stored()
    assert row.state.name == "doubtful"
    with pytest.raises(ValidationFailed):
        batch.confirm()
    with cast.ines.works() as work:
        choose(work, batch.id, {row.id: RowChoice.same}, None)
    batch.confirm()
    assert (count(context), school(context, "107439").name) == (before, "Beck School")
    batch.undo()
    assert school(context, "107439") is None


def test_a_school_in_use_is_not_undone(cast, context, make, importing):
    batch = importing(
        cast.ines, ImportKind.schools, file_of(line("107439", "A"), line("107440", "B"))
    ).confirm()
    make.child(setting_id=school(context, "107439").id)
    batch.undo()
    assert [state for _number, state, _faults in batch.rows()] == ["remains", "undone"]
    assert school(context, "107439") is not None


def test_a_school_that_was_changed_since_is_not_undone(cast, context, importing):
    batch = importing(cast.ines, ImportKind.schools, file_of(line("107439", "A"))).confirm()
    number = school(context, "107439").id
    with everything(context) as work:
        work.get(Organisation, number).phone = "01274 435750"
    batch.undo()
    assert [state for _number, state, _faults in batch.rows()] == ["remains"]


LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"


def test_an_academy_stays_the_organisation_that_it_was(cast, context, importing):
    importing(cast.ines, ImportKind.schools, file_of(line("107439", "A"))).confirm()
    number = school(context, "107439").id
    text = f"{LINKS}107439,150001,A Academy,Successor,01-09-2026\n150001,107439,A,Predecessor,01-09-2026\n"
    batch = importing(cast.ines, ImportKind.school_links, text).confirm()
    assert [state for _number, state, _faults in batch.rows()] == ["done", "left_out"]
    followed = school(context, "150001")
    assert (followed.id, followed.former_urns) == (number, "107439")
    later = importing(cast.ines, ImportKind.schools, file_of(line("107439", "A", status="Closed")))
    assert later.rows() == [(2, "left_out", [""])]
    batch.undo()
    assert (school(context, "107439").id, school(context, "107439").former_urns) == (number, None)


def test_an_unused_school_with_the_new_urn_gives_way_and_comes_back(cast, context, importing):
    text = file_of(line("107439", "A"), line("150001", "A Academy"))
    importing(cast.ines, ImportKind.schools, text).confirm()
    number, before = school(context, "107439").id, count(context)
    links = importing(cast.ines, ImportKind.school_links, f"{LINKS}107439,150001,A,Successor,\n").confirm()
    assert (school(context, "150001").id, count(context)) == (number, before - 1)
    links.undo()
    assert (school(context, "107439").id, school(context, "150001").name) == (number, "A Academy")


def test_a_used_school_with_the_new_urn_is_a_fault(cast, context, make, importing):
    importing(cast.ines, ImportKind.schools, file_of(line("107439", "A"), line("150001", "B"))).confirm()
    make.child(setting_id=school(context, "150001").id)
    batch = importing(cast.ines, ImportKind.school_links, f"{LINKS}107439,150001,A,Successor,\n").confirm()
    assert batch.rows() == [(2, "failed", ["link_urn"])]
    assert school(context, "107439") is not None


def test_a_worker_that_is_stopped_goes_on_and_writes_nothing_twice(cast, context, importing, monkeypatch):
    before = count(context)
    batch = importing(
        cast.ines, ImportKind.schools, file_of(*(line(str(107400 + n), f"S{n}") for n in range(9)))
    )
    batch.confirm(run=False)
    write_one, tries = running._write_one, iter(range(100))

    def killed(work, job, row_id):
        write_one(work, job, row_id)
        if next(tries) == 4:
            raise KeyboardInterrupt  # after the row was written, before the commit

    monkeypatch.setattr(running, "_write_one", killed)
    with pytest.raises(KeyboardInterrupt):
        running.run_imports(context)
    assert (batch.state, count(context)) == ("importing", before + 4)
    monkeypatch.undo()
    running.run_imports(context)
    assert (batch.state, count(context)) == ("imported", before + 9)
    running.run_imports(context)
    assert count(context) == before + 9


def test_an_undo_that_is_stopped_goes_on(cast, context, importing):
    before = count(context)
    batch = importing(
        cast.ines, ImportKind.schools, file_of(line("107439", "A"), line("107440", "B"))
    ).confirm()
    with cast.ines.works() as work:
        undo(work, batch.id)
    calls = iter(range(100))
    running.run_imports(context, lambda: next(calls) > 3)
    running.run_imports(context)
    assert (batch.state, count(context)) == ("undone", before)


def test_pressing_twice_does_it_once(cast, context, importing):
    batch = importing(cast.ines, ImportKind.schools, file_of(line("107439", "A")))
    for _press in range(2):
        batch.confirm()
    for _press in range(2):
        batch.undo()
    with everything(context) as work:
        names = work.session.scalars(select(AuditRow.event).where(AuditRow.event.startswith("Import"))).all()
    assert sorted(names) == [
        "ImportConfirmed", "ImportFinished", "ImportStarted", "ImportUndoStarted", "ImportUndone",
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["olu", "mary", "sana", "pat"])
def test_only_administrators_import_schools(cast, context, importing, who):
    batch = importing(cast.ines, ImportKind.schools, file_of(line("107439", "A")))
    actor = getattr(cast, who)
    with pytest.raises(Forbidden), actor.works() as work:
        start_import(work, ImportKind.schools, "A file", file_of(line("107439", "A")).encode())
    for step in (confirm, discard, undo):
        with pytest.raises(NotFound), actor.works() as work:
            step(work, batch.id)
    with actor.works() as work:
        assert work.session.scalars(select(ImportRow)).all() == []


def test_a_file_that_is_discarded_leaves_no_rows(cast, context, importing):
    batch = importing(cast.ines, ImportKind.schools, file_of(line("107439", "A")))
    for _press in range(2):
        with cast.ines.works() as work:
            discard(work, batch.id)
    assert (batch.state, batch.rows()) == ("discarded", [])
    with pytest.raises(InvalidState):
        batch.confirm()


def test_rows_are_deleted_after_thirty_days_and_the_batch_stays(cast, context, clock, importing):
    batch = importing(cast.ines, ImportKind.schools, file_of(line("107439", "A"))).confirm()
    waiting = importing(cast.ines, ImportKind.schools, file_of(line("107440", "B")))
    clock.forward(days=29)
    running.forget_old(context)
    assert count(context, ImportRow) == 2
    clock.forward(days=2)
    running.forget_old(context)
    assert (count(context, ImportRow), batch.state, waiting.state) == (0, "imported", "discarded")
    with everything(context) as work:
        assert work.get(ImportBatch, batch.id).counts == {"done": 1}
    with pytest.raises(InvalidState):
        batch.undo()


def test_an_import_waits_when_its_person_may_no_longer_import(cast, context, importing):
    batch = importing(cast.ines, ImportKind.schools, file_of(line("107439", "A")))
    batch.confirm(run=False)
    with everything(context) as work:
        work.get(Person, cast.ines.id).active = False
    running.run_imports(context)
    assert (batch.state, school(context, "107439")) == ("checked", None)


def test_the_file_is_not_stored_once_its_rows_are(cast, context, importing):
    batch = importing(cast.ines, ImportKind.schools, file_of(line("107439", "A")))
    with everything(context) as work:
        assert work.get(ImportBatch, batch.id).content is None
    batch.confirm()
    assert [row.cells for row in batch.stored()] == [{}]
