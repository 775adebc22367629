"""Cover for absence: who may record it, what is refused, and how it ends."""

from datetime import date

import pytest
from sqlalchemy import select

from app.accounts import accounts
from app.cases.absences import Cover, arrange_cover, end_cover
from app.cases.queries.absences import covers, workload_of
from app.core.errors import Forbidden, NotFound, ValidationFailed
from app.models import Absence, Message
from tests.cast import everything
from tests.security.test_two_at_once import at_once

FIRST, LAST = date(2026, 11, 23), date(2026, 11, 27)


def arrange(actor, person, covered_by, first_day=FIRST, last_day=LAST):
    with actor.works() as work:
        return arrange_cover(
            work, Cover(person and person.id, covered_by and covered_by.id, first_day, last_day)
        )


def covered(actor, on=FIRST):
    with actor.works() as work:
        return [*workload_of(work.session, work.me.user_id, on).covered]


def test_a_cover_counts_from_the_first_day_to_the_last(cast):
    arrange(cast.olu, cast.olu, cast.mary)
    assert covered(cast.mary, date(2026, 11, 22)) == []
    assert covered(cast.mary, FIRST) == covered(cast.mary, LAST) == [cast.olu.id]
    assert covered(cast.mary, date(2026, 11, 28)) == []
    assert covered(cast.olu) == []


def test_a_colleague_records_it_for_an_officer_who_is_ill_and_who_covers_gets_a_message(cast, context):
    arrange(cast.mary, cast.olu, cast.mary)
    arrange(cast.olu, cast.olu, cast.mary, last_day=date(2026, 11, 30))
    with everything(context) as work:
        letters = work.session.scalars(select(Message).where(Message.recipient_id == cast.mary.id)).all()
    assert [(each.letter, each.facts) for each in letters] == [
        ("cover_arranged", {"person": cast.olu.principal.name})
    ]


def test_pressing_twice_records_it_once(cast, context):
    def press(work):
        arrange_cover(work, Cover(cast.olu.id, cast.mary.id, FIRST, LAST))

    assert at_once((cast.olu, press), (cast.olu, press)) == ["done", "done"]
    with everything(context) as work:
        assert len(work.session.scalars(select(Absence)).all()) == 1


def test_an_ended_cover_no_longer_counts(cast):
    absence = arrange(cast.olu, cast.olu, cast.mary)
    for _ in range(2):
        with cast.mary.works() as work:
            end_cover(work, absence.id)
    assert covered(cast.mary) == []
    with cast.olu.works() as work:
        assert covers(work.session, FIRST) == []


@pytest.mark.parametrize("who", ["olu", "mary"])
def test_a_cover_ends_when_one_of_the_two_leaves(cast, who):
    arrange(cast.olu, cast.olu, cast.mary)
    with cast.ines.works() as work:
        accounts.deactivate(work, getattr(cast, who).id)
    assert covered(cast.mary) == []


@pytest.mark.parametrize(
    ("person", "covered_by", "first_day", "last_day", "fields"),
    [
        (None, None, None, None, ["person", "covered_by", "first_day", "last_day"]),
        ("olu", "olu", FIRST, LAST, ["covered_by"]),
        ("olu", "sana", FIRST, LAST, ["covered_by"]),
        ("pat", "mary", FIRST, LAST, ["person"]),
        ("olu", "mary", LAST, FIRST, ["last_day"]),
        ("olu", "mary", date(2026, 11, 1), date(2026, 11, 22), ["last_day"]),
        ("olu", "mary", FIRST, date(2028, 1, 1), ["last_day"]),
    ],
)
def test_what_cannot_be_is_refused(cast, person, covered_by, first_day, last_day, fields):
    people = [name and getattr(cast, name) for name in (person, covered_by)]
    with pytest.raises(ValidationFailed) as refused:
        arrange(cast.olu, *people, first_day, last_day)
    assert [fault.field for fault in refused.value.faults] == fields


@pytest.mark.parametrize("who", ["sana", "pat", "ines"])
def test_no_one_else_records_ends_or_reads_it(cast, who):
    actor = getattr(cast, who)
    absence = arrange(cast.olu, cast.olu, cast.mary)
    with pytest.raises(Forbidden):
        arrange(actor, cast.olu, cast.mary)
    with pytest.raises((Forbidden, NotFound)), actor.works() as work:
        end_cover(work, absence.id)
    with actor.works() as work:
        assert covers(work.session, FIRST) == []
