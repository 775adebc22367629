"""Templates, compiled once for each language: what the portal always says stands in them as it is read.

Half of a page's time was its template, and much of that looking up, escaping and joining texts that are the same on
every page. So each language has templates of its own, made when they are first wanted: _("Home") is in them as a
constant, and Jinja joins it to the HTML around it.
"""

from types import FunctionType
from typing import Any

from flask.templating import Environment
from flask_babel import force_locale, get_locale
from jinja2 import Template, nodes
from jinja2.environment import Environment as PlainEnvironment
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from app.views.quick import catalogue

SPOKEN_BY_ITSELF = "en"
SAYING = {"_", "gettext"}


class Speaking(NodeTransformer):
    """Puts texts into a template in one language. Texts that are counted or chosen while the page is drawn stay calls."""

    def __init__(self, escaped: bool) -> None:
        self.escaped = escaped

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's name for it
        """_("Home"), or _("Sent on %(date)s", date=...)."""
        self.generic_visit(node)
        if not _says_a_text(node):
            return node
        said = catalogue().ugettext(node.args[0].value)  # type: ignore[attr-defined]
        words: str = Markup(said) if self.escaped else said  # noqa: S704 - the catalogue's own words
        if not node.kwargs:
            return nodes.Const(words % () if "%" in words else words, lineno=node.lineno)
        values = [nodes.Pair(nodes.Const(pair.key), pair.value) for pair in node.kwargs]
        return nodes.Mod(nodes.Const(words), nodes.Dict(values), lineno=node.lineno)


def _says_a_text(node: nodes.Call) -> bool:
    return (
        isinstance(node.node, nodes.Name)
        and node.node.name in SAYING
        and len(node.args) == 1
        and isinstance(node.args[0], nodes.Const)
        and node.dyn_args is None
        and node.dyn_kwargs is None
    )


class PageContext(Context):
    """Calls macros and plain functions without asking each time what kind of thing they are."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What a template calls."""
        kind = type(called)
        if kind is Macro or (kind is FunctionType and not hasattr(called, "jinja_pass_arg")):
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return called(self.eval_ctx, *args, **kwargs) if kind is Macro else called(*args, **kwargs)
        return super().call(called, *args, **kwargs)


class SpokenEnvironment(Environment):
    """The portal's templates in every language: whoever asks gets those of the language that is spoken just then."""

    language = ""
    context_class = PageContext

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.spoken: dict[str, SpokenEnvironment] = {}

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002
        """The template in the language of the page, or of the letter, that is being written."""
        if self.language or self.overlayed:
            return super().get_template(name, parent, globals)
        return self._in(_spoken_now()).get_template(name, parent, globals)

    def select_template(self, names: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002
        """The first of these that there is."""
        if self.language or self.overlayed:
            return super().select_template(names, parent, globals)
        return self._in(_spoken_now()).select_template(names, parent, globals)

    def _in(self, language: str) -> PlainEnvironment:
        if language not in self.spoken:
            made: Any = self.overlay()
            made.language = language
            self.spoken[language] = made
        return self.spoken[language]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if not self.language:
            return tree
        escaped = self.autoescape(name) if callable(self.autoescape) else self.autoescape
        with force_locale(self.language):
            spoken: nodes.Template = Speaking(escaped).visit(tree)
        return spoken


def _spoken_now() -> str:
    return str(get_locale() or SPOKEN_BY_ITSELF)
