from jinja2 import Environment, select_autoescape
from markupsafe import Markup, escape


def bad(name):
    # ruleid
    shown = Markup(name)
    # ruleid
    shown += Markup("<b>%s</b>") % name
    # ruleid
    return Environment(autoescape=False), shown


def good(name):
    return escape(name), Environment(autoescape=select_autoescape(["html"]))
