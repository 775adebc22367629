"""A list gives everyone the rows that the ORM gives them, in its order, and counts them up to the cap."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import ColumnElement, and_, asc, desc, event, func, nulls_last, select, true

from app.children.queries import finding
from app.children.queries.finding import child_matches, children_listed, listed_by_child
from app.core.database.listing import Criteria, Listing, Page
from app.core.database.row_filter import set_principal
from app.core.database.row_mapper import RowMapper
from app.forms.rules.workflow import FormState
from app.models import (
    Advice,
    Child,
    Message,
    Organisation,
    Person,
    Registration,
    Request,
)
from app.views.cases.casework_lists import (
    AdviceList,
    ChildList,
    RegistrationList,
    RequestList,
)
from app.views.messages.message_lists import MessageList
from app.views.web.lists import PortalListView
from tests.integration.core.test_compiled_query import PEOPLE
from tests.statements import counted
from tests.web.large_case import LargeCase

UP_TO = 1001
WORDS = ("a", "amina shah", "30/1/2016", "question")


def _lists(kind: type[Any] = PortalListView) -> list[type[Any]]:
    found = [each for under in kind.__subclasses__() for each in (under, *_lists(under))]
    return [each for each in found if getattr(getattr(each, "datamodel", None), "listing", None)]


def _asked(shown: type[Any], session: Any) -> list[tuple[Criteria, Page]]:
    """The whole list in every order, a later page of it, its ready-made views, and searches in it and in them."""
    finds: dict[Any, Any] = {
        Child: lambda words: children_listed(session, words),
        Registration: lambda words: RegistrationList.find(None, words),  # type: ignore[arg-type]
        Message: lambda words: MessageList.find(None, words),  # type: ignore[arg-type]
    }
    find = finds.get(
        shown.datamodel.obj, lambda words: listed_by_child(session, words, shown.datamodel.obj.child_id)
    )
    views = [each.criterion() for each in shown.saved_filters.values()]
    searches = [find(words) for words in WORDS]
    column, direction = shown.base_order
    first = Page(column, direction == "desc", 0, 25)
    orders = [Page(each, turned, 0, 25) for each in shown.order_columns for turned in (False, True)]
    return [
        *[(Criteria(true()), page) for page in (first, first._replace(offset=2, limit=2), *orders)],
        *[(Criteria(true()), page._replace(offset=each, limit=3)) for page in orders for each in (3, 6)],
        *[(Criteria(view), first) for view in views],
        *[(one, first) for one in (*searches, *[searches[0].where(view) for view in views])],
    ]


def _by_orm(
    session: Any, listing: Listing, criterion: ColumnElement[bool], page: Page
) -> tuple[int, list[Any]]:
    """What the same list is by the ORM's own objects."""
    table = listing.row.table
    turned = desc if page.descending else asc
    order = [nulls_last(turned(getattr(table, page.order))), turned(table.id)]
    asked = select(table).where(criterion).options(*listing.options)
    count = session.scalar(select(func.count()).select_from(select(table.id).where(criterion).subquery()))
    rows = session.scalars(asked.order_by(*order).offset(page.offset).limit(page.limit))
    return count, list(rows.unique())


def _words(listing: Listing, row: Any) -> list[Any]:
    """Everything that the list shows of a row and of the rows joined to it."""
    found: dict[Any, Any] = {listing.row.table: row}
    shown = [getattr(row, name) for name in listing.row.names]
    for relation, whole in zip(listing.relations, listing._mapper.tables[1:], strict=True):
        owner = found[relation.class_]
        other = found[whole.table] = None if owner is None else getattr(owner, relation.key)
        shown += [None] if other is None else [getattr(other, name) for name in whole.names]
    return shown


def test_every_list_about_children_is_asked_so():
    assert {ChildList, RequestList, AdviceList, RegistrationList, MessageList} <= set(_lists())


@pytest.mark.parametrize("shown", _lists(), ids=lambda each: each.__name__)
def test_everyone_is_listed_what_the_orm_lists_them(app, cast, make, context, shown, monkeypatch):
    for many in ("MANY", "MANY_TO_SORT"):  # so that lists are asked in the quicker ways too
        monkeypatch.setattr(finding, many, 2)
    case = LargeCase(context, cast, make)
    case.grow(3)
    # A record that was merged is seen by no one: what is still written about it is listed without it.
    merged = make.child(merged_into_id=case.child.id)
    make.advice(merged, cast.ann)
    make.request(merged, cast.sana, FormState.submitted)
    listing, seen = shown.datamodel.listing, 0
    for who in [*(getattr(cast, key).principal for key in PEOPLE), None]:
        with context.database.open() as session, app.app_context():
            set_principal(session, who)
            for criteria, page in _asked(shown, session):
                count, rows = listing.page(session, criteria, page, UP_TO)
                expected, objects = _by_orm(session, listing, criteria.criterion, page)
                assert [_words(listing, row) for row in rows] == [_words(listing, row) for row in objects]
                assert count == expected
                seen += len(rows)
    assert seen


def test_what_is_about_a_record_that_was_merged_is_listed_without_it(cast, make, context):
    advice = make.advice(make.child(merged_into_id=make.child().id), cast.ann)
    with cast.olu.works() as work:
        part = Page("id", True, 0, 25)
        count, rows = AdviceList.datamodel.listing.page(
            work.session, Criteria(Advice.id == advice.id), part, UP_TO
        )
    assert (count, rows[0].id, rows[0].child) == (1, advice.id, None)
    assert rows[0].title


CHILDREN = RowMapper(Child, "id", "forenames", "surname")
WHOLE_LIST = Page("id", False, 0, 25)


def _names(listing: Listing, actor: Any, criterion: ColumnElement[bool]) -> set[str]:
    with actor.works() as work:
        return {row.surname for row in listing.page(work.session, Criteria(criterion), WHOLE_LIST, UP_TO)[1]}


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


def test_searches_with_other_words_by_other_people_find_only_their_own(cast, three):
    """SQLAlchemy runs them all through the statement that it compiled for the first."""
    listing = Listing(CHILDREN)
    for _ in range(2):
        for actor, typed, expected in (
            (cast.ann, "nowak", {"Nowak"}),
            (cast.bob, "nowak", set()),
            (cast.bob, "shah", {"Shah"}),
            (cast.olu, "patel", {"Patel"}),
            (cast.ann, "shah", set()),
            (cast.olu, "nobody", set()),
            (cast.ann, "30/1/2016", {"Nowak"}),
            (cast.bob, "30/1/2016", {"Shah"}),
            (cast.olu, "30/1/2016", {"Nowak", "Shah"}),
            (cast.olu, "3/2/2017", {"Patel"}),
            (cast.bob, "3/2/2017", set()),
        ):
            assert _names(listing, actor, child_matches(typed)) == expected


def test_the_same_word_twice_is_not_taken_for_two_words(cast, make):
    make.child(surname="Ali", forenames="Omar", search_name="ali omar")
    listing = Listing(CHILDREN)

    assert _names(listing, cast.olu, child_matches("ali ali")) == {"Ali"}
    assert _names(listing, cast.olu, child_matches("ali omar")) == {"Ali"}
    assert _names(listing, cast.olu, child_matches("ali nowak")) == set()


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
        ("offset", "limit", "up_to", "expected", "statements"),
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
    def test_only_a_page_beyond_the_last_needs_a_second_statement(
        self, cast, make, asked, offset, limit, up_to, expected, statements
    ):
        for _ in range(5):
            make.child(surname="Counted")
            make.child(surname="Other")
        with cast.olu.works() as work:
            work.session.connection()
            del asked[:]
            count, rows = Listing(CHILDREN).page(
                work.session, Criteria(Child.surname == "Counted"), Page("id", False, offset, limit), up_to
            )
            sent = [each for each in asked if each.startswith("SELECT")]
        assert (count, len(sent)) == (expected, statements)
        assert len(rows) == max(0, min(limit, 5 - offset))

    @pytest.mark.parametrize("up_to", [1, 2, 3, 4, 5, 6, 7])
    @pytest.mark.parametrize("few", [1, 3, 5, 9])
    @pytest.mark.parametrize("offset", [0, 2, 9])
    def test_the_subset_is_counted_instead_only_where_it_reaches_the_cap(
        self, cast, make, asked, up_to, few, offset
    ):
        numbers = [make.child(surname="Counted").id for _ in range(5)]
        make.child(surname="Other")
        criteria = Criteria(
            Child.surname == "Counted",
            for_first_pages=Child.surname.startswith("Count"),
            subset=and_(Child.surname == "Counted", Child.id < numbers[0] + few),
        )
        with cast.olu.works() as work:
            count, rows = Listing(CHILDREN).page(work.session, criteria, Page("id", False, offset, 2), up_to)
        assert count == min(5, up_to)
        assert [row.id for row in rows] == numbers[offset:][:2]


def test_equal_rows_have_one_order_over_all_pages(cast, make, context):
    for _ in range(7):
        make.child(surname="Alike")
    listing = Listing(CHILDREN)
    for descending in (False, True):
        with counted(context) as sent, cast.olu.works() as work:
            found = [
                row.id
                for page in range(4)
                for row in listing.page(
                    work.session,
                    Criteria(Child.surname == "Alike"),
                    Page("surname", descending, page * 2, 2),
                    UP_TO,
                )[1]
            ]
        assert found == sorted(found, reverse=descending)
        assert len(set(found)) == 7
        turned = " DESC" if descending else " ASC"
        assert f"ORDER BY child.surname{turned}, child.id{turned}" in " ".join(sent[-1].split())


def test_a_row_of_a_list_cannot_be_changed(cast, make):
    make.request(make.child(), cast.sana, FormState.submitted)
    listing = RequestList.datamodel.listing
    with cast.olu.works() as work:
        (_, (row,)) = listing.page(
            work.session, Criteria(Request.state == FormState.submitted), WHOLE_LIST, UP_TO
        )
    for holder, name in ((row, "due_on"), (row.child, "surname"), (row.author, "first_name")):
        with pytest.raises(AttributeError, match="read-only"):
            setattr(holder, name, None)


def test_relations_are_named_as_the_model_names_them(cast, make):
    listing = Listing(CHILDREN, (Child.setting, RowMapper(Organisation, "id", "name")))
    setting = make.organisation(name="Wibsey Primary")
    child = make.child(setting_id=setting.id)
    with cast.olu.works() as work:
        (_, (row,)) = listing.page(work.session, Criteria(Child.id == child.id), WHOLE_LIST, UP_TO)
    assert (row.name, row.setting.name) == (child.name, "Wibsey Primary")
    assert Person.name  # the same properties, of the table itself
