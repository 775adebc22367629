"""Reading what a template drew."""

from html.parser import HTMLParser


class Elements(HTMLParser):
    """Every element of a piece of HTML, with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def named(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.all if tag in tags]


def check(html: str) -> Elements:
    """No input without a label, no id twice, no text promised to a screen reader that is not there."""
    found = Elements(html)
    ids = [attributes["id"] for _tag, attributes in found.all if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {label["for"] for label in found.named("label")}
    for box in found.named("input", "select", "textarea"):
        if box.get("type") not in ("hidden", "submit"):
            assert box["id"] in labelled, box
    for _tag, attributes in found.all:
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "data-aria-controls"):
            for target in (attributes.get(name) or "").split():
                assert target in ids, f"{name} speaks of {target}, which is not there"
    for script in found.named("script"):
        assert script.keys() == {"src", "type"}, "a script that is not one of the built files"
        assert (script["src"] or "").startswith("/static/build/")
    return found
