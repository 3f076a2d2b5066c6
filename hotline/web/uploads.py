"""Files that a browser sends: tables to import, and what comes with reports and appeals."""

from collections.abc import Sequence

from flask import request
from werkzeug.datastructures import FileStorage

from hotline.errors import FieldError, Invalid, T
from hotline.files.spreadsheets import Column, TableFile, read_table
from hotline.loop.attachments import FIELD, Upload
from hotline.web.current import current_settings
from hotline.web.forms import RoomForm
from hotline.web.wording import say


def sent_table(sent: FileStorage | None, columns: Sequence[Column]) -> TableFile:
    """The rows of an uploaded file. Raises Invalid if none was chosen or it cannot be read."""
    if sent is None or not sent.filename:
        raise Invalid.one("", T("请先选择文件。"))
    limits = current_settings().imports
    return read_table(
        sent.read(),
        sent.filename,
        columns,
        max_bytes=limits.max_bytes,
        max_rows=limits.max_rows,
    )


def sent_files() -> list[Upload]:
    """The attachments of a form; an empty choice of files is none."""
    uploads = []
    for sent in request.files.getlist(FIELD):
        if sent.filename:
            uploads.append(Upload(sent.filename, sent.read()))
        sent.close()
    return uploads


def show_refused(form: RoomForm, refused: Invalid) -> None:
    """Put the mistakes where they belong; each file that was refused is named."""
    form.show_all(
        error
        if not error.value
        else FieldError(error.field, T("{name}：{said}", name=error.value, said=error.text))
        for error in refused.errors
    )


def files_hint() -> str:
    """Which files may be sent, how large and how many."""
    limits = current_settings().uploads
    return say(
        "{kinds}；每个不超过 {mb} MB，至多 {n} 个。",
        kinds="、".join(limits.kinds),
        mb=f"{limits.max_bytes / 1_000_000:g}",
        n=limits.max_files,
    )
