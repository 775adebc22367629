"""Small forms made for the purpose, and short ways to fill them in."""

from datetime import date

from app.forms.definitions import check_complete, check_draft, parse, read_section

TODAY = date(2026, 3, 4)


def form_of(*questions, **more):
    """A form of one section “page” with these questions."""
    return parse(definition_of(*questions, **more))


def definition_of(*questions, **more):
    sections = [{"id": "page", "title": "Page", "questions": list(questions)}]
    return {"key": "small", "title": "Small form", "audience": ["school"], "sections": sections, **more}


def ask(kind, id="it", label="What is working well?", **more):
    return {"id": id, "kind": kind, "label": label, **more}


def choice(id="it", values=("a", "b"), **more):
    options = [{"value": value, "label": value.upper()} for value in values]
    return ask(more.pop("kind", "choice"), id, **more) | {"options": options}


def read(form, fields, section="page"):
    return read_section(
        form.section(section), {name: [v] if isinstance(v, str) else v for name, v in fields.items()}, TODAY
    )


def texts(problems):
    return [str(problem.text) for problem in problems]


def wrong(form, **answers):
    return texts(check_draft(form.section("page"), answers, {}, TODAY))


def missing(form, **answers):
    return texts(check_complete(form, {"page": answers}, TODAY))
