"""However a row is reached for, the row filter is applied."""

from dataclasses import replace
from datetime import timedelta
from unittest.mock import ANY

import pytest
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.cases.queries.child_page import statuses_of
from app.cases.rules.case_states import CaseState
from app.cases.rules.status import CaseStatus
from app.children.queries.finding import child_matches
from app.core.database.row_filter import bypass_row_filter, set_principal
from app.core.errors import NotFound
from app.forms.rules.workflow import FormState
from app.models import Advice, Child, ChildLink, ChildName, Form, Message
from app.operations.queries.audit import find_children
from tests.cast import everything


@pytest.fixture
def secret(cast, make, context):
    """A child whom bob may not see, with a link, advice and a message."""
    child = make.child(linked=(cast.ann, cast.sana), surname="Secret", search_name="secret")
    make.advice(child, cast.ann)
    make.request(child, cast.sana, CaseState.assessing, received_on=context.clock.today())
    return child


OTHER = aliased(Child)

WAYS = {
    "by number": lambda s, c: s.scalars(select(Child).where(Child.id == c.id)).all(),
    "by identity": lambda s, c: [row for row in [s.get(Child, c.id)] if row],
    "columns": lambda s, c: s.execute(select(Child.surname).where(Child.id == c.id)).all(),
    "alias": lambda s, c: s.scalars(select(OTHER).where(OTHER.id == c.id)).all(),
    "through a link": lambda s, c: s.scalars(
        select(Child).join(ChildLink, ChildLink.child_id == Child.id)
    ).all(),
    "link": lambda s, c: s.scalars(select(ChildLink).options(joinedload(ChildLink.child))).all(),
    "form": lambda s, c: s.scalars(select(Form).options(selectinload(Form.child))).unique().all(),
    "kind of form": lambda s, c: s.scalars(select(Advice)).unique().all(),
    "subquery": lambda s, c: s.execute(select(select(Child.id).subquery())).all(),
    "common table expression": lambda s, c: s.execute(select(select(Child.surname).cte())).all(),
    "exists": lambda s, c: s.execute(select(1).where(exists().where(Child.id == c.id))).all(),
    "union": lambda s, c: s.execute(select(Child.id).union(select(Form.child_id))).all(),
    "search": lambda s, c: s.scalars(select(Child).where(child_matches("secret"))).all(),
    "search one by one": lambda s, c: s.scalars(
        select(Child).where(child_matches("secret", one_by_one=True))
    ).all(),
    "word of the name": lambda s, c: s.scalars(
        select(ChildName.word).where(ChildName.word == "secret")
    ).all(),
    "audit's search": lambda s, c: find_children(s, "secret"),
    "legacy query": lambda s, c: s.query(Child).filter_by(id=c.id).all(),
    "standing": lambda s, c: list(statuses_of(s, [c.id])),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_stranger_reaches_nothing_whichever_way(cast, secret, way):
    with cast.bob.works() as work:
        assert list(WAYS[way](work.session, secret)) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_person_involved_reaches_it(cast, secret, way):
    with cast.olu.works() as work:
        assert len(WAYS[way](work.session, secret)) >= 1


def test_counts_do_not_give_a_child_away(cast, secret):
    with cast.bob.works() as work:
        assert work.session.scalar(select(func.count()).select_from(Child)) == 0
        assert work.session.scalar(select(func.count(Child.id))) == 0


def test_a_stranger_changes_and_deletes_nothing(cast, secret, context):
    with cast.bob.works() as work:
        work.session.execute(update(Child).values(surname="Changed"))
        work.session.execute(delete(ChildLink).where(ChildLink.child_id == secret.id))
    with everything(context) as work:
        assert work.get(Child, secret.id).surname == "Secret"
        assert work.session.scalar(select(func.count()).select_from(ChildLink)) == 2


def test_a_stranger_changes_nothing_by_a_table_either_where_a_model_says_which_rows(cast, secret, context):
    """The criteria go on statements below the ORM too: a model may stand inside, and heeds them there."""
    table = Child.__table__
    for which in (table.c.id.in_(select(Child.id)), exists().where(Child.id == table.c.id)):
        with cast.bob.works() as work:
            work.session.execute(update(table).values(surname="Changed").where(which))
        with everything(context) as work:
            assert work.get(Child, secret.id).surname == "Secret"


def test_what_is_written_out_for_one_person_is_never_anothers(cast, secret, context):
    for actor, expected in ((cast.ann, "Ann"), (cast.bob, "Ann"), (cast.sana, "Sana"), (cast.bob, "Sana")):
        with actor.works() as work:
            work.session.execute(update(Child).values(surname=actor.principal.name.split()[0]))
        with everything(context) as work:
            assert work.get(Child, secret.id).surname == expected


def test_what_one_person_loaded_does_not_linger_for_the_next(cast, secret, context):
    with context.database.open() as session:
        set_principal(session, cast.ann.principal)
        assert session.get(Child, secret.id) is not None
        set_principal(session, cast.bob.principal)
        assert session.get(Child, secret.id) is None
        assert session.scalars(select(Child)).all() == []


def test_what_the_system_loaded_does_not_linger_either(cast, secret, context):
    with context.database.open() as session:
        bypass_row_filter(session, "a test")
        assert session.get(Child, secret.id) is not None
        set_principal(session, cast.bob.principal)
        assert session.get(Child, secret.id) is None


def test_a_session_without_a_principal_sees_nothing(secret, context):
    with context.database.open() as session:
        assert session.scalars(select(Child)).all() == []
        assert session.scalars(select(Message)).all() == []


def test_ended_involvement_closes_the_child_on_the_next_look(cast, make, context):
    child = make.child()
    link = make.link(child, cast.ann)
    with cast.ann.works() as work:
        assert work.get(Child, child.id)
    with everything(context) as work:
        work.get(ChildLink, link.id).ended_at = context.clock.now()
    with pytest.raises(NotFound), cast.ann.works() as work:
        work.get(Child, child.id)


def test_the_case_status_is_visible_to_those_who_see_the_child_but_not_the_request(cast, secret, context):
    with cast.ann.works() as work:
        assert work.session.scalars(select(Form).where(Form.kind == "request")).unique().all() == []
        assert statuses_of(work.session, [secret.id]) == {
            secret.id: replace(
                CaseStatus(CaseState.assessing, context.clock.today(), form_state=FormState.decided),
                request_id=ANY,
                case_id=ANY,
                due_on=context.clock.today() + timedelta(weeks=20),
            )
        }
