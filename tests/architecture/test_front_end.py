"""What the front end promises whatever page is added: own templates only, nothing inline, built files whole and named by content."""

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import flask_appbuilder
import pytest
from flask import Flask
from jinja2 import Environment, StrictUndefined, TemplateNotFound
from jinja2.meta import find_referenced_templates

from app.views.web.assets import BUILD_FOLDER, manifest
from app.views.web.headers import CONTENT_POLICY
from app.views.web.pages import TEMPLATES

STOCK = Path(flask_appbuilder.__file__).parent / "templates" / "appbuilder"
OVERRIDES = TEMPLATES / "appbuilder"
PAGES = sorted(
    path
    for path in TEMPLATES.rglob("*.html")
    if not {"emails", "letters"} & {*path.relative_to(TEMPLATES).parts}
)
"""Everything drawn on a screen; mails and the files of letters are drawn by the worker, in a way of their own."""

INLINE = {
    "a script in the page": re.compile(r"<script(?![^>]*\ssrc=)", re.I),
    "a style sheet in the page": re.compile(r"<style[\s>]", re.I),
    "a style on an element": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.I),
    "an event handler on an element": re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=\s*[\"']", re.I),
    "a script as an address": re.compile(r"[\"']\s*javascript:", re.I),
}


def named(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


# The built files


def test_every_file_that_a_template_asks_for_was_built() -> None:
    asked = {
        name
        for page in PAGES
        for name in re.findall(r"[\"']([\w.-]+\.(?:css|js|svg|png|ico))[\"']", page.read_text())
    }
    assert asked >= {"portal.css", "portal.rtl.css", "portal.js", "supported.js", "icon.svg"}
    assert asked <= manifest().keys()


def test_built_files_carry_the_hash_of_what_is_in_them_and_a_true_compressed_copy() -> None:
    for name, file in manifest().items():
        content = (BUILD_FOLDER / file).read_bytes()
        stem, _, ending = name.rpartition(".")
        assert file == f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
        assert gzip.decompress((BUILD_FOLDER / f"{file}.gz").read_bytes()) == content


def test_the_built_files_hold_nothing_stale() -> None:
    expected = {"manifest.json"} | {copy for file in manifest().values() for copy in (file, f"{file}.gz")}
    assert {path.name for path in BUILD_FOLDER.iterdir()} == expected


def test_the_style_sheet_has_no_crown_no_government_typeface_and_no_address_elsewhere() -> None:
    for name in ("portal.css", "portal.rtl.css"):
        sheet = (BUILD_FOLDER / manifest()[name]).read_text()
        assert "GDS Transport" not in sheet
        assert "crown" not in re.sub(r"govuk-footer__(crown|copyright-logo)", "", sheet).lower()
        assert not [
            url for url in re.findall(r"url\(([^)]*)\)", sheet) if not url.strip("\"'").startswith("data:")
        ]
        assert "--govuk-brand-colour: #00534c" in sheet


def test_the_licences_of_built_in_work_are_named() -> None:
    licence = (BUILD_FOLDER.parent / "licences" / "govuk-frontend.txt").read_text()
    assert "The MIT License" in licence and "Government Digital Service" in licence
    assert all(
        "MIT licence" in (BUILD_FOLDER / manifest()[name]).read_text()[:200]
        for name in ("portal.css", "portal.js")
    )


def test_a_cold_page_is_light() -> None:
    sent = sum(
        (BUILD_FOLDER / f"{manifest()[name]}.gz").stat().st_size
        for name in ("portal.css", "portal.js", "supported.js")
    )
    assert sent < 45_000


def fetch(app: Flask, address: str, **headers: str) -> tuple[bytes, Any]:
    with app.test_client().get(address, headers=headers) as answer:
        assert answer.status_code == 200
        return answer.data, answer.headers


def test_built_files_are_cached_for_a_year_and_sent_compressed(app: Flask) -> None:
    address = f"/static/build/{manifest()['portal.css']}"
    packed, headers = fetch(app, address, **{"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in headers["Vary"]
    assert {part.strip() for part in headers["Cache-Control"].split(",")} == {
        "public",
        "max-age=31536000",
        "immutable",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in headers
    plain, headers = fetch(app, address)
    assert "Content-Encoding" not in headers
    assert plain == gzip.decompress(packed)


# What every answer says to the browser


@pytest.mark.parametrize("address", ["/login/", "/", "/there-is-no-such-page"])
def test_pages_redirects_and_errors_carry_the_protections(app: Flask, address: str) -> None:
    answer = app.test_client().get(address)
    policy = answer.headers["Content-Security-Policy"]
    assert re.fullmatch(re.escape(CONTENT_POLICY).replace(r"\{nonce\}", r"[\w-]{24}"), policy)
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_the_one_time_word_is_new_each_time(app: Flask) -> None:
    browser = app.test_client()
    policies = {browser.get("/login/").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


# The templates


@pytest.mark.parametrize("template", PAGES, ids=named)
def test_no_template_has_anything_inline(template: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.S)
    for what, pattern in INLINE.items():
        found = pattern.search(source)
        assert not found, f"{named(template)} has {what}: {found.group(0)[:80]}"


@pytest.fixture(scope="module")
def strict(prepared: Any) -> Environment:
    """The templates as the app draws them, but an undefined name is an error."""
    return prepared[0].jinja_env.overlay(undefined=StrictUndefined)


@pytest.mark.parametrize("template", PAGES, ids=named)
def test_every_template_compiles_and_names_only_templates_that_exist(
    strict: Environment, template: Path
) -> None:
    strict.get_template(named(template))
    for other in find_referenced_templates(strict.parse(template.read_text())):
        if other is not None:
            strict.get_template(other)


@pytest.mark.parametrize(
    "template",
    [template for template in PAGES if "|safe" in template.read_text().replace(" ", "")],
    ids=named,
)
def test_only_appbuilders_own_drawn_parts_are_trusted_as_html(template: Path) -> None:
    trusted = re.findall(r"\{\{-?\s*([^{}]*?)\s*\|\s*safe", template.read_text())
    assert all(part.startswith("widgets.") for part in trusted), f"{named(template)} trusts {trusted}"


@pytest.mark.parametrize(
    "code", ["400", "401", "403", "404", "409", "413", "422", "429", "500", "503", "csrf"]
)
def test_every_error_page_says_what_to_do_and_whom_to_ask(
    prepared: Any, strict: Environment, code: str
) -> None:
    app: Flask = prepared[0]
    with app.test_request_context("/x?q=%3Cscript%3Ealert(1)%3C/script%3E"):
        html = strict.get_template(f"errors/{code}.html").render(council=app.config["SETTINGS"].council)
    assert html.count("<h1") == 1
    assert "01274 435750" in html and "sen@bradford.gov.uk" in html
    assert "<script>alert" not in html


COLOUR_OF_A_TAG = re.compile(
    r"govuk-tag--[a-z]|"
    r"tag\([^{}]*\"(?:grey|green|turquoise|blue|light-blue|purple|pink|red|orange|yellow)\""
)


@pytest.mark.parametrize("template", PAGES, ids=named)
def test_a_tag_has_a_colour_of_the_one_scale(template: Path) -> None:
    """A template names what the tag means (`TAG.LATE`), never a colour."""
    found = COLOUR_OF_A_TAG.search(template.read_text())
    assert not found, f"{named(template)}: {found.group(0)}"


# Flask-AppBuilder's templates


def wanted_by(view: Any) -> set[str]:
    """The templates that a view, or one of its widgets, would draw."""
    found = set()
    for attribute in dir(type(view)):
        value = getattr(type(view), attribute, None)
        if attribute.endswith("template") and isinstance(value, str) and value:
            found.add(value)
        elif attribute.endswith("widget") and isinstance(getattr(value, "template", None), str):
            found.add(value.template)
    return found


def test_no_registered_view_can_draw_a_template_that_is_not_ours(prepared: Any) -> None:
    app: Flask = prepared[0]
    assert len(app.appbuilder.baseviews) > 5
    wanted = {name for view in app.appbuilder.baseviews for name in wanted_by(view)}
    missing = {name for name in wanted if not (TEMPLATES / name).is_file()}
    assert not missing, f"Draw these, or do not register the views that need them: {missing}"


def test_every_template_written_over_appbuilders_is_drawn(prepared: Any) -> None:
    app: Flask = prepared[0]
    drawn = {name for view in app.appbuilder.baseviews for name in wanted_by(view)}
    drawn |= {named(page) for page in PAGES if OVERRIDES not in page.parents}
    waiting = list(drawn)
    while waiting:
        page = TEMPLATES / waiting.pop()
        text = page.read_text() if page.is_file() else ""
        more = set(re.findall(r"[\"']([\w/]+\.html)[\"']", text)) - drawn
        drawn |= more
        waiting += more
    assert {named(page) for page in OVERRIDES.rglob("*.html")} <= drawn


def test_stock_templates_cannot_even_be_loaded(prepared: Any) -> None:
    app: Flask = prepared[0]
    stock = {f"appbuilder/{path.relative_to(STOCK).as_posix()}" for path in STOCK.rglob("*.html")}
    ours = {named(path) for path in OVERRIDES.rglob("*.html")}
    assert "appbuilder/navbar.html" in stock - ours
    for name in stock - ours:
        with pytest.raises(TemplateNotFound):
            app.jinja_env.get_template(name)


def test_no_original_has_changed_since_we_wrote_over_it() -> None:
    recorded = json.loads((OVERRIDES / "originals.json").read_text())
    overridden = {
        path.relative_to(OVERRIDES).as_posix()
        for path in OVERRIDES.rglob("*.html")
        if (STOCK / path.relative_to(OVERRIDES)).is_file()
    }
    assert recorded.keys() == overridden
    changed = [
        name
        for name, digest in recorded.items()
        if hashlib.sha256((STOCK / name).read_bytes()).hexdigest() != digest
    ]
    assert not changed, (
        f"AppBuilder changed {changed}: compare with ours, then record the new hash in originals.json"
    )


def test_d8_no_template_repeats_the_role_of_a_table_s_parts() -> None:
    """HTML says it already; js/table-roles.js says it where Safari needs it: while a phone shows rows as cards."""
    for template in PAGES:
        found = re.search(
            r'\brole="(?:table|row|rowgroup|rowheader|columnheader|cell)"', template.read_text()
        )
        assert not found, f"{named(template)}: {found.group(0)}"
