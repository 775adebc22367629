"""What somebody may send: the fields of a form. Files come in parts and may be large, anything else is words and may not."""

from flask import Request, current_app
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

FILES = "multipart/form-data"
FIELDS = "application/x-www-form-urlencoded"


class BoundedRequest(Request):
    """A request whose body, unless it comes in parts, is no longer than a form's words may be.

    Werkzeug holds only bodies in parts to MAX_FORM_MEMORY_SIZE; others would be read whole up to the size of a file.
    """

    @property
    def max_content_length(self) -> int | None:
        """The most bytes this body may have."""
        most: int | None = super().max_content_length
        words: int | None = current_app.config["MAX_FORM_MEMORY_SIZE"]
        return most if self.mimetype == FILES or most is None or words is None else min(most, words)

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        Request.max_content_length.fset(self, value)  # type: ignore[attr-defined]

    @property
    def is_json(self) -> bool:
        """Never: no page of ours takes anything but a form's fields, and Flask-WTF breaks on JSON that is no object."""
        return False

    @property
    def uploads(self) -> MultiDict[str, FileStorage]:
        """The files that were sent. Not `files`: Flask-WTF hands those to every box, which asks for words and breaks."""
        self._load_form_data()
        sent: MultiDict[str, FileStorage] = self.__dict__["uploads"]
        return sent

    def _count_fields(self) -> None:
        """Refuse more fields than a form has parts: Werkzeug counts only those of bodies in parts."""
        most: int | None = current_app.config["MAX_FORM_PARTS"]
        if self.mimetype == FIELDS and most is not None:
            body = self.get_data(parse_form_data=False)
            if body.count(b"&") >= most:
                raise RequestEntityTooLarge

    def close(self) -> None:
        """Let go of what was sent."""
        for _name, file in (self.__dict__.get("uploads") or ImmutableMultiDict()).items(multi=True):
            file.close()
        super().close()

    def _load_form_data(self) -> None:
        """Read the fields once. A part without a name is no field; nobody could ask for it, and Flask-WTF trips on it."""
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
