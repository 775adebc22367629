"""A snapshot shows what the row shows, and cannot be changed."""

import pytest
from sqlalchemy.orm.exc import StaleDataError

from app.core.database.row_mapper import RowMapper, changeable
from app.forms.queries.forms import drafts_of, form_for_update, form_to_read
from app.models import Form, SectionDraft
from tests.filled_forms import save
from tests.statements import counted


def test_a_snapshot_says_what_the_row_says(cast, make):
    form = make.request(make.child(linked=(cast.sana,), surname="Shah"), cast.sana)
    with cast.sana.works() as work:
        row, snapshot = form_for_update(work.session, form.id), form_to_read(work.session, form.id)
        assert row is not None and snapshot is not None
        for name in RowMapper(Form).names:
            assert getattr(snapshot, name) == getattr(row, name), name
        assert (snapshot.title, snapshot.child.name) == (row.title, row.child.name)
        assert snapshot.author is not None and snapshot.author.name == cast.sana.principal.name
        assert (snapshot.organisation.id, snapshot.child.setting) == (row.organisation.id, row.child.setting)


def test_a_snapshot_cannot_be_changed(cast, make):
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    with cast.sana.works() as work:
        snapshot = form_to_read(work.session, form.id)
        with pytest.raises(AttributeError, match="read-only"):
            snapshot.due_on = None
        with pytest.raises(AttributeError, match="read-only"):
            snapshot.child.surname = "Other"


def test_what_a_stranger_may_not_see_has_no_snapshot(cast, make):
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    with cast.bob.works() as work:
        assert form_to_read(work.session, form.id) is None
        assert list(drafts_of(work.session, form.id)) == []


def test_a_change_of_what_was_read_is_written_without_reading_it_again(cast, make):
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    with cast.sana.works() as work:
        save(work, form.id, "views", {"child_views": "I like drawing."})
        (read,) = drafts_of(work.session, form.id)
        work.session.expunge_all()
        with counted(work.context) as statements:
            changed = changeable(work.session, SectionDraft, read)
            changed.answers = {**read.answers, "changed": "yes"}
            work.session.flush()
        assert len(statements) == 1 and changed.version == read.version + 1
        assert work.get(SectionDraft, read.id).answers == changed.answers


def test_a_change_of_what_was_read_fails_where_another_was_written_since(cast, make):
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    with cast.sana.works() as work:
        save(work, form.id, "views", {"child_views": "I like drawing."})
        (read,) = drafts_of(work.session, form.id)
        changeable(work.session, SectionDraft, read).answers = {"mine": "first"}
        work.session.flush()
        work.session.expunge_all()
        changeable(work.session, SectionDraft, read).answers = {"mine": "second"}
        with pytest.raises(StaleDataError):
            work.session.flush()
        work.session.rollback()


def test_an_author_who_left_the_case_is_nameless_to_the_family_it_was_shared_with(cast, make, context):
    """Who wrote it is joined through the reader's own row filter, as everywhere."""
    child = make.child(linked=(cast.pat,))
    form = make.advice(child, cast.ann)
    make.share(form, cast.pat)
    with cast.pat.works() as work:
        seen = form_to_read(work.session, form.id)
        assert seen is not None and seen.author is None
    with cast.olu.works() as work:
        assert form_to_read(work.session, form.id).author.name == cast.ann.principal.name
