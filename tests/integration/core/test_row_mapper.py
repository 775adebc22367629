"""A snapshot shows what the row shows, and cannot be changed."""

import pytest

from app.core.database.row_mapper import RowMapper
from app.forms.queries.forms import drafts_of, drafts_to_read, form_for_update, form_to_read
from app.models import Form


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
        assert list(drafts_to_read(work.session, form.id)) == []


def test_drafts_are_read_as_they_would_be_written(cast, make):
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    with cast.sana.works() as work:
        written = {
            one.section: (one.answers, one.version, one.saved_by.name)
            for one in drafts_of(work.session, form.id)
        }
        read = {
            one.section: (one.answers, one.version, one.saved_by.name)
            for one in drafts_to_read(work.session, form.id)
        }
        assert read == written


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
