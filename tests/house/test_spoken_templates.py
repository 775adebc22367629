"""Each language has templates of its own, and a page is never drawn from another language's."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from flask_babel import force_locale
from markupsafe import Markup, escape
from werkzeug.routing import BuildError

from app.views.spoken import harmless


@pytest.fixture
def written(prepared, monkeypatch):
    """Draw a template that is written on the spot, in a language."""
    app = prepared[0]
    sources: dict[str, str] = {}
    loader = app.jinja_env.loader
    found = loader.get_source

    def get_source(environment, name):
        return (sources[name], None, None) if name in sources else found(environment, name)

    monkeypatch.setattr(loader, "get_source", get_source)

    def draw(source: str, language: str, **values: object) -> str:
        name = f"tried-{uuid4()}.html"
        sources[name] = source
        with app.test_request_context("/"), force_locale(language):
            return app.jinja_env.get_template(name).render(**values)

    return draw


def test_each_language_is_drawn_from_its_own_templates(prepared):
    app = prepared[0]
    drawn = {}
    for language in ("en", "pl", "ur", "en", "pl"):
        with app.test_request_context("/"), force_locale(language):
            page = app.jinja_env.get_template("components/content.html").module.back_link("/")
            assert drawn.setdefault(language, page) == page
    assert ">Back<" in drawn["en"]
    assert len(set(drawn.values())) == 3
    assert ">Back<" not in drawn["pl"] + drawn["ur"]


def test_what_is_put_into_a_text_is_escaped(written):
    page = written('{{ _("From %(name)s, %(when)s", name=name, when="now") }}', "en", name="<b>&Co")
    assert page == "From &lt;b&gt;&amp;Co, now"


def test_what_is_put_in_already_as_html_stays_so(written):
    assert written(
        '{{ _("From %(name)s, %(when)s", name=name, when="") }}', "en", name=Markup("<i>A</i>")
    ) == ("From <i>A</i>, ")


def test_a_text_chosen_while_the_page_is_drawn_is_said_too(written):
    assert written("{{ _(word) }}", "pl", word="Messages") == written('{{ _("Messages") }}', "pl")
    assert written("{{ _(word) }}", "pl", word="Messages") != "Messages"


def test_a_text_is_a_value_like_any_other(written):
    page = written('{% set words = [_("Yes"), _("No")] %}{{ words|join("/") }} {{ _("Yes")|upper }}', "en")
    assert page == "Yes/No YES"


def test_per_cent_signs_are_said_once(written):
    assert written('{{ _("100%% sure") }}', "en") == "100% sure"


def test_a_macro_called_wrongly_still_complains(written):
    with pytest.raises(TypeError, match="takes not more than"):
        written("{% macro one(a) %}{{ a }}{% endmacro %}{{ one(1, 2) }}", "en")


def test_a_function_in_a_loop_gets_only_what_it_was_given(written):
    def given(*args: object, **kwargs: object) -> str:
        return f"{args}{kwargs}"

    page = written("{% for i in [1] %}{{ f(i, a=2)|safe }}{% endfor %}", "en", f=given)
    assert page == "(1,){'a': 2}"


@pytest.mark.parametrize(
    "value", ["plain", "<b>&'\"</b>", "", 7, None, True, Markup("<i>ready</i>"), ["<a>"], "é<", b"<"]
)
def test_what_is_put_into_a_page_is_escaped_as_everywhere_else(value):
    assert harmless(value) == escape(value)


def test_a_page_can_say_what_its_layout_says_and_more(written):
    page = written(
        '{% extends "layouts/base.html" %}{% block title %}More{{ super() }}{% endblock %}'
        "{% block flashes %}before {{ super() }} after{% endblock %}",
        "en",
    )
    assert "<title>More - " in page
    assert re.search(r"before\s+after", page)


def test_an_address_that_is_always_the_same_stands_in_the_template(written):
    pages = [
        written(source, "en")
        for source in (
            '{{ url_for("HomeView.home") }}',
            '{{ url_for("SendAreaView.list", show="to_do") }}',
            '{{ url_or_none("No.such") }}',
        )
    ]
    assert pages == ["/", "/send/?show=to_do", "None"]


def test_no_template_remembers_the_host_it_was_asked_by(prepared):
    app = prepared[0]
    with app.test_request_context("/"):
        app.jinja_env.get_template("layouts/base.html")  # so that the language has its templates
        address = app.jinja_env.spoken["en"].from_string('{{ url_for("HomeView.home", _external=True) }}')
    for host in ("http://localhost", "https://localhost:8443"):
        with app.test_request_context("/", base_url=host):
            assert address.render() == f"{host}/"


def test_a_rows_number_is_all_that_is_put_into_its_address(written):
    source = (
        '{{ url_for("ChildView.show", child_id=one) }} {{ url_for("InvolvementView.take_up", link_id=one) }}'
    )
    assert written(source, "en", one=7).startswith("/children/7 ")
    with pytest.raises(TypeError):
        written(source, "en", one="7/../8")


def test_an_address_that_is_not_there_complains_only_where_it_is_drawn(written):
    source = '{% if wanted %}{{ url_for("No.such") }}{% endif %}there'
    assert written(source, "en", wanted=False) == "there"
    with pytest.raises(BuildError):
        written(source, "en", wanted=True)


def test_a_dictionary_is_asked_for_what_it_holds_and_then_for_what_it_can_do(written):
    source = "{{ one.name }}{{ one.missing }}{% for key in one.keys() %}{{ key }}{% endfor %}"
    assert written(source, "en", one={"name": "A", "keys": "held"}) == "Anamekeys"


def test_a_kept_piece_is_drawn_once_for_each_of_the_things_it_depends_on(written):
    drawn = []

    def draw(what: str) -> str:
        drawn.append(what)
        return what

    source = (
        "{% for a in [1, 2, 1, 2, 1] %}{% kept a, other %}{{ draw(a ~ other) }} {% endkept %}{% endfor %}"
    )
    assert written(source, "en", draw=draw, other="<") == "1&lt; 2&lt; 1&lt; 2&lt; 1&lt; "
    assert drawn == ["1<", "2<"]


def test_a_kept_piece_is_kept_for_its_own_language_and_place(prepared):
    app = prepared[0]
    pages = {}
    for language in ("en", "pl", "en"):
        with app.test_request_context("/"), force_locale(language):
            drawn = app.jinja_env.get_template("layouts/base.html").render()
            assert pages.setdefault(language, drawn.count("Contact the SEN team")) == drawn.count(
                "Contact the SEN team"
            )
    assert pages == {"en": 1, "pl": 0}


def test_only_what_everybody_may_see_is_kept():
    """Who is reading, and whatever is asked of the database, has no place between {% kept %} and {% endkept %}."""
    templates = Path(__file__).resolve().parents[2] / "app" / "templates"
    piece = re.compile(r"{%-?\s*kept ([^%]*?)\s*-?%}(.*?){%-?\s*endkept", re.DOTALL)
    depends = [
        found[1] for page in sorted(templates.rglob("*.html")) for found in piece.finditer(page.read_text())
    ]
    assert sorted(depends) == ["council", "navigation"]


def test_views_say_texts_in_one_way():
    """Flask-Babel's own gettext asks four times for every text whose page it is; app/views/quick.py has ours."""
    views = Path(__file__).resolve().parents[2] / "app" / "views"
    sayings = re.compile(r"^from flask_babel import .*gettext", re.MULTILINE)
    assert [path.name for path in sorted(views.glob("*.py")) if sayings.search(path.read_text())] == []
