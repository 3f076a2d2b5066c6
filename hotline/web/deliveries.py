"""How issued papers reach their units: e-mails, links, receipts; a round's papers in one file."""

from typing import Any, Literal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import StringField

from hotline import clock, words
from hotline.delivery import delivery_panels, links, mail_errors, receipts
from hotline.errors import Conflict, Invalid, NotFound, T
from hotline.issuing import paper_bundles
from hotline.models.papers import Notice
from hotline.papers import notices, openings
from hotline.web.current import current_actor, current_database, current_key, current_settings
from hotline.web.downloads import PDF, file_answer
from hotline.web.forms import RoomForm
from hotline.web.intake import row_id
from hotline.web.wording import word

room = Blueprint("deliveries", __name__)


class ReceiptForm(RoomForm):
    signer = StringField(T("签收人"))
    post = StringField(T("职务"))
    phone = StringField(T("联系电话"))


def about(session: Session, notice: Notice) -> dict[str, Any]:
    """What `notices/parts_delivery.html` shows on a paper's page to whoever asks."""
    actor = current_actor()
    return {
        "delivery": delivery_panels.delivery_panel(
            session,
            actor,
            notice,
            key=current_key(),
            settings=current_settings(),
            now=clock.now(),
        ),
        "slip": delivery_panels.slip(session, actor, notice),
        "delivery_states": words.DELIVERY_STATE,
        "delivery_decisions": words.DELIVERY_DECISION,
        "link_states": words.LINK_STATE,
        "opening_ways": words.OPENING_WAY,
        "why": mail_errors.explain,
        "is_ours": mail_errors.is_ours,
    }


def note_opening(notice: Notice, way: Literal["page", "pdf"]) -> None:
    """Someone with an account opened a paper; of a draft nothing is noted."""
    if notice.is_draft or request.environ["REQUEST_METHOD"] != "GET":
        return
    with current_database().write() as session:
        openings.note(session, notice, way=way, by=current_actor().name, now=clock.now())


@room.post("/deliveries/<int:delivery_id>")
def decide(delivery_id: int) -> ResponseReturnValue:
    with current_database().write() as session:
        found = delivery_panels.decide(
            session,
            current_actor(),
            delivery_id,
            request.form.get("decision", ""),
            settings=current_settings(),
            now=clock.now(),
        )
    flash(word(T("已记下：{said}。", said=words.DELIVERY_STATE[found.state])))
    return _to(found.notice_id)


@room.post("/notices/<int:notice_id>/deliveries")
def queue(notice_id: int) -> ResponseReturnValue:
    with current_database().write() as session:
        queued = delivery_panels.queue_more(
            session, current_actor(), notice_id, settings=current_settings(), now=clock.now()
        )
    flash(word(T("已将 {n} 封邮件列入发送。", n=queued)))
    return _to(notice_id)


@room.post("/notices/<int:notice_id>/links")
def link(notice_id: int) -> ResponseReturnValue:
    try:
        unit_id = row_id(request.form.get("unit_id", ""))
    except ValueError:
        raise NotFound(T("这份文书不发给这个单位。")) from None
    with current_database().write() as session:
        links.offer(
            session,
            current_actor(),
            notice_id,
            unit_id,
            settings=current_settings(),
            now=clock.now(),
        )
    flash(word(T("已生成链接，见下面的列表。")))
    return _to(notice_id, "links")


@room.post("/links/<int:link_id>/revoke")
def revoke(link_id: int) -> ResponseReturnValue:
    with current_database().write() as session:
        found = links.revoke(session, current_actor(), link_id, now=clock.now())
    flash(word(T("已停用链接。")))
    return _to(found.notice_id, "links")


@room.route("/notices/<int:notice_id>/receipt", methods=["GET", "POST"])
def receipt(notice_id: int) -> ResponseReturnValue:
    with current_database().read() as session:
        actor = current_actor()
        notice = notices.get_for(session, actor, notice_id)
        signed = delivery_panels.slip(session, actor, notice)
    form = ReceiptForm.of_request()
    if request.method == "GET":
        if signed is None or signed.receipt is not None:
            return _to(notice_id)
        return render_template("notices/receipt.html", form=form, notice=notice)
    try:
        with current_database().write() as session:
            receipts.sign(
                session,
                actor,
                notice_id,
                signer=form.text("signer"),
                post=form.text("post"),
                phone=form.text("phone"),
                now=clock.now(),
            )
    except Invalid as refused:
        form.show(refused)
        return render_template("notices/receipt.html", form=form, notice=notice), 400
    except Conflict as refused:
        flash(word(refused.text))
        return _to(notice_id)
    flash(word(T("已签收。")))
    return _to(notice_id)


@room.get("/notices/zip")
def zip_() -> ResponseReturnValue:
    code = request.args.get("round", "")
    with current_database().read() as session:
        data = paper_bundles.zipped(session, current_actor(), code)
    return file_answer(data, f"{code}-文书.zip", "application/zip")


@room.get("/notices/print")
def print_() -> ResponseReturnValue:
    code = request.args.get("round", "")
    with current_database().read() as session:
        data = paper_bundles.print_file(session, current_actor(), code, settings=current_settings())
    return file_answer(data, f"{code}-文书.pdf", PDF, inline=True)


def _to(notice_id: int, anchor: str = "delivery") -> ResponseReturnValue:
    return redirect(url_for("notices.show", notice_id=notice_id, _anchor=anchor), 303)
