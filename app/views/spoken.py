"""Templates, compiled once for each language: what the portal always says stands in them as it is read.

Half of a page's time was its template, and much of that looking up, escaping and joining texts that are the same on
every page. So each language has templates of its own, made when they are first wanted: _("Home") is in them as a
constant, and Jinja joins it to the HTML around it. So are the addresses that are the same for everybody, and what stands
between {% kept %} and {% endkept %} is drawn once for each of the things it depends on.
"""

from collections.abc import Callable, Iterable, Iterator
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any

from flask import has_request_context
from flask.templating import Environment
from flask_babel import force_locale, get_locale
from jinja2 import Template, nodes
from jinja2.environment import Environment as PlainEnvironment
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, _escape_inner, escape
from werkzeug.routing import BuildError

from app.views.quick import catalogue, numbered_address

SPOKEN_BY_ITSELF = "en"
SAYING = {"_", "gettext"}
POINTING = {"asset_url", "url_for", "url_or_none"}
MOST_KEPT = 1_000
WHAT_DICTIONARIES_DO = frozenset(dir(dict))
PLAIN = (FunctionType, MethodType, BuiltinMethodType)


class Speaking(NodeTransformer):
    """Puts texts into a template in one language, and addresses that never change. What is counted, chosen or given a
    number while the page is drawn stays a call."""

    def __init__(self, environment: PlainEnvironment, escaped: bool) -> None:
        self.environment, self.escaped = environment, escaped

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's name for it
        """_("Home"), _("Sent on %(date)s", date=...) or url_for("HomeView.home")."""
        self.generic_visit(node)
        if _calls(node, SAYING) and len(node.args) == 1:
            return self._said(node)
        if _calls(node, POINTING) and all(map(_is_fixed, node.kwargs)):
            return self._pointed(node)
        if _calls(node, {"url_for"}) and all(pair.key.endswith("_id") for pair in node.kwargs):
            return self._numbered(node)
        return node

    def _said(self, node: nodes.Call) -> nodes.Node:
        said = catalogue().ugettext(node.args[0].value)  # type: ignore[attr-defined]
        words: str = Markup(said) if self.escaped else said  # noqa: S704 - the catalogue's own words
        if not node.kwargs:
            return nodes.Const(words % () if "%" in words else words, lineno=node.lineno)
        values = [nodes.Pair(nodes.Const(pair.key), pair.value) for pair in node.kwargs]
        return nodes.Mod(nodes.Const(words), nodes.Dict(values), lineno=node.lineno)

    def _pointed(self, node: nodes.Call) -> nodes.Node:
        if not has_request_context():
            return node
        pointing: Any = self.environment.globals[node.node.name]  # type: ignore[attr-defined]
        try:
            address = pointing(
                *[each.value for each in node.args],  # type: ignore[attr-defined]
                **{pair.key: pair.value.value for pair in node.kwargs},  # type: ignore[attr-defined]
            )
        except BuildError:  # said where the page is drawn, if it comes to that
            return node
        return nodes.Const(address, lineno=node.lineno)

    def _numbered(self, node: nodes.Call) -> nodes.Node:
        """url_for("ChildView.show", child_id=one.id): only the row's number is put in while the page is drawn."""
        names = [pair.key for pair in node.kwargs]
        try:
            pattern = numbered_address(node.args[0].value, *names) if has_request_context() else None  # type: ignore[attr-defined]
        except BuildError:
            return node
        if pattern is None:
            return node
        numbers = [nodes.Pair(nodes.Const(pair.key), pair.value) for pair in node.kwargs]
        return nodes.Mod(nodes.Const(pattern), nodes.Dict(numbers), lineno=node.lineno)


def _calls(node: nodes.Call, names: set[str]) -> bool:
    return (
        isinstance(node.node, nodes.Name)
        and node.node.name in names
        and bool(node.args)
        and all(isinstance(each, nodes.Const) for each in node.args)
        and node.dyn_args is None
        and node.dyn_kwargs is None
    )


def _is_fixed(pair: nodes.Keyword) -> bool:
    """A value that stands in the template and in the path or query, so that it is the same whichever host is asked."""
    return isinstance(pair.value, nodes.Const) and not pair.key.startswith("_")


class Kept(Extension):
    """{% kept a, b %}...{% endkept %}: a piece of page that depends on nothing but a and b (and the language), drawn
    once for each. Nothing about a child, and nothing that only one person may see, belongs between the two."""

    tags = {"kept"}

    def parse(self, parser: Parser) -> nodes.Node:
        """What Jinja makes of it."""
        line = next(parser.stream).lineno
        on = []
        while parser.stream.current.type != "block_end":
            on.append(parser.parse_expression())
            parser.stream.skip_if("comma")
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        place = nodes.Const(f"{parser.name}:{line}")
        called = self.call_method("draw", [nodes.Tuple([place, *on], "load")])
        return nodes.CallBlock(called, [], [], body).set_lineno(line)

    def draw(self, on: tuple[Any, ...], caller: Callable[[], str]) -> str:
        """The piece as it was drawn before, or drawn now."""
        pieces: dict[Any, str] = self.environment.pieces  # type: ignore[attr-defined]
        piece = pieces.get(on)
        if piece is None:
            piece = caller()
            if len(pieces) < MOST_KEPT and not self.environment.auto_reload:
                pieces[on] = piece
        return piece


class PageContext(Context):
    """Calls macros and plain functions without asking each time what kind of thing they are."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What a template calls."""
        kind = type(called)
        if kind is Macro or (kind in PLAIN and not hasattr(called, "jinja_pass_arg")):
            if kwargs:
                kwargs.pop("_block_vars", None)
                kwargs.pop("_loop_vars", None)
            return called(self.eval_ctx, *args, **kwargs) if kind is Macro else called(*args, **kwargs)
        return super().call(called, *args, **kwargs)


class WholeTemplate(Template):
    """Gives each block of a page in one piece.

    Jinja hands every scrap of a page up through all the blocks and layouts around it, one by one: the cell of a table
    passed eight of them, and a list has a thousand scraps.
    """

    @classmethod
    def from_code(cls, *args: Any, **kwargs: Any) -> Template:
        """A template that was compiled."""
        made = super().from_code(*args, **kwargs)
        # What the compiled code knows by name: how to escape, and its blocks, which super() looks for among the page's.
        names = made.root_render_func.__globals__
        made.root_render_func = _in_one_piece(made.root_render_func)
        made.blocks = {name: _in_one_piece(block) for name, block in made.blocks.items()}
        names.update({f"block_{name}": block for name, block in made.blocks.items()}, escape=harmless)
        return made


def _in_one_piece(drawn: Callable[[Context], Iterable[str]]) -> Any:
    def whole(context: Context) -> Iterator[str]:
        yield "".join(drawn(context))

    return whole


def harmless(value: Any) -> str:
    """What a template puts into a page, escaped: markupsafe's escape without a new object for each text."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    return value if kind is Markup else escape(value)


class SpokenEnvironment(Environment):
    """The portal's templates in every language: whoever asks gets those of the language that is spoken just then."""

    language = ""
    context_class = PageContext
    template_class = WholeTemplate

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.add_extension(Kept)
        self.spoken: dict[str, SpokenEnvironment] = {}
        self.pieces: dict[Any, str] = {}
        self.at_hand: dict[Any, Template] = {}

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002
        """The template in the language of the page, or of the letter, that is being written."""
        if not (self.language or self.overlayed):
            return self._in(_spoken_now()).get_template(name, parent, globals)
        found = self.at_hand.get(name) if globals is None else None
        if found is None:
            found = super().get_template(name, parent, globals)
            if globals is None and self.language and not self.auto_reload:
                self.at_hand[name] = found
        return found

    def select_template(self, names: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002
        """The first of these that there is."""
        if self.language or self.overlayed:
            return super().select_template(names, parent, globals)
        return self._in(_spoken_now()).select_template(names, parent, globals)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a template means by row.name: of a dictionary what it holds, and only then what it can do."""
        if type(obj) is dict and attribute in obj and attribute not in WHAT_DICTIONARIES_DO:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)

    def _in(self, language: str) -> PlainEnvironment:
        if language not in self.spoken:
            made: Any = self.overlay()
            made.language, made.pieces, made.at_hand = language, {}, {}
            self.spoken[language] = made
        return self.spoken[language]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if not self.language:
            return tree
        escaped = self.autoescape(name) if callable(self.autoescape) else self.autoescape
        with force_locale(self.language):
            spoken: nodes.Template = Speaking(self, escaped).visit(tree)
        return spoken


def _spoken_now() -> str:
    return str(get_locale() or SPOKEN_BY_ITSELF)
