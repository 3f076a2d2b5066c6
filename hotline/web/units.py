"""Units: where their papers are sent, and whom to call there."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from hotline import clock
from hotline.errors import Invalid, T
from hotline.registry import units
from hotline.registry.units import FIELD_WORD, Contact
from hotline.web.current import current_actor, current_database
from hotline.web.forms import RoomForm
from hotline.web.wording import word

room = Blueprint("units", __name__, url_prefix="/units")


class ContactForm(RoomForm):
    email = StringField(
        FIELD_WORD["email"],
        description=T("文书签发后发到这里；留空则不发邮件，由您转交链接或文件。"),
    )
    contact = StringField(FIELD_WORD["contact"])
    contact_phone = StringField(FIELD_WORD["contact_phone"])


@room.get("")
def index() -> ResponseReturnValue:
    search = request.args.get("q", "").strip()[:100]
    without_email = request.args.get("email") == "none"
    with current_database().read() as session:
        found = units.find(
            session,
            current_actor(),
            search=search,
            without_email=without_email,
            page=request.args.get("page", 1, type=int),
        )
    return render_template(
        "units/index.html",
        found=found,
        search=search,
        chosen="none" if without_email else "",
        emails=[("", T("全部")), ("none", T("没有邮箱"))],
    )


@room.route("/<int:unit_id>", methods=["GET", "POST"])
def edit(unit_id: int) -> ResponseReturnValue:
    with current_database().read() as session:
        unit = units.get_for(session, current_actor(), unit_id)
    form = ContactForm.of_request(**{name: getattr(unit, name) or "" for name in FIELD_WORD})
    if request.method == "GET":
        return render_template("units/form.html", form=form, unit=unit)
    given = Contact(**{name: form.text(name) for name in FIELD_WORD})
    try:
        with current_database().write() as session:
            units.update(session, current_actor(), unit_id, given, now=clock.now())
    except Invalid as refused:
        form.show(refused)
        return render_template("units/form.html", form=form, unit=unit), 400
    flash(word(T("已保存{name}的联系方式。", name=unit.name)))
    return redirect(url_for("units.index"))
