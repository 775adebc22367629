"""Files nobody should get past the door with, and honest ones that must get in."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from app.domain.uploads import TEST_VIRUS

WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_WORD = b"application/vnd.ms-word.document.macroEnabled.main+xml"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


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
    return b'<Types><Override PartName="/main.xml" ContentType="' + main + b'"/></Types>'


def docx(**more: bytes) -> bytes:
    return packed({"[Content_Types].xml": types(WORD), "word/document.xml": b"<w:document/>", **more})


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


def lying(whole: bytes, said: int = 10) -> bytes:
    """A zip whose list says that its largest entry is small."""
    changed = bytearray(whole)
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        big = max(opened.infolist(), key=lambda one: one.file_size).filename.encode()
    at = changed.rfind(big) - 46
    changed[at + 24 : at + 28] = struct.pack("<I", said)
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
]

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
    "encrypted letter": Sent("a.odt", odt(**{"META-INF/manifest.xml": b"<manifest:encryption-data/>"})),
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
