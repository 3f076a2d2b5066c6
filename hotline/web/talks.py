"""One talk: why it is called for, its arrangement, its record, who did not come, its end."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import MultipleFileField, StringField, TextAreaField

from hotline import clock, words
from hotline.errors import Invalid, T, Text
from hotline.files.spreadsheets import moment
from hotline.loop import attachments, talk_records, talk_sheets, talks
from hotline.loop.talk_records import MOST_PROMISES, Minutes, Promise
from hotline.loop.talk_sheets import TalkSheet
from hotline.loop.talks import Arrangement
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.forms import RoomForm
from hotline.web.people import know_names
from hotline.web.uploads import files_hint, sent_files, show_refused
from hotline.web.wording import word

room = Blueprint("talks", __name__, url_prefix="/talks")

_ROWS = 3  # of commitments that an empty form offers


class ArrangeForm(RoomForm):
    person = StringField(T("被约谈人（职务、姓名）"))
    meets_at = StringField(T("约谈时间"))
    place = StringField(T("约谈地点"))
    host = StringField(T("约谈人"), description=T("由谁约谈，如分管负责人。"))
    demands = TextAreaField(T("另提的要求"), description=T("一行一条；写进通知书。"))
    reason = StringField(T("改期或重新约谈的原因"), description=T("写进新的通知书。"))


class RecordForm(RoomForm):
    held_at = StringField(T("约谈时间"))
    place = StringField(T("约谈地点"))
    present = TextAreaField(T("参加人员"), description=T("一行一人，写明单位和职务。"))
    account = TextAreaField(T("单位的说明"))
    demands = TextAreaField(T("约谈要求"), description=T("一行一条。"))
    report_due_on = StringField(T("后续报告期限"))

    def __init__(self, formdata: Any = None, **kwargs: Any):
        super().__init__(formdata, **kwargs)
        self.promises: list[dict[str, str]] = []

    def show(self, refused: Invalid, names: Any = None) -> None:
        """A commitment's mistakes stand at its row."""
        rows = [error for error in refused.errors if error.field.startswith("promise-")]
        super().show_all([error for error in refused.errors if error not in rows], names)
        for error in rows:
            _, n, name = error.field.split("-", 2)
            said = word(error.text)
            while len(self.promises) < int(n):
                self.promises.append({"what": "", "due_on": "", "person": ""})
            self.promises[int(n) - 1][f"{name}_wrong"] = said
            label = word(T("第 {n} 项承诺：{said}", n=n, said=said))
            self.mistakes.append((f"promise-{n}-{name}", label))


class MissForm(RoomForm):
    reason = StringField(T("未到会的情况"), description=T("写进通报。"))


class CancelForm(RoomForm):
    reason = StringField(
        T("取消约谈的原因"), description=T("本级管理员看得到，并记入日志；不通知对方。")
    )


class ReportForm(RoomForm):
    body = TextAreaField(T("约谈后的整改情况"))
    files = MultipleFileField(T("附件"))


class ReturnForm(RoomForm):
    reason = StringField(T("退回原因"), description=T("被约谈单位看得到。"))


Forms = dict[str, Any]
_FORMS: dict[str, type[RoomForm]] = {
    "arrange": ArrangeForm,
    "record": RecordForm,
    "miss": MissForm,
    "cancel": CancelForm,
    "report": ReportForm,
    "return": ReturnForm,
}


@room.get("/<int:talk_id>")
def show(talk_id: int) -> ResponseReturnValue:
    return _page(talk_id, {})


@room.post("/<int:talk_id>/arrange")
def arrange(talk_id: int) -> ResponseReturnValue:
    form = ArrangeForm.of_request(prefix="arrange-")
    new = Arrangement(
        person=form.text("person"),
        meets_at=_moment(form.text("meets_at")),
        place=form.text("place"),
        host=form.text("host"),
        demands=form.text("demands"),
    )

    def deed(session: Any) -> None:
        talks.arrange(
            session,
            current_actor(),
            talk_id,
            new,
            reason=form.text("reason"),
            settings=current_settings(),
            now=clock.now(),
        )

    return _try(talk_id, "arrange", form, deed, T("已拟约谈通知书，送审签发后通知对方。"))


@room.post("/<int:talk_id>/record")
def record(talk_id: int) -> ResponseReturnValue:
    form = RecordForm.of_request(prefix="record-")
    form.promises = _sent_promises()
    due = form.text("report_due_on")
    minutes = Minutes(
        held_at=_moment(form.text("held_at")),
        place=form.text("place"),
        present=form.text("present"),
        account=form.text("account"),
        demands=form.text("demands"),
        promises=tuple(
            Promise(row["what"], _day(row["due_on"]), row["person"]) for row in form.promises
        ),
        # What cannot be read lies outside of every range.
        report_due_on=(_day(due) or date.min) if due else None,
    )

    def deed(session: Any) -> None:
        talk_records.record(
            session,
            current_actor(),
            talk_id,
            minutes,
            settings=current_settings(),
            now=clock.now(),
        )

    return _try(talk_id, "record", form, deed, T("已登记约谈记录，送审签发后承诺列入整改台账。"))


@room.post("/<int:talk_id>/no-show")
def no_show(talk_id: int) -> ResponseReturnValue:
    form = MissForm.of_request(prefix="miss-")

    def deed(session: Any) -> None:
        reason = form.text("reason")
        talks.no_show(session, current_actor(), talk_id, reason=reason, now=clock.now())

    return _try(talk_id, "miss", form, deed, T("已登记未到会，并拟出通报。"))


@room.post("/<int:talk_id>/cancel")
def cancel(talk_id: int) -> ResponseReturnValue:
    form = CancelForm.of_request(prefix="cancel-")

    def deed(session: Any) -> None:
        talks.cancel(session, current_actor(), talk_id, reason=form.text("reason"), now=clock.now())

    return _try(talk_id, "cancel", form, deed, T("约谈已取消。"))


@room.post("/<int:talk_id>/report")
def report(talk_id: int) -> ResponseReturnValue:
    form = ReportForm.of_request()

    def deed(session: Any) -> None:
        talk_records.report(
            session,
            current_actor(),
            talk_id,
            body=form.text("body"),
            files=sent_files(),
            settings=current_settings(),
            now=clock.now(),
        )

    return _try(talk_id, "report", form, deed, T("后续报告已报送。"))


@room.post("/<int:talk_id>/return")
def return_(talk_id: int) -> ResponseReturnValue:
    form = ReturnForm.of_request(prefix="return-")

    def deed(session: Any) -> None:
        reason = form.text("reason")
        talk_records.return_report(
            session, current_actor(), talk_id, reason=reason, now=clock.now()
        )

    return _try(talk_id, "return", form, deed, T("已退回后续报告。"))


@room.post("/<int:talk_id>/close")
def close(talk_id: int) -> ResponseReturnValue:
    with current_database().write() as session:
        talk_records.close(session, current_actor(), talk_id, now=clock.now())
    return _done(talk_id, T("约谈已办结。"))


def _try(
    talk_id: int, name: str, form: RoomForm, deed: Callable[[Any], None], said: Text
) -> ResponseReturnValue:
    """Do it, or show the form again with what is wrong."""
    try:
        with current_database().write() as session:
            deed(session)
    except Invalid as refused:
        if isinstance(form, RecordForm):
            form.show(refused)
        else:
            show_refused(form, refused)
        return _page(talk_id, {name: form})
    return _done(talk_id, said)


def _done(talk_id: int, said: Text) -> ResponseReturnValue:
    flash(word(said))
    return redirect(url_for("talks.show", talk_id=talk_id), 303)


def _page(talk_id: int, refused: Forms) -> ResponseReturnValue:
    settings = current_settings()
    know_names()
    with current_database().read() as session:
        sheet = talk_sheets.sheet_for(
            session, current_actor(), talk_id, settings=settings, now=clock.now()
        )
        page = render_template(
            "talks/show.html",
            sheet=sheet,
            talk=sheet.talk,
            forms=_fresh(sheet) | refused,
            open_form=next(iter(refused), ""),
            accept=attachments.accepted(settings),
            files_hint=files_hint(),
            days=settings.ladder.talk_report_days,
            notice_days=settings.ladder.talk_notice_days,
            state_words=words.TALK_STATE,
            kind_words=words.NOTICE_KIND,
            task_words=words.RECTIFICATION_STATE,
            rows_of=rows_of,
        )
    return page, 400 if refused else 200


def _fresh(sheet: TalkSheet) -> Forms:
    """Every form as it is before anyone typed in it; what is known already stands in it."""
    talk = sheet.talk
    forms: Forms = {
        name: form(None, prefix="" if name == "report" else f"{name}-")
        for name, form in _FORMS.items()
    }
    arrange, record = forms["arrange"], forms["record"]
    usual = current_settings().issuer(talk.round.area_code, talk.round.area.name, talk.round.level)
    arrange.person.data, arrange.place.data, arrange.demands.data = (
        talk.person,
        talk.place,
        talk.demands if talk.held_at is None else "",
    )
    arrange.host.data = talk.host or usual
    arrange.meets_at.data = _typed(talk.meets_at)
    record.held_at.data = _typed(talk.held_at or talk.meets_at)
    record.place.data = talk.held_place or talk.place
    record.present.data, record.account.data = talk.present, talk.account
    record.demands.data = talk.demands
    record.report_due_on.data = talk.report_due_on.isoformat() if talk.report_due_on else ""
    record.promises = [
        {"what": one.what, "due_on": one.due_on.isoformat(), "person": one.person}
        for one, _task in sheet.tasks
    ]
    return forms


def rows_of(form: RecordForm) -> list[dict[str, str]]:
    """The commitments as the form shows them: those there are, and some empty rows."""
    blank = {"what": "", "due_on": "", "person": ""}
    wanted = max(_ROWS, len(form.promises) + 1)
    return [*form.promises, *([blank] * (min(wanted, MOST_PROMISES) - len(form.promises)))]


def _sent_promises() -> list[dict[str, str]]:
    """The rows that were filled in; empty ones do not count."""
    names = ("what", "due_on", "person")
    columns = [request.form.getlist(f"promise-{name}") for name in names]
    rows = [
        {name: text.strip() for name, text in zip(names, row, strict=True)}
        for row in zip(*columns, strict=False)
    ]
    return [row for row in rows if any(row.values())]


def _moment(typed: str) -> datetime | None:
    with suppress(ValueError):
        return moment(typed)
    return None


def _day(typed: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(typed)
    return None


def _typed(at: datetime | None) -> str:
    return f"{clock.local(at):%Y-%m-%dT%H:%M}" if at else ""
