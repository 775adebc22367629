"""Attacks through a stolen log-in of an administrator, by a lead on colleagues, and by what an officer leaves behind."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import accounts, membership
from app.accounts.sessions import ProveFirst
from app.cases import invitations
from app.core.errors import Forbidden, InvalidState, NotFound
from app.core.roles import Role
from app.core.unit_of_work import AppContext
from app.forms.rules.workflow import FormState
from app.models import Advice, ChildLink, Invitation, Membership, Message, Organisation, Person, WorkDomain
from app.views.accounts import proof
from tests.access.test_matrix import address, permission_of, routes
from tests.browser import post_with_token
from tests.cast import PASSWORD, Actor, Cast, everything
from tests.mailbox import Mailbox
from tests.make import Maker, parent
from tests.security.test_attacks_by_staff import letters_to, now_is
from tests.security.test_registration_trust import make_lead
from tests.security.test_two_at_once import at_once

STAFF = "thief@council.bradford.example"


def staff_as_it_is(context: AppContext) -> list[Any]:
    with everything(context) as work:
        people = work.session.scalars(select(Person).order_by(Person.id)).unique()
        rows: list[Any] = [
            (each.id, each.active, sorted(role.name for role in each.roles)) for each in people
        ]
        return rows + list(work.session.scalars(select(Invitation.id).where(Invitation.second_at.is_(None))))


# --- a stolen log-in of an administrator ----------------------------------------------------------


def test_A1_no_page_about_accounts_acts_without_password_and_code(
    app: Flask, cast: Cast, context: AppContext
) -> None:
    """Every route that needs the permission to write "Users"."""
    browser, before, tried = cast.ines.browser(proved=False), staff_as_it_is(context), set()
    data = {"roles": "sen_officer", "reason": "He rang"}
    for rule in routes(app):
        if permission_of(app, rule.endpoint) != ("Users", "write") or "POST" not in (rule.methods or ()):
            continue
        path = address(rule, {"person_id": cast.tom.id})
        for answer in (post_with_token(browser, app, str(path), data), browser.get(str(path))):
            assert answer.status_code == 405 or answer.location == "/account/prove", (
                path,
                answer.status_code,
            )
        tried.add(rule.endpoint)
    assert tried == {f"UserView.{name}" for name in ("roles", "close", "open", "authenticator")}
    assert staff_as_it_is(context) == before


def test_A1_an_administrator_changes_domains_organisations_and_leads_only_with_password_and_code(
    app: Flask, cast: Cast, context: AppContext
) -> None:
    browser, school = cast.ines.browser(proved=False), cast.tom.principal.organisation_id
    domain = {"domain": "thief.example", "organisation": "__None", "note": ""}
    name = {"name": "Thief’s School", "kind": "school", "active": "y"}
    pages = {
        "/work-domains/add": domain,
        "/work-domains/edit/1": domain,
        "/work-domains/delete/1": {},
        "/organisations/add": name,
        f"/organisations/edit/{school}": name,
        f"/organisations/delete/{school}": {},
        f"/colleagues/{cast.tom.membership_id}/lead": {},
        f"/colleagues/{cast.sana.membership_id}/end-lead": {},
    }
    before = reference_data(context)
    for path, data in pages.items():
        assert post_with_token(browser, app, path, data).location == "/account/prove", path
    assert reference_data(context) == before
    proved = cast.ines.browser()
    assert post_with_token(proved, app, "/work-domains/add", domain).status_code == 302
    assert reference_data(context) != before
    lead = post_with_token(
        cast.olu.browser(proved=False), app, f"/colleagues/{cast.tom.membership_id}/lead", {}
    )
    assert lead.location == f"/colleagues/organisation/{school}", "the SEN team is not asked"


def test_A3_a_domain_is_entered_and_changed_without_its_subdomains(
    app: Flask, cast: Cast, context: AppContext
) -> None:
    def includes() -> bool:
        with everything(context) as work:
            return (
                work.session.scalars(select(WorkDomain).where(WorkDomain.domain == "new.example"))
                .one()
                .includes_subdomains
            )

    def number() -> int:
        with everything(context) as work:
            return work.session.scalars(select(WorkDomain.id).where(WorkDomain.domain == "new.example")).one()

    browser = cast.ines.browser()
    domain = {"domain": "new.example", "organisation": "__None", "note": ""}
    assert post_with_token(browser, app, "/work-domains/add", domain).status_code == 302
    assert not includes()
    ticked = domain | {"includes_subdomains": "y"}
    assert post_with_token(browser, app, f"/work-domains/edit/{number()}", ticked).status_code == 302
    assert includes()
    assert post_with_token(browser, app, f"/work-domains/edit/{number()}", domain).status_code == 302
    assert not includes()


def reference_data(context: AppContext) -> list[Any]:
    with everything(context) as work:
        domains = work.session.scalars(select(WorkDomain.domain).order_by(WorkDomain.id)).all()
        organisations = work.session.scalars(select(Organisation.name).order_by(Organisation.id)).all()
        leads = work.session.scalars(
            select(Membership.person_id).where(Membership.leads).order_by(Membership.id)
        )
        return [domains, organisations, list(leads)]


def test_A1_an_administrator_invites_only_with_password_and_code(
    app: Flask, cast: Cast, context: AppContext
) -> None:
    before = staff_as_it_is(context)
    browser = cast.ines.browser(proved=False)
    answer = post_with_token(browser, app, "/invitations/new", {"role": "sen_manager", "email": STAFF})
    assert answer.location == "/account/prove"
    assert staff_as_it_is(context) == before

    proved = post_with_token(
        cast.ines.browser(), app, "/invitations/new", {"role": "sen_manager", "email": STAFF}
    )
    assert proved.location == "/invitations/"


def test_A1_an_officer_invites_a_professional_without_it(app: Flask, cast: Cast) -> None:
    given = {"email": "new@eps.bradford.example", "organisation": str(cast.ann.principal.organisation_id)}
    answer = post_with_token(
        cast.olu.browser(proved=False), app, "/invitations/new", {"role": "professional"} | given
    )
    assert answer.location == "/invitations/"


def test_A1_after_the_proof_an_administrator_goes_on_where_they_were(
    app: Flask, cast: Cast, context: AppContext, mailbox: Mailbox
) -> None:
    browser = cast.ines.logs_in()
    post_with_token(browser, app, f"/users/{cast.tom.id}/open", {})
    page = browser.get("/account/prove").text
    assert "who has access to the portal" in page
    post_with_token(browser, app, "/account/prove", {"password": PASSWORD})
    done = post_with_token(browser, app, "/account/prove/code", {"code": cast.ines.code()})
    assert done.location == f"/users/show/{cast.tom.id}"
    assert "Nothing has been changed yet" in browser.get(done.location).text
    assert browser.get(f"/users/{cast.tom.id}/close").status_code == 200


def test_A1_a_proof_that_ended_meanwhile_keeps_nothing(
    app: Flask, cast: Cast, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner takes the account back between the page and the press."""
    monkeypatch.setattr(proof.sessions, "is_proved", lambda *_asked: True)
    answer = post_with_token(cast.ines.browser(proved=False), app, f"/users/{cast.tom.id}/close", {})
    assert answer.status_code == ProveFirst.status
    assert now_is(context, cast.tom).is_confirmed


def test_A1_a_proof_that_ended_meanwhile_keeps_no_domain_organisation_or_lead(
    app: Flask, cast: Cast, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof.sessions, "is_proved", lambda *_asked: True)
    browser, before = cast.ines.browser(proved=False), reference_data(context)
    domain = {"domain": "thief.example", "organisation": "__None", "note": ""}
    pages = {
        "/work-domains/add": domain,
        "/work-domains/edit/1": domain,
        "/work-domains/delete/1": {},
        f"/colleagues/{cast.tom.membership_id}/lead": {},
    }
    for path, data in pages.items():
        assert post_with_token(browser, app, path, data).status_code == ProveFirst.status, path
    assert reference_data(context) == before


# --- a lead ends a leaver -------------------------------------------------------------------------


def test_A9_a_lead_ends_a_leaver_and_the_work_goes_to_the_queue(
    app: Flask, cast: Cast, make: Maker, context: AppContext
) -> None:
    child = make.child(linked=(cast.tom,))
    advice = make.advice(child, cast.tom, FormState.draft, template="advice_education")
    browser = cast.sana.browser()
    page = browser.get(f"/colleagues/organisation/{cast.sana.principal.organisation_id}").text
    assert (
        f"/colleagues/{cast.tom.membership_id}/end" in page
        and f"/colleagues/{cast.sana.membership_id}/end" not in page
    )
    assert "1 child or young person" in browser.get(f"/colleagues/{cast.tom.membership_id}/end").text

    assert post_with_token(browser, app, f"/colleagues/{cast.tom.membership_id}/end", {}).status_code == 302

    tom = now_is(context, cast.tom)
    assert not tom.is_confirmed
    cast.tom.principal = tom
    with pytest.raises(NotFound), cast.tom.works() as work:
        work.get(Advice, advice.id)
    with everything(context) as work:
        waiting = select(ChildLink.id).where(ChildLink.child_id == child.id, ChildLink.ended_at.is_(None))
        (link_id,) = work.session.scalars(waiting)
        assert work.get(ChildLink, link_id).person_id is None
        assert work.get(Advice, advice.id).author_id is None
        team = select(Message).where(
            Message.letter == "membership_ended_team", Message.recipient_id.is_(None)
        )
        assert work.session.scalars(team).one().facts["person"] == "Tom Ellis"
    assert "membership_ended" in letters_to(context, cast.tom.id)
    with cast.sana.works() as work:
        assert [each.person_id for each in membership.waiting(work)] == [cast.tom.id]


@pytest.mark.parametrize("key", ["tom", "ann", "pat", "ines", "rhys"])
def test_A9_no_one_else_ends_a_colleague(cast: Cast, key: str) -> None:
    actor: Actor = getattr(cast, key)
    with pytest.raises((Forbidden, NotFound)), actor.works() as work:
        membership.end(work, cast.tom.membership_id)


def test_A9_a_lead_ends_neither_another_lead_nor_themselves_and_the_sen_team_does(
    cast: Cast, context: AppContext
) -> None:
    make_lead(context, cast.tom)
    for actor in (cast.tom, cast.sana):
        with pytest.raises(Forbidden), cast.sana.works() as work:
            membership.end(work, actor.membership_id)
    with cast.olu.works() as work:
        membership.end(work, cast.tom.membership_id)
    assert not now_is(context, cast.tom).leads_organisation
    with pytest.raises(InvalidState), cast.olu.works() as work:
        membership.end(work, cast.tom.membership_id)


def test_A9_a_lead_who_was_ended_ends_no_one(cast: Cast, context: AppContext) -> None:
    with cast.olu.works() as work:
        membership.end(work, cast.sana.membership_id)
    cast.sana.principal = now_is(context, cast.sana)
    with pytest.raises((Forbidden, NotFound)), cast.sana.works() as work:
        membership.end(work, cast.tom.membership_id)


def test_A9_two_end_a_leaver_at_once_and_the_child_waits_once(
    cast: Cast, make: Maker, context: AppContext
) -> None:
    child = make.child(linked=(cast.tom,))

    def deed(work: Any) -> Any:
        return membership.end(work, cast.tom.membership_id)

    at_once((cast.sana, deed), (cast.olu, deed), (cast.mary, deed), (cast.sana, deed))
    with everything(context) as work:
        waiting = select(ChildLink.id).where(ChildLink.child_id == child.id, ChildLink.ended_at.is_(None))
        assert len(list(work.session.scalars(waiting))) == 1


# --- invitations of an officer who left -----------------------------------------------------------


@pytest.mark.parametrize("how", ["closing", "role"])
def test_A9_invitations_to_families_of_an_officer_who_left_are_listed_and_the_team_is_notified(
    cast: Cast, make: Maker, context: AppContext, how: str
) -> None:
    child = make.child()
    with cast.olu.works() as work:
        invitations.invite(work, parent(child.id, "Nora", "Quark", "nora@home.example"))
    with cast.ines.works() as work:
        if how == "closing":
            accounts.deactivate(work, cast.olu.id)
        else:
            accounts.set_roles(work, cast.olu.id, [Role.professional])

    with everything(context) as work:
        warnings = select(Message).where(Message.letter == "invitations_left", Message.recipient_id.is_(None))
        facts = work.session.scalars(warnings).one().facts
        assert (facts["person"], facts["invitations"]) == ("Olu Adeyemi", "1")
        assert work.session.scalars(select(Invitation.withdrawn_at)).all() == [None]
    page = cast.mary.browser().get("/invitations/").text
    assert "Nora Quark" in page and "Olu Adeyemi" in page and f"/children/{child.id}" in page
    assert "Nora Quark" not in cast.ines.browser().get("/invitations/").text
