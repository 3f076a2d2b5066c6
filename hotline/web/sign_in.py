"""In and out, and one's own password."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, StringField

from hotline import clock
from hotline.accounts import sign_ins, users
from hotline.accounts.passwords import SHORTEST
from hotline.errors import Invalid, T
from hotline.web.current import (
    begin_session,
    current_actor,
    current_database,
    current_settings,
    session_key,
)
from hotline.web.forms import RoomForm
from hotline.web.guard import safe_next
from hotline.web.wording import word

room = Blueprint("sign_in", __name__)


class EmailForm(RoomForm):
    email = StringField(T("电子邮箱"), description=T("督办提醒发到这里；不填则只在首页提醒。"))


class SignInForm(RoomForm):
    name = StringField(T("用户名"))
    password = PasswordField(T("密码"))


class PasswordForm(RoomForm):
    current = PasswordField(T("当前密码"))
    password = PasswordField(
        T("新密码"), description=T("至少 {n} 个字符，不含用户名。", n=SHORTEST)
    )
    again = PasswordField(T("再输一次新密码"))


@room.route("/sign-in", methods=["GET", "POST"])
def enter() -> ResponseReturnValue:
    onward = safe_next(request.values.get("next")) or url_for("home.today")
    if g.signed_in is not None and request.method == "GET":
        return redirect(onward)
    form = SignInForm.of_request()
    if request.method == "GET":
        return render_template("sign_in.html", form=form, onward=onward)
    now = clock.now()
    answer = sign_ins.authenticate(
        current_database(),
        form.text("name"),
        form.password.data or "",
        security=current_settings().security,
        now=now,
    )
    if answer.user is None:
        form.mistakes.append((form.name.id, word(answer.refusal or T("用户名或密码不正确。"))))
        return render_template("sign_in.html", form=form, onward=onward), 401
    begin_session(session_key(answer.user.id, answer.user.epoch), now)
    return redirect(onward)


@room.post("/email")
def email() -> ResponseReturnValue:
    """Where one's own reminders go."""
    form = EmailForm.of_request()
    try:
        with current_database().write() as writing:
            users.set_own_email(writing, current_actor(), form.text("email"), now=clock.now())
    except Invalid as refused:
        form.show(refused)
        return render_template("password.html", form=PasswordForm(), mail=form), 400
    flash(word(T("已保存电子邮箱。")))
    return redirect(url_for("sign_in.password"), 303)


@room.post("/sign-out")
def leave() -> ResponseReturnValue:
    with current_database().write() as writing:
        sign_ins.sign_out(writing, current_actor(), now=clock.now())
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    flash(word(T("已退出。")))
    return redirect(url_for("sign_in.enter"))


@room.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    form = PasswordForm.of_request()
    if request.method == "POST":
        now = clock.now()
        try:
            with current_database().write() as writing:
                user = sign_ins.change_password(
                    writing,
                    current_actor(),
                    form.current.data or "",
                    form.password.data or "",
                    form.again.data or "",
                    now=now,
                )
        except Invalid as refused:
            form.show(refused)
            return render_template("password.html", form=form, mail=_own_email()), 400
        begin_session(session_key(user.id, user.epoch), now)
        flash(word(T("密码已修改。")))
        return redirect(url_for("home.today"))
    return render_template("password.html", form=form, mail=_own_email())


def _own_email() -> EmailForm:
    with current_database().read() as reading:
        return EmailForm(email=users.own_email(reading, current_actor()))
