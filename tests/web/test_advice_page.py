"""The page that asks for all the advice of an assessment, and what the case page says is missing."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from app.cases.rules.case_states import CaseState
from app.core.roles import Profession
from app.forms.rules.paragraphs import Paragraph
from app.forms.rules.workflow import FormState
from app.models import Advice, AdviceRoute, AuditRow, Case
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page
from tests.statements import BUDGET, counted

P = Paragraph


@pytest.fixture
def child(cast, make):
    return make.child(linked=(cast.sana,), setting_id=cast.sana.principal.organisation_id)


@pytest.fixture
def path(cast, make, child):
    return f"/cases/{make.case_of(make.request(child, cast.sana, CaseState.assessing))}/advice"


@pytest.fixture
def press(app, cast):
    def post(path, data=None, who=None, **how):
        return post_with_token((who or cast.olu).browser(), app, path, data or {}, **how)

    return post


def get(actor, path):
    return Page(actor.browser().get(path))


def typed(page, **changes):
    """What the browser would send from this page: every box as it is, with some changes."""
    found: dict[str, list[str]] = {}
    main = page.html.partition("<main")[2]
    for tag in re.findall(r"<input[^>]*>", main):
        given = dict(re.findall(r'(\S+)="([^"]*)"', tag))
        if given.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if given.get("name") and given["name"] != "csrf_token":
            found.setdefault(given["name"], []).append(given.get("value", ""))
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', main, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = [chosen[1] if chosen else ""]
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', main, re.DOTALL):
        found[name] = [text.strip()]
    return {name: value for name, value in (found | changes).items() if value is not None}


def key_of(page, title):
    return re.search(rf'name="([a-z]-\d+)-title" value="{re.escape(title)}"', page.html)[1]


def advice(context):
    with everything(context) as work:
        return work.session.scalars(select(Advice).order_by(Advice.id)).all()


def test_the_page_proposes_every_required_row_already_routed(cast, child, path):
    page = get(cast.olu, path)
    assert page.heading == "Ask for advice"
    assert (
        "no one has been asked for it yet: Views of the parent or young person, Education, Health, Educational"
        in page.main
    )
    assert f'value="person-{cast.sana.id}-{cast.sana.principal.organisation_id}" selected' in page.html
    for letter in "bcde":
        assert f"Reg. 6(1)({letter})." in page.main
    assert 'value="4"' in page.html, "six weeks"


def test_one_press_asks_everyone_and_the_same_page_sent_again_asks_no_one(cast, child, path, press, context):
    data = typed(get(cast.olu, path), invite_views="y")
    page = Page(press(path, data, follow_redirects=True))
    assert "Advice requested: Education, Health, Educational psychology, Social care." in page.main
    assert "no one has been asked for it yet" not in page.main
    assert [each.due_on for each in advice(context)] == [date(2027, 1, 4)] * 4
    again = Page(press(path, data, follow_redirects=True, who=cast.mary))
    assert "Asked before, so not asked again: Education, Health, Educational psychology, Social" in again.main
    assert len(advice(context)) == 4
    asked = get(cast.olu, path)
    assert "Asked already" in asked.main
    assert "Sana Iqbal, Heaton Beck Primary School" in asked.main
    assert asked.has_link("Ask someone else: Education, Sana Iqbal, Heaton Beck Primary School")
    assert "Invited to give their views on 23 November 2026" in asked.main


def test_what_cannot_be_sent_is_named_with_its_row_and_nothing_is_sent(cast, child, path, press, context):
    page = Page(press(path, typed(get(cast.olu, path), **{"c-0-adviser": ""})))
    assert page.status == 422
    assert page.errors["c-0-adviser"] == "Health: Choose who to ask, or untick this request"
    data = typed(get(cast.olu, path), **{"c-0-due_on-day": "5"})
    page = Page(press(path, data))
    assert page.errors == {
        "c-0-due_reason": "Health: The law gives 6 weeks. Enter why another date was agreed"
    }
    assert advice(context) == []
    fixed = typed(page, **{"c-0-due_reason": "She is away until then."})
    assert "Advice requested" in press(path, fixed, follow_redirects=True).text
    assert [each.due_reason for each in advice(context)][1] == "She is away until then."


def test_an_unticked_row_is_not_asked_and_the_warning_stays(cast, child, path, press):
    data = typed(get(cast.olu, path), **{"e-0-ask": None})
    press(path, data)
    for where in (f"/children/{child.id}", f"/children/{child.id}/forms"):
        page = get(cast.olu, where)
        assert (
            "no one has been asked for it yet: Views of the parent or young person, Social care." in page.main
        )
        assert page.href("Ask for it") == path
        assert "no one has been asked for it yet" not in get(cast.sana, where).main


def test_nothing_ticked_says_so(cast, child, path, press):
    nothing = {f"{letter}-0-ask": None for letter in "bcde"}
    page = Page(press(path, typed(get(cast.olu, path), share=None, **nothing)))
    assert page.errors == {"b-0-ask": "Education: Tick at least one request"}


def test_another_adviser_is_added_and_found_without_a_script(cast, child, path, press, context):
    page = Page(press(path, typed(get(cast.olu, path), add="1", find="hughes", **{"b-0-note": "Words kept"})))
    assert page.status == 200
    assert "Words kept" in page.html
    assert "Another adviser" in page.main
    added = {
        "x-0-paragraph": "h",
        "x-0-form": "advice_psychology",
        "x-0-service": "Second view",
        "x-0-adviser": f"person-{cast.bob.id}-{cast.bob.principal.organisation_id}",
    }
    only = {f"{letter}-0-ask": None for letter in "bcde"}
    done = Page(press(path, typed(page, **added, **only)))
    assert done.errors == {}
    [one] = advice(context)
    assert (one.paragraph, one.service, one.author_id) == (P.h, "Second view", cast.bob.id)
    page = get(cast.bob, f"/forms/{one.id}")
    assert "Service asked: Second view" in page.main


def test_someone_else_is_asked_instead(cast, child, path, press, make, context):
    make.link(child, cast.bob)
    first = make.advice(child, cast.ann, asked_person_id=cast.ann.id)
    place = f"/advice/{first.id}/instead"
    page = get(cast.olu, place)
    assert page.heading == "Ask someone else"
    assert Page(press(place, {})).errors == {"adviser": "Choose who to ask"}
    to_bob = {"adviser": f"person-{cast.bob.id}-{cast.bob.principal.organisation_id}"}
    assert "cancelled the earlier request" in press(place, to_bob, follow_redirects=True).text
    assert [each.state for each in advice(context)] == [FormState.cancelled, FormState.asked]


def test_only_the_sen_team_opens_it_and_only_while_the_council_assesses(cast, child, path, make):
    for who in (cast.sana, cast.ann, cast.pat):
        assert who.browser().get(path).status_code in (403, 404)
    waiting = make.case(make.child()).id
    assert cast.olu.browser().get(f"/cases/{waiting}/advice").status_code == 409


def test_the_page_and_the_warning_ask_little_of_the_database(cast, child, path, make, context):
    for number in range(6):
        make.route("advice_health", P.c, service=f"S{number}", organisation_kind=Profession.health)
        make.advice(child, cast.ann, service=f"S{number}")
    for where in (path, f"/children/{child.id}", f"/children/{child.id}/forms"):
        browser = cast.olu.browser()
        with counted(context) as asked:
            browser.get(where)
        assert len(asked) <= BUDGET, f"{where}\n" + "\n".join(asked)


def test_an_officer_changes_a_route_and_the_page_follows(cast, child, path, press, make, context):
    body = cast.bob.principal.organisation_id
    form = make.version("advice_psychology").template_id
    data = {
        "paragraph": "d",
        "template": str(form),
        "organisation": str(body),
        "applies": "every_child",
        "service": "Early years",
        "note": "Please see her at nursery",
        "active": "y",
    }
    page = get(cast.olu, "/advice-routes/add")
    assert "Educational psychology advice" in page.html
    assert "Request for an education" not in page.html
    assert Page(press("/advice-routes/add", data, follow_redirects=True)).errors == {}
    with everything(context) as work:
        assert work.session.scalars(select(AdviceRoute.service)).one() == "Early years"
        assert work.session.scalars(select(AuditRow).where(AuditRow.event == "ReferenceChanged")).one()
    assert cast.ann.browser().get("/advice-routes/list/").status_code == 403
    page = get(cast.olu, path)
    assert "Educational psychology: Early years" in page.main
    assert "Please see her at nursery" in page.html
    assert key_of(page, "Educational psychology: Early years") == "d-1"


def test_the_family_without_an_account_is_recorded_as_invited(cast, child, path, press, context):
    page = get(cast.olu, path)
    assert "No parent or young person is linked" in page.main
    press(path, {"row": [], "invite_views": "y"})
    with everything(context) as work:
        assert work.session.scalars(select(Case.views_invited_on)).one() == date(2026, 11, 23)
