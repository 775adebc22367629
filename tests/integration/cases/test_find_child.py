"""The search in the header: a child by name in any order, misspelt or known-as, by number, birthday, postcode or school."""

from dataclasses import replace
from datetime import date

import pytest

from app.cases import child_corrections, children, duplicates, merges
from app.cases.queries import find_child as finding
from app.cases.queries.find_child import Why, find_child
from app.core.names import search_name
from app.models import Child
from tests.cast import everything
from tests.integration.cases.test_children import TYPED


@pytest.fixture
def entered(make):
    """Enters a child as the portal does, with the words that a search reads."""

    def enter(forenames: str, surname: str, known_as: str = "", **columns):
        words = search_name(surname, forenames, known_as)
        return make.child(
            forenames=forenames, surname=surname, known_as=known_as, search_name=words, **columns
        ).id

    return enter


def found(actor, text, page=1):
    with actor.works() as work:
        return find_child(work.session, text, page)


def names(actor, text):
    return [each.name for each in found(actor, text).children]


@pytest.mark.parametrize(
    "text",
    ["amina shah", "Shah Amina", "SHAH, Amina", "ami sha", "shah", "Amína", "amina noor", "aminanoor shah"],
)
def test_a_child_is_found_by_the_name_in_any_order(cast, entered, text):
    entered("Amina Noor", "Shah")
    entered("Zofia", "Nowak")
    result = found(cast.olu, text)

    assert [(each.name, list(each.why)) for each in result.children] == [("Amina Noor Shah", [])]
    assert result.opens is None, "only a number opens a page at once"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (("Mohammed", "Hussain"), "Muhammad Hussein"),
        (("Jo", "McDonald"), "macdonald"),
        (("Jo", "MacDonald"), "Mc Donald"),
        (("Sam", "Phillips"), "philips"),
        (("Aisha", "Khan"), "Ayesha Kahn"),
        (("Catherine", "Jonson"), "kathryn johnson"),
        (("Stephen", "Smith"), "Steven Smiht"),
        (("Zofia", "Kowalczyk"), "Kowalski Zofia"),
        (("Pat", "Robertson"), "Robetson"),
        (("Pat", "Robertson"), "Roberstson"),
    ],
)
def test_a_misspelt_name_is_found_and_named_so(cast, entered, name, text):
    entered(*name)
    entered("Ravi", "Patel")
    result = found(cast.olu, text)

    expected = [] if text == "Kowalski Zofia" else [" ".join(name)]
    assert [each.name for each in result.children] == expected
    assert all(list(each.why) == [Why.spelling] for each in result.children)


def test_the_spelling_that_was_typed_comes_first(cast, entered):
    for surname in ("Jonson", "Johnson", "Johnsonbury"):
        entered("Ann", surname)

    assert names(cast.olu, "johnson") == ["Ann Johnson", "Ann Johnsonbury", "Ann Jonson"]


def test_a_name_that_a_child_is_known_by_is_found_and_shown(cast, entered):
    entered("Mohammed Ali", "Khan", known_as="Mo-Jo")
    for text in ("mo-jo", "Khan mojo", "jo khan"):
        (child,) = found(cast.olu, text).children
        assert (child.known_as, list(child.why)) == ("Mo-Jo", [Why.known_as]), text
    (child,) = found(cast.olu, "Mohammed Khan").children
    assert list(child.why) == []


def test_what_a_child_is_known_by_follows_the_record(cast, make, context):
    with cast.sana.works() as work:
        child_id = children.add_child(work, TYPED).child_id
    with cast.olu.works() as work:
        version = work.get(Child, child_id).version
        details = child_corrections.Correction(
            replace(TYPED, known_as="Minnie"), None, "Asked by the mother", version
        )
        child_corrections.correct_child(work, child_id, details)

    assert [each.child_id for each in found(cast.olu, "minnie").children] == [child_id]


@pytest.mark.parametrize("text", ["943 476 5919", "9434765919", "943-476-5919", "shah 943 476 5919"])
def test_an_nhs_number_opens_the_child(cast, entered, text):
    child = entered("Amina", "Shah", nhs_number="9434765919")
    entered("Zofia", "Nowak")

    assert found(cast.olu, text).opens == child


@pytest.mark.parametrize("text", ["B801200005001", "b801 2000 05001"])
def test_a_upn_opens_the_child_unless_two_records_have_it(cast, entered, text):
    child = entered("Amina", "Shah", upn="B801200005001")
    assert found(cast.olu, text).opens == child

    entered("Aminah", "Shah", upn="B801200005001")
    result = found(cast.olu, text)
    assert (result.opens, result.count) == (None, 2)


@pytest.mark.parametrize(
    "text",
    ["27/3/2015", "27.03.15", "27 March 2015", "27th of March 2015", "2015-03-27", "Friday 27 Mar 2015"],
)
def test_a_date_of_birth_is_read_in_any_spelling_alone_and_beside_a_name(cast, entered, text):
    entered("Amina", "Shah", date_of_birth=date(2015, 3, 27))
    entered("Omar", "Ali", date_of_birth=date(2015, 3, 27))
    entered("Omar", "Shah", date_of_birth=date(2015, 3, 28))

    assert names(cast.olu, text) == ["Omar Ali", "Amina Shah"]
    assert names(cast.olu, f"Shah {text}") == ["Amina Shah"]
    assert names(cast.olu, f"{text} sha amina") == ["Amina Shah"]


@pytest.mark.parametrize("text", ["BD1 1HX", "bd11hx"])
def test_a_postcode_finds_who_lives_there(cast, entered, text):
    entered("Amina", "Shah", postcode="BD1 1HX")
    entered("Zofia", "Nowak", postcode="BD1 1HX")
    entered("Omar", "Ali", postcode="BD1 1HZ")
    result = found(cast.olu, text)

    assert [(each.name, list(each.why)) for each in result.children] == [
        ("Zofia Nowak", [Why.postcode]),
        ("Amina Shah", [Why.postcode]),
    ]
    assert names(cast.olu, f"amina {text}") == ["Amina Shah"]


def test_a_school_finds_its_children_and_narrows_a_name(cast, make, entered):
    st_marys = make.organisation(name="St Mary's Primary School").id
    st_johns = make.organisation(name="St John's Primary School").id
    entered("Amina", "Shah", setting_id=st_marys)
    entered("Zofia", "Nowak", setting_id=st_marys)
    entered("Omar", "Shah", setting_id=st_johns)

    result = found(cast.olu, "st marys primary")
    assert [(each.name, list(each.why)) for each in result.children] == [
        ("Zofia Nowak", [Why.school]),
        ("Amina Shah", [Why.school]),
    ]
    assert names(cast.olu, "shah st mary’s") == ["Amina Shah"]


@pytest.mark.parametrize(
    "text", ["%", "_", "-", "🙂", "'", "", "  ", "a%b", "\\", '"', "' or 1=1 --", "x" * 5000]
)
def test_signs_find_nothing(cast, entered, text):
    entered("Amina", "Shah")

    assert found(cast.olu, text).count == 0


def test_25_children_a_page_and_at_most_a_hundred(cast, entered):
    for number in range(27):
        entered(f"Amina{number:02}", "Shah")
    first, second = found(cast.olu, "shah"), found(cast.olu, "shah", 2)

    assert (len(first.children), first.pages, first.has_more) == (25, 2, False)
    assert [each.name for each in second.children] == ["Amina25 Shah", "Amina26 Shah"]
    assert found(cast.olu, "shah", 9).page == 2


def test_beyond_a_hundred_it_says_that_there_are_more(cast, entered, monkeypatch):
    monkeypatch.setattr(finding, "MOST_FOUND", 3)
    for number in range(4):
        entered(f"Amina{number}", "Shah")
    result = found(cast.olu, "shah")

    assert (result.count, result.has_more) == (3, True)


def test_each_reader_finds_those_they_may_see(cast, make, entered):
    entered("Amina", "Shah")
    for actor in (cast.sana, cast.pat, cast.ines):
        assert found(actor, "Amina Shah").count == 0, actor.key
        assert found(actor, "Aminah Sha").count == 0, actor.key
    for actor in (cast.olu, cast.mary):
        assert found(actor, "Amina Shah").count == 1, actor.key


def test_a_record_that_was_merged_is_not_found(cast, entered, context):
    remaining = entered("Amina", "Shah", nhs_number="9434765919")
    merged = entered("Amina", "Shah", nhs_number="9434765919")
    with everything(context) as work:
        work.get(Child, merged).merged_into_id = remaining

    assert found(cast.olu, "943 476 5919").opens == remaining
    assert [each.child_id for each in found(cast.olu, "shah").children] == [remaining]


def test_a_merge_brings_the_name_a_child_is_known_by_and_undoing_it_takes_it_back(cast, entered, context):
    older = entered("Amina", "Shah")
    newer = entered("Amina", "Shah", known_as="Minnie", possible_duplicate_of_id=older)
    with cast.olu.works() as work:
        duplicates.same_child(work, newer)
        merge_id = merges.merges_of(work, older)[0].merge_id
    assert [each.child_id for each in found(cast.olu, "minnie").children] == [older]
    with cast.olu.works() as work:
        merges.undo_merge(work, merge_id, "Two children")
    assert [each.child_id for each in found(cast.olu, "minnie").children] == [newer]
