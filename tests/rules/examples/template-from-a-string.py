from flask import render_template, render_template_string
from jinja2 import Template


def bad(environment, typed):
    # ruleid
    page = render_template_string("<p>" + typed)
    # ruleid
    page += Template(typed).render()
    # ruleid
    return page + environment.from_string(typed).render()


def good(typed):
    return render_template("pages/show.html", typed=typed)
