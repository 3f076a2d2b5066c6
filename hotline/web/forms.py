"""Forms: what was typed stays, mistakes stand at their field and are summed up on top."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request
from wtforms import Field, Form
from wtforms.fields.choices import SelectChoice
from wtforms.utils import unset_value

from hotline.errors import FieldError, Invalid, Text
from hotline.web.wording import say, word


class RoomForm(Form):
    """The rules live in the use cases; `show` puts what they refused where it belongs."""

    def __init__(self, formdata: Any = None, **kwargs: Any):
        super().__init__(formdata, **kwargs)
        self.mistakes: list[tuple[str | None, str]] = []

    @classmethod
    def of_request(cls, **kwargs: Any) -> Any:
        """The form as sent, or filled with `kwargs` where nothing was sent."""
        return cls(request.form if request.method == "POST" else None, **kwargs)

    def show(self, refused: Invalid, names: Mapping[str, str] | None = None) -> None:
        """Take the mistakes in; `names`: a use case's field → the form's, where they differ."""
        self.show_all(refused.errors, names)

    def show_all(
        self, errors: Iterable[FieldError], names: Mapping[str, str] | None = None
    ) -> None:
        for error in errors:
            name = (names or {}).get(error.field, error.field)
            said = word(error.text)
            field = self._fields.get(name)
            if field is None:
                self.mistakes.append((None, said))
                continue
            field.errors = [*field.errors, said]
            self.mistakes.append(
                (field.id, say("{label}：{said}", label=word(field.label.text), said=said))
            )

    def text(self, name: str) -> str:
        """What was typed, without spaces around; empty if nothing was."""
        data = self._fields[name].data
        return "" if data is None or data is unset_value else str(data).strip()


def options(pairs: Iterable[tuple[str, Text | str]]) -> list[SelectChoice]:
    """What a list offers: values and what they are called."""
    return [SelectChoice(value, name) for value, name in pairs]


def chosen_id(field: Field) -> int | None:
    """The id chosen in a list; None for its empty first entry or anything that is no number."""
    data = str(field.data or "")
    return int(data) if data.isascii() and data.isdigit() and len(data) < 10 else None
