"""Headers that every answer carries."""

from flask import Flask, Response, g, request

from hotline.web.current import current_settings

_CONTENT = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# The browser's own viewer shows a paper as an object; nothing else runs in one.
_PAPER = "default-src 'self'; object-src 'self'; base-uri 'none'; frame-ancestors 'none'"


def start(app: Flask) -> None:
    app.after_request(_add)


def _is_secret() -> bool:
    """Is this page's address a permission in itself, which no other page may hear of?"""
    return request.path.startswith("/n/")


def _add(answer: Response) -> Response:
    is_paper = answer.mimetype == "application/pdf"
    answer.headers.update(
        {
            "Content-Security-Policy": _PAPER if is_paper else _CONTENT,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer" if _is_secret() else "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "X-Request-ID": g.get("request_id", ""),
        }
    )
    if current_settings().security.secure_cookies:
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static" or answer.status_code >= 400:
        answer.headers["Cache-Control"] = "no-store"
    return answer
