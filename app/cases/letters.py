"""Write a letter of the council as an accessible PDF and as a Word file. Nothing is fetched from a network."""

import io
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from docx import Document as WordFile
from markupsafe import Markup

from app.cases.rules.notices import Block

CSS = """
@page { size: A4; margin: 2.2cm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 9pt } }
html { font-family: "Liberation Sans", Arial, sans-serif; font-size: 12pt; line-height: 1.45 }
h1 { font-size: 18pt } h2 { font-size: 14pt; break-after: avoid } .from { white-space: pre-line }
p, li { margin: 0 0 0.7em; overflow-wrap: break-word }
"""


class Letter:
    """A letter: from whom, its date in words, its title, and its text."""

    def __init__(self, sender: Sequence[str], sent_on: str, title: str, text: Sequence[Block]) -> None:
        self.sender, self.sent_on, self.title, self.text = sender, sent_on, title, text


@lru_cache(maxsize=1)
def pdf_writer() -> Callable[..., Any] | None:
    """Return WeasyPrint's HTML class, or None where Pango is not installed."""
    try:
        from weasyprint import HTML  # type: ignore[import-untyped]
    except OSError:
        return None
    return HTML  # type: ignore[no-any-return]


def as_pdf(letter: Letter) -> bytes:
    """Return the letter as a tagged PDF (PDF/UA-1). Raises RuntimeError where Pango is not installed."""
    writer = pdf_writer()
    if writer is None:
        raise RuntimeError("Pango is not installed")
    page = writer(string=_html(letter), url_fetcher=_refuse)
    content: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
    return content


def _refuse(url: str, *_more: Any, **_options: Any) -> Any:
    raise ValueError(f"a letter fetches nothing: {url.partition(':')[0]}")


def _html(letter: Letter) -> str:
    parts = [
        Markup("<p class='from'>{}</p><p>{}</p><h1>{}</h1>").format(
            "\n".join(letter.sender), letter.sent_on, letter.title
        )
    ]
    for block in letter.text:
        if block.kind == "list":
            items = Markup("").join(Markup("<li>{}</li>").format(line) for line in block.lines)
            parts.append(Markup("<ul>{}</ul>").format(items))
        else:
            tag = Markup("<h2>{}</h2>") if block.kind == "heading" else Markup("<p>{}</p>")
            parts.append(tag.format(Markup("<br>").join(block.lines)))
    head = Markup("<title>{}</title><style>").format(letter.title) + Markup(CSS) + Markup("</style>")  # noqa: S704 - our own text
    page = Markup(
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>{}</head><body>{}</body></html>"
    )
    return str(page.format(head, Markup("").join(parts)))


def as_word(letter: Letter) -> bytes:
    """Return the letter as a Word file."""
    file = WordFile()
    file.core_properties.title, file.core_properties.author = letter.title, letter.sender[0]
    file.core_properties.language = "en-GB"
    file.add_paragraph("\n".join(letter.sender))
    file.add_paragraph(letter.sent_on)
    file.add_heading(letter.title, level=1)
    for block in letter.text:
        if block.kind == "list":
            for line in block.lines:
                file.add_paragraph(line, style="List Bullet")
        elif block.kind == "heading":
            file.add_heading(" ".join(block.lines), level=2)
        else:
            file.add_paragraph("\n".join(block.lines))
    written = io.BytesIO()
    file.save(written)
    return written.getvalue()
