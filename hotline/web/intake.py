"""What of a request is taken in at all, before any room looks at it."""

from collections.abc import Iterable, Iterator

from flask import Flask, Response, abort, request
from werkzeug.datastructures import FileStorage
from werkzeug.routing import IntegerConverter, Map

MOST = 2**31 - 1  # PostgreSQL's integer, which every id is
LONGEST = 20_000  # characters of one field; what may be typed at length ends well below
_MOST_LEFT = 100_000_000  # bytes of a refused upload
_STEP = 1 << 16


class RowId(IntegerConverter):
    """An id in an address: no more than a row can have."""

    regex = r"[0-9]{1,10}"

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=MOST)


def start(app: Flask) -> None:
    """Call it before routes are told. A redirect that mends an address would name a host."""
    app.url_map.merge_slashes = False
    app.url_map.converters["int"] = RowId
    app.before_request(_address)
    app.after_request(_take_the_rest)


def row_id(text: str) -> int:
    """An id that was sent in a form. Raises ValueError for what no row can have."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MOST):
        raise ValueError(text)
    return int(text)


def check_form() -> None:
    """Refuse texts that a database cannot hold, and fields too long to be typed.

    Comparing Unicode forms takes time by the square of the length; hence a limit of its own.
    """
    if request.method != "POST":
        return
    texts = [text for name in request.form for text in (name, *request.form.getlist(name))]
    if any(len(text) > LONGEST for text in texts):
        abort(413)
    if _has_nul((*texts, *(sent.filename or "" for sent in _files()))):
        abort(400)


def _files() -> Iterator[FileStorage]:
    for name in request.files:
        yield from request.files.getlist(name)


def _address() -> None:
    if request.method == "HEAD":
        # The same as GET for every room; the server leaves the body out.
        request.method = "GET"
    if "\0" in request.path:
        abort(404)
    if _has_nul(text for pair in request.args.items(multi=True) for text in pair):
        abort(400)


def _take_the_rest(response: Response) -> Response:
    """Read on where a room answered before it had read all of an upload.

    Whoever is cut off while they send never sees the answer; a proxy makes an error of its own.
    """
    # Only then does the body end where the request does, and not with the connection.
    if request.method == "POST" and request.environ.get("wsgi.input_terminated"):
        body, left = request.environ["wsgi.input"], _MOST_LEFT
        while left > 0 and (read := len(body.read(_STEP))):
            left -= read
    return response


def _has_nul(texts: Iterable[str]) -> bool:
    return any("\0" in text for text in texts)
