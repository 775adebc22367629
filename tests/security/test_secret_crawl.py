"""A2: no page that another reader can come to holds what they must not read: every link is followed."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from app.core.unit_of_work import AppContext
from app.forms.rules.sharing import SharingChoice
from app.forms.sharing import set_sharing
from app.messages import messages
from app.models import Child
from tests.cast import Actor, Cast, everything
from tests.filled_forms import fill_in, send
from tests.make import Maker

LINK = re.compile(r'(?:href|action|src)="(/[^"#]*)')
SECRETS = ("Refuge Lane", "BD9 9ZZ", "01632 960999", "secretmother", "Old Mill Surgery", "Court order 77")
"""The address, the postcode, a phone number, an email address, the surgery and a restricted answer."""


def pages_of(browser: FlaskClient, start: str) -> Iterator[tuple[str, str]]:
    """Every page and file that links lead to, from the home page, the child's page and its forms."""
    found, waiting = set(), [start, "/", "/messages/", "/account/"]
    while waiting:
        path = waiting.pop()
        if path in found or path.startswith(("/static", "/logout", "/language", "/help")):
            continue
        found.add(path)
        answer = browser.get(path)
        headers = str(answer.headers)
        text = answer.text if "text" in answer.content_type or "json" in answer.content_type else ""
        yield path, headers + text
        if answer.location and answer.location.startswith("/"):
            waiting.append(answer.location)
        waiting += [each.replace("&amp;", "&") for each in LINK.findall(text)]


@pytest.fixture
def child(context: AppContext, cast: Cast, make: Maker) -> Child:
    """Sana's request and Pat's consent hold secrets; Ann's advice and the request are shared with everyone linked."""
    made = make.child(
        linked=(cast.sana, cast.hana, cast.ann, cast.pat),
        address="9 Refuge Lane",
        postcode="BD9 9ZZ",
        setting_id=cast.sana.principal.organisation_id,
    )
    father = make.link(made, cast.quinn, relationship_to_child="Father")
    make.queue(made, cast.sol)
    request = make.request(made, cast.sana)
    family = {
        "contact_risk": "yes",
        "contact_risk_details": "Court order 77",
        "contacts": [
            {
                "contact_name": "Pat Hussain",
                "contact_address": "9 Refuge Lane",
                "contact_phone": "01632 960999",
                "contact_email": "secretmother@mail.example",
                "keep_private": "yes",
            }
        ],
    }
    fill_in(cast.sana, request.id, family=family, circumstances={"gp": "Old Mill Surgery"})
    consent = make.consent(made, cast.pat)
    fill_in(cast.pat, consent.id, sharing={"not_share": [{"name": "Quinn Barker", "why": "Court order 77"}]})
    advice = make.advice(made, cast.ann)
    fill_in(cast.ann, advice.id)
    for actor, form in ((cast.sana, request), (cast.pat, consent), (cast.ann, advice)):
        send(actor, form.id)
    with cast.olu.works() as work:
        for form in (request, advice):
            choice = SharingChoice(
                professionals=True, links=frozenset({father.id}), despite=frozenset({father.id})
            )
            set_sharing(work, form.id, choice)
    with cast.olu.works() as work:
        messages.write_about_child(work, made.id, str(cast.pat.id), "New home", "9 Refuge Lane", "a" * 32)
    return made


def leaks(actor: Actor, child: Child, secrets: tuple[str, ...] = SECRETS) -> list[tuple[str, str]]:
    pages = list(pages_of(actor.browser(), f"/children/{child.id}"))
    assert len(pages) > 8
    return [(path, secret) for path, text in pages for secret in secrets if secret in text]


@pytest.mark.parametrize("who", ["quinn", "hana", "sol"])
def test_A2_no_page_of_another_reader_holds_a_secret(cast: Cast, child: Child, who: str) -> None:
    assert leaks(getattr(cast, who), child) == []


def test_A2_no_page_of_the_father_names_the_mother_or_the_school(cast: Cast, child: Child) -> None:
    assert leaks(cast.quinn, child, ("Pat Hussain", "Heaton Beck")) == []


def test_A2_the_mothers_answers_stay_hers(cast: Cast, child: Child) -> None:
    assert [
        path for path, secret in leaks(cast.sana, child) if secret == "Court order 77" and "consent" in path
    ] == []


def test_A2_the_crawl_finds_what_the_team_may_read(context: AppContext, cast: Cast, child: Child) -> None:
    with everything(context) as work:
        assert work.get(Child, child.id).contact_risk
    text = cast.olu.browser().get(f"/children/{child.id}").text
    assert "Refuge Lane" in text
