"""Accounts: list, add, change, reset a password, shut out."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField

from hotline import clock, rights, words
from hotline.accounts import users
from hotline.accounts.passwords import temporary_password
from hotline.errors import Invalid, T
from hotline.models.people import User
from hotline.web.current import current_actor, current_database
from hotline.web.forms import RoomForm, chosen_id, options
from hotline.web.wording import say, word

room = Blueprint("users", __name__, url_prefix="/users")


class UserForm(RoomForm):
    name = StringField(T("用户名"), description=T("登录用，建好后不能改。"))
    full_name = StringField(T("姓名"))
    email = StringField(T("电子邮箱"), description=T("督办提醒发到这里；不填则只在首页提醒。"))
    role = SelectField(T("角色"))
    area_code = SelectField(
        T("市（汇总分组）"), description=T("市级账号必填；省级、责任单位和审计员不用填。")
    )
    unit_id = SelectField(
        T("责任单位"), description=T("责任单位账号必填；检查员填本人所在单位，不会派给其抽查。")
    )

    def offer(self, session: Session) -> "UserForm":
        """Fill the lists with what the actor may give."""
        actor = current_actor()
        self.role.choices = options((r, words.ROLE[r]) for r in rights.roles_given_by(actor))
        areas = users.groups(session, actor)
        none = [("", T("（不填）"))]
        self.area_code.choices = options(
            [*(none if len(areas) != 1 else []), *((area.code, area.name) for area in areas)]
        )
        units = users.units(session, actor)
        self.unit_id.choices = options(
            [
                *none,
                *(
                    (str(unit.id), say("{name}（{of}）", name=unit.name, of=unit.area.name))
                    for unit in units
                ),
            ]
        )
        return self

    def profile(self) -> users.Profile:
        role = self.text("role")
        of_city = role in rights.CITY_ROLES
        return users.Profile(
            role=role,
            full_name=self.text("full_name"),
            area_code=(self.text("area_code") or None) if of_city else None,
            unit_id=chosen_id(self.unit_id),
            email=self.text("email"),
        )


@room.get("")
def index() -> ResponseReturnValue:
    search, role = request.args.get("q", "").strip()[:60], request.args.get("role", "")
    with current_database().read() as session:
        found = users.find(session, current_actor(), search=search, role=role)
        roles = rights.roles_given_by(current_actor())
        return render_template(
            "users/index.html",
            users=found,
            unled=[area.name for area in users.unled_areas(session, current_actor())],
            search=search,
            role=role,
            roles=[(name, words.ROLE[name]) for name in roles],
            role_words=words.ROLE,
            now=clock.now(),
        )


@room.route("/new", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    with current_database().read() as session:
        form = UserForm.of_request().offer(session)
    if request.method == "GET":
        return render_template("users/form.html", form=form, user=None)
    password = temporary_password()
    try:
        with current_database().write() as session:
            user = users.add(
                session,
                current_actor(),
                users.NewUser(form.text("name"), password, form.profile()),
                now=clock.now(),
            )
    except Invalid as refused:
        form.show(refused)
        return render_template("users/form.html", form=form, user=None), 400
    return render_template("users/password.html", name=user.name, password=password, is_new=True)


@room.route("/<int:user_id>", methods=["GET", "POST"])
def edit(user_id: int) -> ResponseReturnValue:
    with current_database().read() as session:
        user = users.get_for(session, current_actor(), user_id)
        form = UserForm.of_request(
            name=user.name,
            full_name=user.full_name,
            email=user.email or "",
            role=user.role,
            area_code=user.area_code or "",
            unit_id=str(user.unit_id or ""),
        ).offer(session)
    if request.method == "GET":
        return render_template("users/form.html", form=form, user=user)
    try:
        with current_database().write() as session:
            held = users.get_for(session, current_actor(), user_id)
            users.update(session, current_actor(), held, form.profile(), now=clock.now())
    except Invalid as refused:
        form.show(refused)
        return render_template("users/form.html", form=form, user=user), 400
    flash(word(T("已保存账号 {name}。", name=user.name)))
    return redirect(url_for("users.index"))


@room.post("/<int:user_id>/reset")
def reset(user_id: int) -> ResponseReturnValue:
    with current_database().write() as session:
        user = users.get_for(session, current_actor(), user_id)
        password = users.reset_password(session, current_actor(), user, now=clock.now())
    return render_template("users/password.html", name=user.name, password=password, is_new=False)


@room.post("/<int:user_id>/activate")
def activate(user_id: int) -> ResponseReturnValue:
    user = _set_active(user_id, True)
    flash(word(T("已启用账号 {name}。", name=user.name)))
    return redirect(url_for("users.index"))


@room.post("/<int:user_id>/deactivate")
def deactivate(user_id: int) -> ResponseReturnValue:
    user = _set_active(user_id, False)
    flash(word(T("已停用账号 {name}。", name=user.name)))
    return redirect(url_for("users.index"))


def _set_active(user_id: int, active: bool) -> User:
    with current_database().write() as session:
        user = users.get_for(session, current_actor(), user_id)
        users.set_active(session, current_actor(), user, active, now=clock.now())
    return user
