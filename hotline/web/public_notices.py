"""The page behind a paper's link: read it, sign for it, report, appeal; without an account.

The address itself is the permission, so there is no session that another site could borrow, and
no token against that. Looking at a page changes nothing but the list of openings.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import MultipleFileField, StringField, TextAreaField

from hotline import clock, words
from hotline.delivery import links, receipts, visits
from hotline.delivery.links import Visit
from hotline.errors import Conflict, Forbidden, Gone, HotlineError, Invalid, NotFound, T
from hotline.files import storage
from hotline.loop import appeals, attachments, rectifications
from hotline.papers import openings
from hotline.papers.notices import file_name
from hotline.web.current import current_database, current_key, current_settings
from hotline.web.downloads import PDF, file_answer
from hotline.web.forms import RoomForm
from hotline.web.refusals import status_of
from hotline.web.uploads import files_hint, sent_files, show_refused
from hotline.web.wording import word

room = Blueprint("public_notices", __name__, url_prefix="/n/<token>")


class ReceiptForm(RoomForm):
    signer = StringField(T("签收人"))
    post = StringField(T("职务"))
    phone = StringField(T("联系电话"))


class ItemForm(RoomForm):
    """A form that stands on the page once an item."""

    @classmethod
    def about(cls, item_id: int) -> Any:
        """As sent; its fields are told apart from the same ones of other items."""
        return cls.of_request()._told_apart(item_id)

    @classmethod
    def blank(cls, item_id: int) -> Any:
        return cls()._told_apart(item_id)

    def _told_apart(self, item_id: int) -> "ItemForm":
        for one in self:
            one.id = f"{one.name}-{item_id}"
        return self


class ReportForm(ItemForm):
    body = TextAreaField(T("整改情况"), description=T("写明原因、已采取的措施和现在的情况。"))
    reporter = StringField(T("报送人"))
    files = MultipleFileField(T("附件"))


class AppealForm(ItemForm):
    body = TextAreaField(T("申诉的事实和理由"), description=T("写明对哪一次拨测、哪一项有异议。"))
    appellant = StringField(T("申诉人"))
    files = MultipleFileField(T("附件"))


@room.get("")
def show(token: str) -> ResponseReturnValue:
    return _page(_arrive(token, "page"))


@room.get("/paper.pdf")
def pdf(token: str) -> ResponseReturnValue:
    """The paper in a tab of its own; with `download`, as a file."""
    visit = _arrive(token, "pdf")
    with current_database().read() as session:
        data = storage.fetch(session, str(visit.notice.file))
    name = f"{file_name(visit.notice)}.pdf"
    return file_answer(data, name, PDF, inline="download" not in request.args)


@room.post("/receipt")
def sign(token: str) -> ResponseReturnValue:
    form = ReceiptForm.of_request()
    with current_database().read() as session:
        visit = _visit(session, token)
    try:
        with current_database().write() as session:
            receipts.sign(
                session,
                visit.actor,
                visit.notice.id,
                signer=form.text("signer"),
                post=form.text("post"),
                phone=form.text("phone"),
                now=clock.now(),
                link_id=visit.link.id,
            )
    except Invalid as refused:
        form.show(refused)
        return _page(visit, receipt_form=form), 400
    except Conflict as refused:
        return _back(token, refused)
    return _back(token, T("已签收。"))


@room.post("/rectifications/<int:rectification_id>")
def report(token: str, rectification_id: int) -> ResponseReturnValue:
    form = ReportForm.about(rectification_id)
    with current_database().read() as session:
        visit = _visit(session, token)
        visits.require_task(session, visit, rectification_id)
    try:
        with current_database().write() as session:
            rectifications.report(
                session,
                visit.actor,
                rectification_id,
                body=form.text("body"),
                reporter=form.text("reporter"),
                files=sent_files(),
                settings=current_settings(),
                now=clock.now(),
            )
    except Invalid as refused:
        show_refused(form, refused)
        return _page(visit, report_forms={rectification_id: form}), 400
    except (Conflict, Forbidden) as refused:
        return _back(token, refused)
    return _back(token, T("整改情况已报送。"))


@room.post("/findings/<int:finding_id>")
def appeal(token: str, finding_id: int) -> ResponseReturnValue:
    form = AppealForm.about(finding_id)
    with current_database().read() as session:
        visit = _visit(session, token)
        visits.require_finding(session, visit, finding_id)
    try:
        with current_database().write() as session:
            appeals.file(
                session,
                visit.actor,
                finding_id,
                body=form.text("body"),
                appellant=form.text("appellant"),
                files=sent_files(),
                settings=current_settings(),
                now=clock.now(),
            )
    except Invalid as refused:
        show_refused(form, refused)
        return _page(visit, appeal_forms={finding_id: form}), 400
    except (Conflict, Forbidden) as refused:
        return _back(token, refused)
    return _back(token, T("申诉已提交。"))


@room.errorhandler(NotFound)
@room.errorhandler(Gone)
def refuse(error: HotlineError) -> ResponseReturnValue:
    """Says what to do, and nothing of any paper."""
    return _closed(status_of(error), error.text)


@room.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    limit = current_settings().uploads.max_total_bytes // 1_000_000
    return _closed(413, T("附件合计超过 {n} MB，没有收下。请压缩后再报送。", n=limit))


@room.after_request
def keep_to_yourself(answer: Any) -> Any:
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer


def _arrive(token: str, way: Any) -> Visit:
    """Who comes, noted as an opening unless a machine only asks for the head."""
    with current_database().write() as session:
        visit = _visit(session, token)
        if request.environ["REQUEST_METHOD"] == "GET":
            openings.note(
                session,
                visit.notice,
                way=way,
                by=visit.actor.name,
                link_id=visit.link.id,
                now=clock.now(),
            )
    return visit


def _visit(session: Any, token: str) -> Visit:
    return links.visitor(session, token, key=current_key(), now=clock.now())


def _page(
    visit: Visit,
    *,
    receipt_form: ReceiptForm | None = None,
    report_forms: Mapping[int, ReportForm] = MappingProxyType({}),
    appeal_forms: Mapping[int, AppealForm] = MappingProxyType({}),
) -> str:
    """The page; the form that was refused stands where it was sent, with what was typed."""
    settings = current_settings()
    with current_database().read() as session:
        opened = visits.look(session, visit, settings=settings, now=clock.now())
    tasks = [task.rectification.id for task in opened.tasks]
    findings = [one.finding.id for one in opened.findings]
    return render_template(
        "public_notices/show.html",
        opened=opened,
        notice=visit.notice,
        unit=visit.unit,
        link=visit.link,
        token_=request.view_args["token"] if request.view_args else "",
        receipt_form=receipt_form or ReceiptForm(),
        report_forms={id_: ReportForm.blank(id_) for id_ in tasks} | dict(report_forms),
        appeal_forms={id_: AppealForm.blank(id_) for id_ in findings} | dict(appeal_forms),
        issuer=settings.issuer(
            visit.notice.round.area_code, visit.notice.round.area.name, visit.notice.round.level
        ),
        accept=attachments.accepted(settings),
        files_hint=files_hint(),
        kind_words=words.NOTICE_KIND,
        state_words=words.RECTIFICATION_STATE,
        step_words=words.RECTIFICATION_STEP,
        appeal_words=words.APPEAL_STATE,
    )


def _closed(status: int, said: Any) -> tuple[str, int]:
    page = render_template(
        "public_notices/closed.html",
        status=status,
        said=said,
        contact=current_settings().papers.contact,
    )
    return page, status


def _back(token: str, said: Any) -> ResponseReturnValue:
    flash(word(said.text if isinstance(said, HotlineError) else said))
    return redirect(url_for("public_notices.show", token=token), 303)
