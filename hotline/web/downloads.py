"""Files handed out: with a name people can read, never run by the browser."""

from urllib.parse import quote

from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def file_answer(data: bytes, name: str, kind: str, *, inline: bool = False) -> Response:
    """A file as an attachment, or (inline) to be shown in a tab of its own."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    way = "inline" if inline else "attachment"
    answer = Response(data, mimetype=kind)
    answer.headers["Content-Disposition"] = (
        f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    )
    return answer
