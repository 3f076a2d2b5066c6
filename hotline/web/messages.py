"""E-mails that are no papers: what became of the day's lists and of the reports."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline import clock, words
from hotline.delivery import mail_errors, message_panels
from hotline.errors import Conflict, T
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.intake import row_id
from hotline.web.wording import say, word

room = Blueprint("messages", __name__, url_prefix="/messages")

_ALL = ("", T("全部"))
_STATES = {
    message_panels.WAITING: T("待处理"),
    **{state: words.MESSAGE_STATE[state] for state in message_panels.STATES[1:]},
}


@room.get("")
def index() -> ResponseReturnValue:
    kind, state = _filters()
    with current_database().read() as session:
        found = message_panels.find(
            session,
            current_actor(),
            kind=kind,
            state=state,
            settings=current_settings(),
            now=clock.now(),
            page=request.args.get("page", 1, type=int),
        )
    return render_template(
        "messages/index.html",
        found=found,
        kind=kind,
        state=state,
        kinds=[_ALL, *words.MESSAGE_KIND.items()],
        states=[_ALL, *_STATES.items()],
        of_kind=words.MESSAGE_KIND,
        of_state=words.MESSAGE_STATE,
        why=mail_errors.explain,
        is_ours=mail_errors.is_ours,
    )


@room.post("/<int:message_id>")
def decide(message_id: int) -> ResponseReturnValue:
    try:
        with current_database().write() as session:
            found = message_panels.decide(
                session,
                current_actor(),
                message_id,
                request.form.get("decision", ""),
                settings=current_settings(),
                now=clock.now(),
            )
    except Conflict as refused:
        flash(word(refused.text))
        return _back()
    flash(word(T("已记下：{said}。", said=words.MESSAGE_STATE[found.state])))
    return _back()


@room.post("/leave")
def leave() -> ResponseReturnValue:
    """Those that were listed, and no others that may have come since."""
    listed = request.form.getlist("id")[: message_panels.PAGE]
    ids = {row_id(one) for one in listed if one.isascii() and one.isdigit() and len(one) < 10}
    with current_database().write() as session:
        n = message_panels.leave(
            session, current_actor(), ids, settings=current_settings(), now=clock.now()
        )
    flash(say("已记下 {n} 封已知悉，不再发送。", n=n))
    return _back()


def _filters() -> tuple[str, str]:
    kind, state = request.values.get("kind", ""), request.values.get("state", "")
    return (kind if kind in words.MESSAGE_KIND else "", state if state in _STATES else "")


def _back() -> ResponseReturnValue:
    kind, state = _filters()
    return redirect(url_for("messages.index", kind=kind or None, state=state or None), 303)
