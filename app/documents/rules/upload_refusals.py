"""The messages for refused files, with what to do next."""

from app.core.wording import N_, Wording

NOT_ACCEPTED = N_("The file must be a PDF, Word, Excel, OpenDocument text, JPEG, PNG or plain text file")
NOT_WHAT_IT_SAYS = N_("The file is not a real %(kind)s file. Save it again as %(kind)s and then upload it")
LOCKED = N_("The file has a password. Remove the password and upload it again")
LOCKED_PDF = N_("The PDF needs a password to open. Print it to a new PDF without a password and upload that")
MACROS = N_("The file has macros in it. Save a copy without macros and upload that")
TOO_BIG_INSIDE = N_("The file unpacks to more than we can take. Save it as a PDF and upload that")
HARMFUL = N_("The file may be harmful and was not kept")
LOADS_FROM_ELSEWHERE = N_(
    "The file loads something from another computer or website. Save it as a PDF and upload that"
)
EMBEDDED_OBJECT = N_("The file has another program’s object inside it. Save it as a PDF and upload that")
RUNS_SOMETHING = N_("The PDF starts a program or a script. Print it to a new PDF and upload that")

OTHER_KINDS = {
    "doc": N_(
        "This is an older Word file (.doc). Save it as a Word document (.docx) or a PDF and upload that"
    ),
    "xls": N_(
        "This is an older Excel file (.xls). Save it as an Excel workbook (.xlsx) or a PDF and upload that"
    ),
    "ppt": N_("We cannot take PowerPoint files. Save the slides as a PDF and upload that"),
    "heic": N_("We cannot take HEIC photos yet. Save or share the photo as a JPEG and upload that"),
    "pages": N_("We cannot take Pages files. Export it as a PDF or a Word document and upload that"),
    "docm": MACROS,
}
"""The message for common kinds of file that are not accepted."""

for _same_as, _extensions in {
    "doc": ("dot", "rtf", "wps"),
    "xls": ("xlt", "xlsb"),
    "ppt": ("pptx", "pps", "ppsx", "odp"),
    "heic": ("heif",),
    "docm": ("dotm", "xlsm", "xltm", "xlam", "pptm"),
}.items():
    OTHER_KINDS |= dict.fromkeys(_extensions, OTHER_KINDS[_same_as])
OTHER_KINDS["rtf"] = OTHER_KINDS["wps"] = N_(
    "We cannot take this kind of text file. Save it as a Word document (.docx) or a PDF and upload that"
)


class UploadError(ValueError):
    """A refused file; `text` tells the uploader what to do."""

    def __init__(self, text: Wording) -> None:
        super().__init__(str(text))
        self.text = text


def refused(text: str, **values: object) -> UploadError:
    """Return the error that refuses a file with this sentence."""
    return UploadError(Wording(text, **values))
