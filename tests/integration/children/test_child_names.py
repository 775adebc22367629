"""The words of a child's name follow the name, and a search reads them: the same children are found as by reading all."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from app.cases import children, duplicates
from app.children.queries import finding
from app.children.queries.finding import child_matches, children_listed
from app.core.names import search_name, search_words, ways_to_match
from app.models import Child, ChildName
from app.operations.queries.audit import find_children
from tests.cast import everything
from tests.integration.cases.test_children import TYPED


def words_of(context, child_id):
    with everything(context) as work:
        found = work.session.scalars(select(ChildName.word).where(ChildName.child_id == child_id))
        return sorted(found)


def found_by(session, criterion):
    return set(session.scalars(select(Child.id).where(criterion)))


def test_a_child_who_is_entered_has_the_words_of_the_name(cast, context):
    with cast.sana.works() as work:
        child_id = children.add_child(work, TYPED).child_id
    assert words_of(context, child_id) == ["amina", "aminanoor", "mina", "noor", "oshah"]


def test_a_child_who_is_renamed_is_found_by_the_new_name_and_not_by_the_old(cast, make, context):
    child = make.child(linked=(cast.sana,), search_name="shah amina")
    with cast.sana.works() as work:
        work.get(Child, child.id).search_name = "nowak amina amina"
    assert words_of(context, child.id) == ["amina", "nowak"]

    with everything(context) as work:
        work.session.execute(update(Child).values(search_name="patel ravi"))
    assert words_of(context, child.id) == ["patel", "ravi"], "past the rows, in one statement"


def test_what_else_changes_about_a_child_leaves_the_words_alone(make, context):
    child = make.child(search_name="shah amina")
    with everything(context) as work:
        work.session.execute(delete(ChildName))
        work.get(Child, child.id).postcode = "BD1 1HX"
    assert words_of(context, child.id) == [], "they are not written again for nothing"


def test_a_record_that_is_merged_has_no_words_any_more(cast, make, context):
    older = make.child(search_name="shah amina")
    newer = make.child(search_name="shah aminah", possible_duplicate_of_id=older.id)
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)

    assert words_of(context, newer.id) == []
    assert words_of(context, older.id) == ["amina", "shah"]

    with everything(context) as work:
        work.session.execute(update(Child).where(Child.id == newer.id).values(merged_into_id=None))
    assert words_of(context, newer.id) == ["aminah", "shah"], "and again if it is taken apart"


def test_the_words_go_with_the_child(make, context):
    child = make.child()
    with everything(context) as work:
        work.session.execute(delete(Child).where(Child.id == child.id))
    assert words_of(context, child.id) == []


@pytest.mark.parametrize("odd", ['o"neill', "back\\slash", "[", "]", '","', "%_", "1", "null", "عل ی", "𐐨𐐩"])
def test_a_names_words_are_those_between_spaces_whatever_it_holds(make, context, odd):
    child = make.child(search_name=f" {odd}  {odd} x ")
    assert words_of(context, child.id) == sorted({*odd.split(), "x"})


def test_children_who_are_entered_in_bulk_have_their_words_too(make, context):
    like = {"forenames": "A", "surname": "B", "date_of_birth": make.child().date_of_birth, "added_by_id": 1}
    with everything(context) as work:
        numbers = work.session.scalars(
            insert(Child).returning(Child.id), [like | {"search_name": f"bulk{n} a"} for n in range(30)]
        ).all()
    assert [words_of(context, number) for number in numbers] == [
        ["a", f"bulk{n}"] for n, _ in enumerate(numbers)
    ]


LETTERS = st.sampled_from(
    [*"abzé'’- ", "ł", "ß", "İ", "ع", "ی", "힣", "\ud7fb", "𐐨", "\U0003134a", "9", "\U0010ffff"]
)
NAMES = st.text(LETTERS, min_size=1, max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=8), typed=st.text(LETTERS, max_size=5))
def test_a_search_finds_whose_name_has_a_word_for_each_word_typed(make, context, monkeypatch, names, typed):
    monkeypatch.setattr(finding, "MANY", 2)
    stored = {make.child(search_name=search_name(*name)).id: search_name(*name) for name in names}
    expected = {
        number
        for number, name in stored.items()
        if search_words(typed)
        and all(
            any(word.startswith(way) for word in name.split() for way in ways)
            for ways in ways_to_match(search_words(typed))
        )
    }
    with everything(context) as work:
        for criterion in (
            child_matches(typed),
            child_matches(typed, one_by_one=True),
            children_listed(work.session, typed).criterion,
        ):
            assert found_by(work.session, criterion) & set(stored) == expected


@pytest.mark.parametrize(
    ("typed", "quicker"),
    [
        ("a", True),
        ("am", True),
        ("shah", True),
        ("z", False),
        ("ami", False),
        ("sh am", True),
        ("shah am", False),
    ],
)
def test_quicker_ways_are_taken_where_one_word_begins_many_names(make, context, monkeypatch, typed, quicker):
    monkeypatch.setattr(finding, "MANY", 3)
    for name in ("amina", "amir", "amos", "zoe", "zoe"):
        make.child(search_name=f"shah {name}")
    with everything(context) as work:
        criteria = children_listed(work.session, typed)
        everyone = found_by(work.session, child_matches(typed))
        assert found_by(work.session, criteria.criterion) == everyone
        assert (criteria.for_first_pages is not None) is (criteria.subset is not None) is quicker
        if quicker:
            assert found_by(work.session, criteria.for_first_pages) == everyone
            assert found_by(work.session, criteria.subset) == everyone, "so few are all among the first"
            monkeypatch.setattr(finding, "SOME", 2)
            some = children_listed(work.session, typed).subset
            assert found_by(work.session, some) < everyone


def how_it_is_read(context, criterion):
    """The database's own plan for finding these children among many."""
    with everything(context) as work:
        session = work.session
        written = (
            select(Child.id)
            .where(criterion)
            .compile(session.connection(), compile_kwargs={"literal_binds": True})
        )
        if not context.database.is_sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))  # a table of a few rows is read whole
            return "\n".join(session.scalars(text(f"EXPLAIN {written}")))
        return "\n".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {written}")))


def test_a_search_reads_the_index_from_the_first_to_the_last_word_that_begins_so(make, context):
    make.child()
    plan = how_it_is_read(context, child_matches("shah ami"))
    both_ends = (
        "(word>? AND word<?)" if context.database.is_sqlite else "(word >= 'shah'::text) AND (word < 'shah"
    )
    assert both_ends in plan
    assert "SCAN child" not in plan


def test_one_by_one_each_childs_words_are_looked_up(make, context):
    make.child()
    plan = how_it_is_read(context, child_matches("a", one_by_one=True))
    assert "ix_child_name_child_id" in plan or "pk_child_name" in plan


def test_the_audits_search_gives_a_few_in_the_order_of_names(cast, make):
    for number in range(25):
        make.child(forenames=f"A{number}", surname="Shah", search_name=f"shah a{25 - number:02}")
    with cast.mary.works() as work:
        names = [name for _, name, _ in find_children(work.session, "sha")]
    assert names == [f"A{number} Shah" for number in range(24, 4, -1)]


@pytest.mark.parametrize(
    ("surname", "typed"),
    [
        *[("O’Brien", each) for each in ("O'Brien", "O’Brien", "OBrien", "O Brien", "o'b", "O-Brien")],
        *[("Obrien", each) for each in ("O'Brien", "O Brien", "obrien")],
        *[("Al-Khan", each) for each in ("Al-Khan", "Al Khan", "AlKhan", "khan", "Khan, Jo")],
        *[("AlKhan", each) for each in ("Al-Khan", "al khan", "jo al khan", "Al Khan Jo")],
        *[("Mc Donald", each) for each in ("McDonald", "Mc Donald", "mcd", "donald", "Mc-Donald")],
        *[("McDonald", each) for each in ("McDonald", "Mc Donald", "mc donald jo")],
        *[("Van der Berg", each) for each in ("vanderberg", "van der berg", "vander berg", "Van Derberg")],
        *[("Vanderberg", each) for each in ("van der berg", "Van Derberg")],
    ],
)
def test_b5_a_name_is_found_with_and_without_apostrophes_hyphens_and_spaces(make, context, surname, typed):
    child = make.child(search_name=search_name(surname, "Jo"))
    make.child(search_name=search_name("Nowak", "Zofia"))
    with everything(context) as work:
        for criterion in (
            child_matches(typed), child_matches(typed, one_by_one=True), children_listed(work.session, typed).criterion,
        ):  # fmt: skip
            assert found_by(work.session, criterion) == {child.id}


@pytest.mark.parametrize("typed", ["%", "-", "😀", "_", "'", "’", ".", "\u200b", "%%", "- -", "*"])
def test_b5_signs_without_a_letter_or_digit_find_nothing(make, context, typed):
    make.child(linked=(), search_name="shah amina")
    with everything(context) as work:
        for criterion in (child_matches(typed), child_matches(typed, one_by_one=True)):
            assert found_by(work.session, criterion) == set()
        assert found_by(work.session, children_listed(work.session, typed).criterion) == set()
        assert find_children(work.session, typed) == []


def test_b5_words_joined_are_read_by_the_index_of_words(context):
    """On either database: the word by which children are fetched never walks through all words."""
    with everything(context) as work:
        statement = select(Child.id).where(child_matches("mc donald"))
        written = statement.compile(work.session.connection(), compile_kwargs={"literal_binds": True})
        if context.database.is_sqlite:
            plan = [row[3] for row in work.session.execute(text(f"EXPLAIN QUERY PLAN {written}"))]
            assert not [step for step in plan if step.startswith("SCAN") and "child_name" in step], plan
