"""Limits of a request: only form fields are accepted; a body with files may be large, others may not."""

from typing import cast

from flask import Request, current_app, request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

FILES = "multipart/form-data"
FIELDS = "application/x-www-form-urlencoded"


def uploaded_files() -> MultiDict[str, FileStorage]:
    """Return the files of this request."""
    return cast(BoundedRequest, request).uploads


class BoundedRequest(Request):
    """A request whose body, unless it is multipart, is limited to the length of a form's text.

    Werkzeug applies MAX_FORM_MEMORY_SIZE to multipart bodies only; others may have the size of a file.
    """

    @property
    def max_content_length(self) -> int | None:
        """Return the most bytes this body may have."""
        most: int | None = super().max_content_length
        words: int | None = current_app.config["MAX_FORM_MEMORY_SIZE"]
        return most if self.mimetype == FILES or most is None or words is None else min(most, words)

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        """Set the limit, as Flask's own property allows."""
        Request.max_content_length.fset(self, value)  # type: ignore[attr-defined]

    @property
    def is_json(self) -> bool:
        """Return False: no page accepts JSON, and Flask-WTF fails on JSON that is no object."""
        return False

    @property
    def uploads(self) -> MultiDict[str, FileStorage]:
        """Return the uploaded files.

        It is not named `files`, because Flask-WTF passes those to every field, and text fields fail.
        """
        self._load_form_data()
        sent: MultiDict[str, FileStorage] = self.__dict__["uploads"]
        return sent

    def _count_fields(self) -> None:
        """Reject too many fields: Werkzeug counts only those of multipart bodies."""
        most: int | None = current_app.config["MAX_FORM_PARTS"]
        if self.mimetype == FIELDS and most is not None:
            body = self.get_data(parse_form_data=False)
            if body.count(b"&") >= most:
                raise RequestEntityTooLarge

    def close(self) -> None:
        """Close the uploaded files."""
        for _name, file in (self.__dict__.get("uploads") or ImmutableMultiDict()).items(multi=True):
            file.close()
        super().close()

    def _load_form_data(self) -> None:
        """Read the fields once, without parts that have no name, on which Flask-WTF fails."""
        if "form" in self.__dict__:
            return
        self._count_fields()
        super()._load_form_data()
        self.__dict__["uploads"] = self.__dict__["files"]
        self.__dict__["files"] = ImmutableMultiDict()
        for held in ("form", "uploads"):
            fields = self.__dict__[held]
            if None in fields:
                named = [(name, value) for name, value in fields.items(multi=True) if name is not None]
                self.__dict__[held] = ImmutableMultiDict(named)
