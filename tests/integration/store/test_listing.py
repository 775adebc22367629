"""A list asks through statements that are kept: they give everybody what the ORM gives them, and tell nobody what
somebody else typed."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import ColumnElement, and_, bindparam, event, func, literal_column, select, true

from app.children.queries import finding
from app.children.queries.finding import child_matches, children_listed, listed_by_child
from app.core.database.listing import MOST_SHAPES, Listing, Part, Shape, Sought
from app.core.database.row_filter import set_principal
from app.core.database.row_mapper import RowMapper
from app.forms.rules.workflow import FormState
from app.models import (
    AWAITED_ADVICE,
    Advice,
    Child,
    Form,
    Message,
    Organisation,
    Person,
    Registration,
    Request,
)
from app.views.cases.casework_lists import AdviceList, ChildList, RegistrationList, RequestList
from app.views.messages.message_lists import MessageList
from app.views.web.lists import PortalListView
from tests.integration.store.test_ready import PEOPLE
from tests.web.busy_case import BusyCase

UP_TO = 1001
WORDS = ("a", "amina shah", "30/1/2016", "question")


def _lists(kind: type[Any] = PortalListView) -> list[type[Any]]:
    found = [each for under in kind.__subclasses__() for each in (under, *_lists(under))]
    return [each for each in found if getattr(getattr(each, "datamodel", None), "listing", None)]


def _asked(shown: type[Any], session: Any) -> list[tuple[Sought, Part]]:
    """The whole list in every order, a later page of it, its ready-made views, and searches in it and in them."""
    finds: dict[Any, Any] = {
        Child: lambda words: children_listed(session, words),
        Registration: lambda words: RegistrationList.find(None, words),  # type: ignore[arg-type]
        Message: lambda words: MessageList.find(None, words),  # type: ignore[arg-type]
    }
    find = finds.get(
        shown.datamodel.obj, lambda words: listed_by_child(session, words, shown.datamodel.obj.child_id)
    )
    views = [each.criterion() for each in shown.narrowings.values()]
    searches = [find(words) for words in WORDS]
    column, direction = shown.base_order
    first = Part(column, direction == "desc", 0, 25)
    orders = [Part(each, turned, 0, 25) for each in shown.order_columns for turned in (False, True)]
    return [
        *[(Sought(true()), part) for part in (first, first._replace(passed_over=2, most=2), *orders)],
        *[(Sought(view), first) for view in views],
        *[(one, first) for one in (*searches, *[searches[0].narrowed(view) for view in views])],
    ]


def _by_orm(
    session: Any, listing: Listing, criterion: ColumnElement[bool], part: Part
) -> tuple[int, list[Any]]:
    """What the same list is by the ORM's own objects."""
    table = listing.row.table
    order = [getattr(table, part.order), table.id]
    asked = select(table).where(criterion).options(*listing.options)
    count = session.scalar(select(func.count()).select_from(select(table.id).where(criterion).subquery()))
    rows = session.scalars(
        asked.order_by(*[each.desc() if part.descending else each.asc() for each in order])
        .offset(part.passed_over)
        .limit(part.most)
    )
    return count, list(rows.unique())


def _said(listing: Listing, row: Any) -> list[Any]:
    """Everything that the list shows of a row and of what stands beside it."""
    found: dict[Any, Any] = {listing.row.table: row}
    said = [getattr(row, name) for name in listing.row.names]
    for relation, whole in zip(listing.relations, listing._together.tables[1:], strict=True):
        owner = found[relation.class_]
        other = found[whole.table] = None if owner is None else getattr(owner, relation.key)
        said += [None] if other is None else [getattr(other, name) for name in whole.names]
    return said


def test_every_list_about_children_is_asked_so():
    assert {ChildList, RequestList, AdviceList, RegistrationList, MessageList} <= set(_lists())


@pytest.mark.parametrize("shown", _lists(), ids=lambda each: each.__name__)
def test_everybody_is_listed_what_the_orm_lists_them(app, cast, make, context, shown, monkeypatch):
    for many in ("MANY", "MANY_TO_SORT"):  # so that lists are asked in the quicker ways too
        monkeypatch.setattr(finding, many, 2)
    case = BusyCase(context, cast, make)
    case.grow(3)
    # A record that was merged is seen by nobody: what is still written about it is listed without it.
    merged = make.child(merged_into_id=case.child.id)
    make.advice(merged, cast.ann)
    make.request(merged, cast.sana, FormState.submitted)
    listing, seen = shown.datamodel.listing, 0
    for who in [*(getattr(cast, key).principal for key in PEOPLE), None]:
        with context.database.open() as session, app.app_context():
            set_principal(session, who)
            for sought, part in _asked(shown, session):
                count, rows = listing.page(session, sought, part, UP_TO)
                expected, objects = _by_orm(session, listing, sought.criterion, part)
                assert [_said(listing, row) for row in rows] == [_said(listing, row) for row in objects]
                assert count == expected
                seen += len(rows)
    assert seen


def test_what_is_about_a_record_that_was_merged_is_listed_without_it(cast, make, context):
    advice = make.advice(make.child(merged_into_id=make.child().id), cast.ann)
    with cast.olu.works() as work:
        part = Part("id", True, 0, 25)
        count, rows = AdviceList.datamodel.listing.page(
            work.session, Sought(Advice.id == advice.id), part, UP_TO
        )
    assert (count, rows[0].id, rows[0].child) == (1, advice.id, None)
    assert rows[0].title


CHILDREN = RowMapper(Child, "id", "forenames", "surname")
WHOLE_LIST = Part("id", False, 0, 25)


def _names(listing: Listing, actor: Any, criterion: ColumnElement[bool]) -> set[str]:
    with actor.works() as work:
        return {row.surname for row in listing.page(work.session, Sought(criterion), WHOLE_LIST, UP_TO)[1]}


@pytest.fixture
def three(cast, make):
    """Nowak and Patel are Ann's, Shah is Bob's."""
    for surname, linked, born in (
        ("Nowak", cast.ann, date(2016, 1, 30)),
        ("Patel", cast.ann, date(2017, 2, 3)),
        ("Shah", cast.bob, date(2016, 1, 30)),
    ):
        make.child(
            surname=surname,
            forenames="A",
            search_name=f"{surname.lower()} a",
            date_of_birth=born,
            linked=(linked,),
        )


def test_two_people_two_words_and_two_dates_go_through_one_statement_and_never_meet(cast, three):
    listing = Listing(CHILDREN)
    for _ in range(2):
        for actor, typed, expected in (
            (cast.ann, "nowak", {"Nowak"}),
            (cast.bob, "nowak", set()),
            (cast.bob, "shah", {"Shah"}),
            (cast.olu, "patel", {"Patel"}),
            (cast.ann, "shah", set()),
            (cast.olu, "nobody", set()),
        ):
            assert _names(listing, actor, child_matches(typed)) == expected
    assert len(listing._ready) == 1
    for actor, born, expected in (
        (cast.ann, "30/1/2016", {"Nowak"}),
        (cast.bob, "30/1/2016", {"Shah"}),
        (cast.olu, "30/1/2016", {"Nowak", "Shah"}),
        (cast.olu, "3/2/2017", {"Patel"}),
        (cast.bob, "3/2/2017", set()),
    ):
        assert _names(listing, actor, child_matches(born)) == expected
    assert len(listing._ready) == 2


def test_the_same_word_twice_is_not_taken_for_two_words(cast, make):
    make.child(surname="Ali", forenames="Omar", search_name="ali omar")
    listing = Listing(CHILDREN)

    assert _names(listing, cast.olu, child_matches("ali ali")) == {"Ali"}
    assert _names(listing, cast.olu, child_matches("ali omar")) == {"Ali"}
    assert _names(listing, cast.olu, child_matches("ali nowak")) == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Child.surname == literal_column("'Nowak'"), Child.surname == literal_column("'Patel'")),
        (Child.surname == "Nowak", Child.surname != "Nowak"),
        (Child.surname > "Nowak", Child.surname == "Patel"),
        (Child.known_as == "", Child.known_as.is_(None)),
        (Child.surname.icontains("Nowak"), Child.surname.icontains("Nowak", autoescape=True)),
        (Child.surname == "Nowak", Child.forenames == "Nowak"),
        (child_matches("nowak"), child_matches("nowak", one_by_one=True)),
        (child_matches("nowak"), child_matches("nowak a")),
        (AWAITED_ADVICE, Form.kind == literal_column("'advice'")),
    ],
)
def test_what_differs_in_more_than_what_is_told_is_another_shape(one, other):
    assert Shape(Sought(one)).key != Shape(Sought(other)).key


def test_a_word_that_is_part_of_a_statement_is_never_taken_for_another(cast, three):
    listing = Listing(CHILDREN)
    for surname in ("Nowak", "Patel", "Nowak"):
        assert _names(listing, cast.olu, Child.surname == literal_column(f"'{surname}'")) == {surname}


def test_nothing_that_was_typed_stays_in_what_is_kept(cast, three):
    listing = Listing(CHILDREN)
    _names(listing, cast.olu, child_matches("nowak zofia"))
    with cast.olu.works() as work:
        listing.page(work.session, Sought(Child.surname == "Nowak"), Part("id", False, 0, 1), UP_TO)

    assert len(listing._ready) == 2
    for ready in listing._ready.values():
        values = set(ready.statement.compile().params.values())
        assert values <= {None, 1, 25, UP_TO}, "a statement has only places for values, and numbers of rows"
        for made in ready._made.values():
            for one in made.values():
                assert not {"nowak", "zofia", "Nowak"} & {*map(str, one.known.values())}
                assert "nowak" not in one.sql.lower()


@pytest.mark.parametrize(
    "criterion",
    [
        Child.id.in_([1, 2]),
        Child.id == bindparam("never_told"),
        Child.id == bindparam("callable", callable_=None, required=True),
        Child.id == bindparam("written_in", 5, literal_execute=True),
    ],
)
def test_what_cannot_be_told_each_time_is_refused(criterion):
    with pytest.raises(TypeError):
        Shape(Sought(criterion))


def test_whoever_tries_every_combination_fills_no_memory(cast, three):
    listing = Listing(CHILDREN)
    for number in range(MOST_SHAPES + 20):
        listing._keep(number, listing._ask_for_part(Shape(Sought(Child.id == number)), WHOLE_LIST, UP_TO))
    assert _names(listing, cast.ann, child_matches("nowak")) == {"Nowak"}
    assert len(listing._ready) == MOST_SHAPES


class TestCounting:
    """They are counted up to the cap, in the statement that reads them."""

    @pytest.fixture
    def asked(self, context):
        """The statements sent."""
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            sent.append(statement)

        event.listen(context.database.engine, "before_cursor_execute", note)
        yield sent
        event.remove(context.database.engine, "before_cursor_execute", note)

    @pytest.mark.parametrize(
        ("passed_over", "most", "up_to", "expected", "statements"),
        [
            (0, 25, UP_TO, 5, 1),
            (0, 6, UP_TO, 5, 1),
            (0, 5, UP_TO, 5, 1),
            (0, 2, UP_TO, 5, 1),
            (0, 2, 3, 3, 1),
            (0, 25, 3, 3, 1),
            (4, 2, UP_TO, 5, 1),
            (4, 2, 3, 3, 1),
            (6, 2, UP_TO, 5, 2),
        ],
    )
    def test_they_are_counted_apart_only_beyond_the_end(
        self, cast, make, asked, passed_over, most, up_to, expected, statements
    ):
        for _ in range(5):
            make.child(surname="Counted")
            make.child(surname="Other")
        with cast.olu.works() as work:
            work.session.connection()
            del asked[:]
            count, rows = Listing(CHILDREN).page(
                work.session, Sought(Child.surname == "Counted"), Part("id", False, passed_over, most), up_to
            )
            sent = [each for each in asked if each.startswith("SELECT")]
        assert (count, len(sent)) == (expected, statements)
        assert len(rows) == max(0, min(most, 5 - passed_over))

    @pytest.mark.parametrize("up_to", [1, 2, 3, 4, 5, 6, 7])
    @pytest.mark.parametrize("few", [1, 3, 5, 9])
    @pytest.mark.parametrize("passed_over", [0, 2, 9])
    def test_some_of_them_are_enough_only_where_they_reach_the_cap(
        self, cast, make, asked, up_to, few, passed_over
    ):
        numbers = [make.child(surname="Counted").id for _ in range(5)]
        make.child(surname="Other")
        sought = Sought(
            Child.surname == "Counted",
            from_the_top=Child.surname.startswith("Count"),
            some_of_them=and_(Child.surname == "Counted", Child.id < numbers[0] + few),
        )
        with cast.olu.works() as work:
            count, rows = Listing(CHILDREN).page(
                work.session, sought, Part("id", False, passed_over, 2), up_to
            )
        assert count == min(5, up_to)
        assert [row.id for row in rows] == numbers[passed_over:][:2]


def test_rows_that_are_alike_have_one_order_over_all_pages(cast, make):
    for _ in range(7):
        make.child(surname="Alike")
    listing = Listing(CHILDREN)
    for descending in (False, True):
        with cast.olu.works() as work:
            found = [
                row.id
                for page in range(4)
                for row in listing.page(
                    work.session,
                    Sought(Child.surname == "Alike"),
                    Part("surname", descending, page * 2, 2),
                    UP_TO,
                )[1]
            ]
        assert found == sorted(found, reverse=descending)
        assert len(set(found)) == 7
        turned = " DESC" if descending else " ASC"
        asked = str(
            listing._ask_for_part(Shape(Sought(true())), Part("surname", descending, 0, 2), UP_TO).statement
        )
        assert f"ORDER BY child.surname{turned}, child.id{turned}" in " ".join(asked.split())


def test_a_row_of_a_list_is_only_to_be_read(cast, make):
    make.request(make.child(), cast.sana, FormState.submitted)
    listing = RequestList.datamodel.listing
    with cast.olu.works() as work:
        (_, (row,)) = listing.page(
            work.session, Sought(Request.state == FormState.submitted), WHOLE_LIST, UP_TO
        )
    for thing, name in ((row, "due_on"), (row.child, "surname"), (row.author, "first_name")):
        with pytest.raises(AttributeError, match="only to be read"):
            setattr(thing, name, None)


def test_what_stands_beside_is_named_as_the_model_names_it(cast, make):
    listing = Listing(CHILDREN, (Child.setting, RowMapper(Organisation, "id", "name")))
    setting = make.organisation(name="Wibsey Primary")
    child = make.child(setting_id=setting.id)
    with cast.olu.works() as work:
        (_, (row,)) = listing.page(work.session, Sought(Child.id == child.id), WHOLE_LIST, UP_TO)
    assert (row.name, row.setting.name) == (child.name, "Wibsey Primary")
    assert Person.name  # the same properties, of the table itself
