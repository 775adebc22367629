"""A press is one use case in one writing transaction, also where it is refused; what was just written is not read again."""

import io
import uuid
from typing import Any

import pytest

from app.core.unit_of_work import ReadOnlyWork
from app.forms.events import FormViewed
from app.models import Organisation
from tests.filled_forms import fill_in
from tests.hostile_files import PDF, png
from tests.statements import counted, writing
from tests.web.form_browser import shown_on, typed

FILES = "provision_map_files"


@pytest.fixture
def cost(context, press):
    """Press a button: the answer's status, how many transactions wrote, and how many statements were sent."""

    def pressed(browser: Any, path: str, fields: dict[str, Any], **how: Any) -> tuple[int, int, int]:
        with writing(context) as begun, counted(context) as sent:
            answer = press(browser, path, fields, **how)
        return answer.status_code, len(begun), len(sent)

    return pressed


def chosen(*files: tuple[str, bytes]) -> dict[str, Any]:
    """A browser's files for the provision map."""
    return {FILES: [(io.BytesIO(content), name) for name, content in files]}


def test_a_section_is_saved_in_one_transaction(cast, started, cost):
    browser, path = cast.sana.browser(), f"/forms/{started.id}/section/"

    assert cost(browser, path + "views", typed("views"))[:2] == (302, 1)
    assert cost(browser, path + "family", typed("family") | {"_add": "adults"})[:2] == (302, 1)
    assert cost(browser, path + "views/autosave", typed("views", 1, child_views="b"))[:2] == (200, 1)


def test_a_section_with_errors_is_drawn_from_what_was_saved(cast, started, cost):
    path = f"/forms/{started.id}/section/child"

    right = cost(cast.sana.browser(), path, typed("child"))
    wrong = cost(cast.sana.browser(), path, typed("child", 1, attendance="most days"))

    assert (right[:2], wrong[:2]) == ((302, 1), (422, 1))
    assert wrong[2] <= right[2] + 1  # a revision of the earlier answers is added, and nothing is read again


@pytest.mark.parametrize(("suffix", "more"), [("", 0), ("/autosave", 1)])
def test_an_edit_conflict_is_found_stashed_and_compared_in_one_transaction(cast, started, cost, suffix, more):
    path = f"/forms/{started.id}/section/views"
    cost(cast.sana.browser(), path, typed("views", child_views="Sana"))

    status, transactions, statements = cost(
        cast.tom.browser(), path + suffix, typed("views", 0, child_views="Tom")
    )

    assert (status, transactions) == (409, 1)
    assert statements <= 10


def test_a_conflict_is_settled_in_one_transaction_also_with_a_choice_missing(cast, started, cost):
    path = f"/forms/{started.id}/section/views"
    cost(cast.sana.browser(), path, typed("views", child_views="Sana"))
    tom = cast.tom.browser()
    cost(tom, path, typed("views", 0, child_views="Tom"))
    shown, mine = shown_on(tom.get(f"{path}/compare")), {"pick-child_views": "mine"}

    assert cost(tom, f"{path}/compare", shown)[:2] == (422, 1)
    assert cost(tom, f"{path}/compare", shown | mine | {"version": "0"})[:2] == (409, 1)
    assert cost(tom, f"{path}/compare", shown | mine | {"aside": ""})[:2] == (409, 1)
    assert cost(tom, f"{path}/compare", shown | mine)[:2] == (302, 1)


def test_files_are_stored_between_two_transactions_however_many_they_are(cast, started, cost):
    fill_in(cast.sana, started.id, support={"provision_map": "upload"})
    path, how = f"/forms/{started.id}/section/support", {"content_type": "multipart/form-data"}
    fields = typed("support", 1, provision_map="upload")

    one = cost(cast.sana.browser(), path, fields | chosen(("a.pdf", PDF)), **how)
    three = cost(
        cast.sana.browser(), path, fields | chosen(("b.pdf", PDF), ("c.pdf", PDF), ("d.png", png())), **how
    )
    refused = cost(cast.sana.browser(), path, fields | chosen(("e.pdf", PDF), ("f.exe", b"MZ")), **how)

    assert [each[:2] for each in (one, three, refused)] == [(302, 2), (302, 2), (422, 2)]


def test_a_message_is_written_in_one_transaction_and_its_page_drawn_in_one(context, cast, make, cost):
    child = make.child(linked=(cast.sana, cast.ann))
    about, olu = f"/messages/write?child_id={child.id}", cast.olu.browser()

    def words(**changes: str) -> dict[str, str]:
        return {
            "to": "everybody", "subject": "A visit", "body": "At ten.", "send_key": uuid.uuid4().hex
        } | changes  # fmt: skip

    assert cost(olu, about, words())[:2] == (302, 1)
    assert cost(olu, about, words(subject=""))[:2] == (422, 1)
    assert cost(cast.sana.browser(), "/messages/write", words())[:2] == (302, 1)
    with writing(context) as begun:
        assert olu.get(about).status_code == 200
    assert begun == []


def test_a_page_that_only_reads_cannot_lose_an_event_or_a_row(context, cast):
    with cast.sana.works() as work:
        reading = ReadOnlyWork(context, work.session, work.who)
        with pytest.raises(RuntimeError):
            reading.record(FormViewed(form_id=1, child_id=1))
        with pytest.raises(RuntimeError):
            reading.add(Organisation(name="Beck View"))
