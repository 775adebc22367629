"""The worst holes of stock Flask-AppBuilder, each shut: the number is the hole's in the security notes.

Here each as an attacker would try it; more on lists (8) in tests/web/test_generated_lists.py, on files (3, 5, 10) in
tests/integration/documents/test_documents.py and tests/web/test_documents.py, on log-ins beside their items O01 to O48.
"""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from app.core.database.policies import OPEN_TO_ALL
from app.core.unit_of_work import AppContext
from app.documents import documents
from app.forms import attachments
from app.forms.form_context import load_form_for_update
from app.models import Document, Organisation
from app.views.accounts.admin_lists import OrganisationList
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast, everything
from tests.filled_forms import fill_in
from tests.hostile_files import PDF
from tests.mailbox import Mailbox
from tests.make import Maker

APP = Path(__file__).resolve().parents[2] / "app"


def test_hole_1_a_password_alone_never_becomes_a_token(app: Flask, cast: Cast) -> None:
    for number in range(12):
        answer = cast.anonymous().post(
            "/api/v1/security/login",
            json={"username": cast.ann.email, "password": PASSWORD, "provider": "db", "refresh": True},
        )
        assert answer.status_code == 404 and "access_token" not in answer.text, number
    assert not [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api")]
    assert app.config["FAB_ADD_SECURITY_API"] is False and app.config["FAB_API_KEY_ENABLED"] is False


def test_hole_6_a_cookie_from_before_logging_out_is_dead(app: Flask, cast: Cast) -> None:
    browser = cast.ann.logs_in()
    stolen = browser.get_cookie("sid")
    assert stolen is not None
    post_with_token(browser, app, "/login/out", {})

    thief = app.test_client()
    thief.set_cookie("sid", stolen.value)
    assert thief.get("/account/").status_code == 302


def test_hole_6_a_changed_password_ends_other_log_ins_needs_a_proof_and_cannot_be_weak(
    app: Flask, cast: Cast
) -> None:
    here, there = cast.ann.browser(), cast.ann.browser(proved=False)

    def change(browser: FlaskClient, new: str) -> int:
        return int(post_with_token(browser, app, "/account/password", {"password": new}).status_code)

    assert post_with_token(there, app, "/account/password", {"password": "copper kettle ferry"}).location == (
        "/account/prove"
    )
    assert change(here, "a") == 422
    assert there.get("/account/").status_code == 200
    assert change(here, "copper kettle ferry") == 302
    assert there.get("/account/").status_code == 302
    assert here.get("/resetmypassword/form").status_code == 404


def test_hole_7_mailed_links_bear_our_own_name_and_act_only_on_a_button(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    mailbox = Mailbox(context)
    post_with_token(
        cast.anonymous(), app, "/forgotten/", {"email": cast.ann.email}, headers={"Host": "evil.example"}
    )
    assert mailbox.all() == []
    post_with_token(
        cast.anonymous(),
        app,
        "/forgotten/",
        {"email": cast.ann.email},
        headers={"X-Forwarded-Host": "evil.example"},
    )
    hosts = set(
        re.findall(r"https?://([^/\s\"<>]+)", mailbox.last(cast.ann.email).get_body(("plain",)).get_content())
    )  # type: ignore[union-attr]
    assert hosts == {context.settings.public_base_url.split("//")[1]}

    link = mailbox.link(cast.ann.email)
    for method in ("GET", "HEAD", "OPTIONS"):
        app.test_client().open(link, method=method)
    with everything(context) as work:
        from app.models import MailedLink

        assert work.session.query(MailedLink).one().used_at is None
    assert app.test_client().get("/register/activation/x").status_code == 404
    cast.ann.logs_in()


def lists(app: Flask) -> list[Any]:
    """Every generated list, as AppBuilder registered it."""
    return [view for view in app.extensions["appbuilder"].baseviews if hasattr(view, "list_columns")]


def test_hole_2_there_are_no_actions_on_rows(app: Flask, cast: Cast, make: Maker) -> None:
    child = make.child()
    olu = cast.olu.browser()
    for path in (
        "/people/action/delete/{}",
        "/people/action_post",
        "/people/delete/{}",
        "/people/edit/{}",
        "/people/add",
    ):
        assert (
            post_with_token(olu, app, path.format(child.id), {"action": "delete", "rowid": "1"}).status_code
            == 404
        )
        assert olu.get(path.format(child.id)).status_code == 404

    methods = {rule.endpoint.partition(".")[2] for rule in app.url_map.iter_rules()}
    assert not methods & {"action", "action_post"}
    for view in lists(app):
        assert view.include_route_methods <= {"list", "show", "export", "add", "edit", "delete"}, view


def test_hole_3_no_list_serves_files_by_name(app: Flask, cast: Cast) -> None:
    handing_out = [rule.endpoint for rule in app.url_map.iter_rules() if "download" in rule.endpoint]

    assert handing_out == ["DocumentView.download"]
    for path in ("/people/download/x", "/organisations/download/../../portal.sqlite3", "/static/uploads/x"):
        assert cast.olu.browser().get(path).status_code == 404


def test_hole_4_no_form_offers_or_takes_rows_that_not_everyone_may_see(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    """Whatever a generated form relates to is open to all; and what it does not ask for, it does not take."""
    for view in lists(app):
        changes = {*view.add_columns, *view.edit_columns} if "add" in view.include_route_methods else set()
        for column in {*changes, *view.search_columns}:
            if view.datamodel.is_relation(column):
                assert view.datamodel.get_related_model(column) in OPEN_TO_ALL, (view, column)

    with everything(context) as work:
        organisation = work.session.query(Organisation).first()
    given = {"name": "New name", "kind": organisation.kind.name, "postcode": "BD1 1HX", "active": "y"}
    smuggled = given | {"id": "999", "created_at": "2001-01-01", "people": str(cast.ann.id)}
    page = f"/organisations/edit/{organisation.id}"
    filtered = post_with_token(cast.olu.browser(), app, f"{page}?_flt_0_id=999", smuggled)
    assert (filtered.status_code, filtered.location) == (302, page), (
        "a form has no filters: it is shown again"
    )
    with everything(context) as work:
        assert work.get(Organisation, organisation.id).name == organisation.name
    answer = post_with_token(cast.olu.browser(), app, page, smuggled)
    assert answer.status_code == 302
    with everything(context) as work:
        stored = work.get(Organisation, organisation.id)
    assert (stored.name, stored.created_at) == ("New name", organisation.created_at)


def test_hole_5_no_row_names_a_file_by_a_path(context: AppContext) -> None:
    sources = {path: path.read_text() for path in APP.rglob("*.py")}
    assert not [
        path
        for path, text in sources.items()
        if re.search(r"FileColumn|ImageColumn|FileManager|UPLOAD_FOLDER", text)
    ]

    store = documents.store_of(context)
    for odd in ("/etc/passwd", "../x", "", "a" * 63, "A" * 64, "a" * 64 + "\n", "a" * 64 + "/../x", "\x00"):
        with pytest.raises(ValueError, match="not a storage key"):
            store.path(odd)


def test_hole_8_a_lists_filters_belong_to_one_request(app: Flask) -> None:
    for view in lists(app):
        seen = []
        for value in ("1", "2"):
            with app.test_request_context():
                view._filters.add_filter_list([])
                seen.append(view._filters)
                assert view._filters is seen[-1] and id(view) in g.list_filters, value
        assert seen[0] is not seen[1], view


@pytest.mark.parametrize("refused_by", ["a veto", "the form"])
def test_hole_9_what_was_vetoed_is_not_saved_by_a_later_commit(
    app: Flask, context: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch, refused_by: str
) -> None:
    if refused_by == "a veto":

        def veto(_view: Any, _item: Any) -> None:
            raise ValueError("not today")

        monkeypatch.setattr(OrganisationList, "pre_update", veto)
    with everything(context) as work:
        before = work.session.query(Organisation).first()
        stored = before.name, before.postcode
    name = "Vetoed" if refused_by == "a veto" else "x" * 201
    given = {"name": name, "kind": before.kind.name, "postcode": "BD9 9ZZ", "active": "y"}
    post_with_token(cast.olu.browser(), app, f"/organisations/edit/{before.id}", given)

    with everything(context) as work:
        after = work.get(Organisation, before.id)
        assert (after.name, after.postcode) == stored


def test_hole_10_a_file_outlives_a_change_that_fails(context: AppContext, cast: Cast, make: Maker) -> None:
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    fill_in(cast.sana, form.id, support={"provision_map": "upload"})
    received = documents.receive(context, "map.pdf", io.BytesIO(PDF))
    with cast.sana.works() as work:
        number = attachments.attach(
            work, load_form_for_update(work, form.id), "support", "provision_map_files", received
        ).id

    with pytest.raises(RuntimeError), cast.sana.works() as work:
        attachments.take_off(work, load_form_for_update(work, form.id), number)
        raise RuntimeError("the power went")

    with cast.sana.works() as work:
        assert work.get(Document, number).removed_at is None
        document, content = documents.open_for_download(work, number)
    with content:
        assert content.read() == PDF and document.id == number
