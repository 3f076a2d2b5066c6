"""Accounts: who may make which, what each must hold, and the pages for it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.accounts import users
from hotline.accounts.passwords import matches
from hotline.accounts.users import NewUser, Profile
from hotline.errors import Forbidden, Invalid, NotFound
from hotline.models.people import User
from hotline.rights import Actor
from tests.factories import NOW, OPERATOR, actor_for, make_areas, make_line, make_unit, make_user
from tests.web.browsing import text_of

PASSWORD = "water under the bridge"


@pytest.fixture
def office(database):
    """Areas, one line of 长安区 with its unit, one of 唐山's 路南区."""
    with database.write() as session:
        make_areas(session)
        make_line(session, area_code="130102")
        make_line(session, area_code="130202")
    return database


def add(session, actor: Actor = OPERATOR, name: str = "someone", **profile: object) -> User:
    new = NewUser(name, PASSWORD, Profile(**{"role": "auditor", **profile}))
    return users.add(session, actor, new, now=NOW)


def fields_of(refused: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {error.field for error in refused.value.errors}


class TestWhatAnAccountHolds:
    def test_a_province_account_gets_the_province(self, office):
        with office.write() as session:
            for role in ("province_admin", "province_inspector"):
                assert add(session, name=role, role=role).area_code == "130000"

    def test_a_city_account_needs_a_reporting_group(self, office):
        with office.write() as session:
            for code in ("130100", "130181", "130682"):
                made = add(session, name=f"in-{code}", role="city_inspector", area_code=code)
                assert made.area_code == code
            for code in (None, "130000", "130102", "999999"):
                with pytest.raises(Invalid) as refused:
                    add(session, role="city_admin", area_code=code)
                assert fields_of(refused) == {"area_code"}

    def test_a_reader_needs_a_unit_and_gets_its_group(self, office):
        with office.write() as session:
            unit = make_unit(session, "130102", "长安区水利局")
            made = add(session, name="reader", role="unit_reader", unit_id=unit.id)
            assert (made.unit_id, made.area_code) == (unit.id, "130100")
            for unit_id in (None, 9999):
                with pytest.raises(Invalid) as refused:
                    add(session, role="unit_reader", unit_id=unit_id)
                assert fields_of(refused) == {"unit_id"}

    def test_an_auditor_has_neither(self, office):
        with office.write() as session:
            made = add(session, role="auditor", area_code="130100", unit_id=1)
            assert (made.area_code, made.unit_id) == (None, None)

    def test_an_inspector_may_belong_to_a_unit_and_an_administrator_may_not(self, office):
        with office.write() as session:
            unit = make_unit(session, "130102", "长安区水利局")
            said = {"area_code": "130100", "unit_id": unit.id}
            assert add(session, name="aa", role="city_inspector", **said).unit_id == unit.id
            assert add(session, name="bb", role="city_admin", **said).unit_id is None

    @pytest.mark.parametrize("name", ["", "x", "a b", "cli:root", "a\nb", "x" * 61, "a<b>"])
    def test_a_name_that_cannot_be_one_is_refused(self, office, name):
        with office.write() as session, pytest.raises(Invalid) as refused:
            add(session, name=name)
        assert fields_of(refused) == {"name"}

    def test_every_mistake_is_named_at_once(self, office):
        with office.write() as session:
            add(session, name="taken")
            new = NewUser("taken", "short", Profile("city_admin", full_name="x" * 61))
            with pytest.raises(Invalid) as refused:
                users.add(session, OPERATOR, new, now=NOW)
        assert fields_of(refused) == {"name", "password", "area_code", "full_name"}

    def test_an_unknown_role_is_refused(self, office):
        with office.write() as session, pytest.raises(Invalid) as refused:
            add(session, role="emperor")
        assert fields_of(refused) == {"role"}


class TestRights:
    def test_a_city_gives_rights_in_its_own_group_only(self, office):
        with office.write() as session:
            city = actor_for(session, "city_admin")
            mine = make_unit(session, "130102", "长安区水利局")
            theirs = make_unit(session, "130202", "路南区水利局")
            add(session, city, name="aa", role="city_inspector", area_code="130100")
            add(session, city, name="bb", role="unit_reader", unit_id=mine.id)
            for profile, field in (
                ({"role": "city_inspector", "area_code": "130200"}, "area_code"),
                ({"role": "unit_reader", "unit_id": theirs.id}, "unit_id"),
                ({"role": "province_admin"}, "role"),
                ({"role": "auditor"}, "role"),
            ):
                with pytest.raises(Invalid) as refused:
                    add(session, city, **profile)
                assert fields_of(refused) == {field}

    def test_a_city_finds_only_its_own_accounts(self, office):
        with office.write() as session:
            city = actor_for(session, "city_admin")
            mine = make_user(session, "city_inspector", name="mine")
            others = [
                make_user(session, "city_inspector", name="theirs", area_code="130200"),
                make_user(session, "province_inspector", name="above"),
                make_user(session, "auditor", name="auditor"),
            ]
            assert users.get_for(session, city, mine.id) is mine
            for user in others:
                with pytest.raises(NotFound):
                    users.get_for(session, city, user.id)
            assert {u.name for u in users.find(session, city)} == {city.name, "mine"}

    @pytest.mark.parametrize(
        "role", ["province_inspector", "city_inspector", "unit_reader", "auditor"]
    )
    def test_nobody_else_manages_accounts(self, office, role):
        with office.write() as session:
            actor, user = actor_for(session, role), make_user(session)
            for deed in (
                lambda: add(session, actor),
                lambda: users.update(session, actor, user, Profile("auditor"), now=NOW),
                lambda: users.set_active(session, actor, user, False, now=NOW),
                lambda: users.reset_password(session, actor, user, now=NOW),
            ):
                with pytest.raises(Forbidden):
                    deed()

    def test_nobody_shuts_out_or_raises_themselves(self, office):
        with office.write() as session:
            me = make_user(session, "city_admin")
            actor = Actor.of(me)
            with pytest.raises(Forbidden):
                users.set_active(session, actor, me, False, now=NOW)
            with pytest.raises(Forbidden):
                users.reset_password(session, actor, me, now=NOW)
            lower = Profile("city_inspector", area_code="130100")
            with pytest.raises(Forbidden):
                users.update(session, actor, me, lower, now=NOW)
            users.update(session, actor, me, Profile("city_admin", "李建国", "130100"), now=NOW)
            assert me.full_name == "李建国"


class TestChanges:
    def test_new_rights_end_the_sessions_a_new_name_does_not(self, office):
        with office.write() as session:
            user = make_user(session, "city_inspector", name="li")
            users.update(
                session, OPERATOR, user, Profile("city_inspector", "李", "130100"), now=NOW
            )
            assert user.epoch == 0
            users.update(session, OPERATOR, user, Profile("city_admin", "李", "130100"), now=NOW)
            assert (user.role, user.epoch) == ("city_admin", 1)

    def test_a_reset_gives_a_password_that_works_once_and_unlocks(self, office):
        with office.write() as session:
            user = make_user(session, "auditor", name="wu", failed_logins=3, locked_until=NOW)
            password = users.reset_password(session, OPERATOR, user, now=NOW)
            assert matches(user.password_hash, password)
            assert user.must_change_password
            assert (user.epoch, user.failed_logins, user.locked_until) == (1, 0, None)
            assert len(password) == 12
            assert users.reset_password(session, OPERATOR, user, now=NOW) != password

    def test_each_is_in_the_journal_and_no_password_is(self, office):
        with office.write() as session:
            user = add(session, name="zhao")
            password = users.reset_password(session, OPERATOR, user, now=NOW)
            users.set_active(session, OPERATOR, user, False, now=NOW)
            users.set_active(session, OPERATOR, user, False, now=NOW)
            users.set_active(session, OPERATOR, user, True, now=NOW)
        from hotline.models.journal import AuditEntry

        with office.read() as session:
            entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
            assert [entry.action for entry in entries] == [
                "user.add",
                "user.reset_password",
                "user.deactivate",
                "user.activate",
            ]
            assert {entry.subject_id for entry in entries} == {"zhao"}
            said = " ".join(str((entry.old, entry.new, entry.reason)) for entry in entries)
            assert not [word for word in (password, PASSWORD, "argon2") if word in said]
            assert audit.verify(session) == (4, [])

    def test_a_unit_is_found_by_name_and_two_of_one_name_by_area(self, office):
        with office.write() as session:
            one = make_unit(session, "130104", "桥西区水利局")
            make_unit(session, "130703", "桥西区水利局")
            assert users.unit_named(session, "桥西区水利局", "130104").id == one.id
            for name, area in (("桥西区水利局", None), ("没有的单位", None)):
                with pytest.raises(Invalid) as refused:
                    users.unit_named(session, name, area)
                assert fields_of(refused) == {"unit"}


class TestPages:
    def test_make_an_account_and_show_its_password_once(self, city_round):
        browser = city_round.browser(city_round.admin)
        answer = browser.post(
            "/users/new", name="zhang", full_name="张伟", role="city_inspector", area_code="130100"
        )
        assert answer.status_code == 200
        password = re.search(r'id="temporary-password">([^<]+)<', answer.text)[1]
        with city_round.database.read() as session:
            user = session.scalar(select(User).where(User.name == "zhang"))
            assert matches(user.password_hash, password)
            assert (user.full_name, user.must_change_password) == ("张伟", True)
        listed = browser.get("/users")
        assert "张伟" in text_of(listed)
        assert password not in listed.text

    def test_mistakes_stand_at_their_field_and_what_was_typed_stays(self, city_round):
        browser = city_round.browser(city_round.province)
        answer = browser.post("/users/new", name="a b", full_name="<b>", role="city_admin")
        assert answer.status_code == 400
        said = text_of(answer)
        assert "有 2 处需要改正" in said
        for part in ('href="#name"', 'href="#area_code"', 'value="a b"', 'value="&lt;b&gt;"'):
            assert part in answer.text

    def test_change_reset_shut_out_and_let_in_again(self, city_round):
        browser = city_round.browser(city_round.admin)
        key = city_round.inspector.user_id
        answer = browser.post(
            f"/users/{key}", full_name="赵丽", role="city_inspector", area_code="130100"
        )
        assert answer.location == "/users"
        assert "赵丽" in text_of(browser.get("/users"))
        assert "临时密码" in text_of(browser.post(f"/users/{key}/reset"))
        browser.post(f"/users/{key}/deactivate")
        assert "已停用" in text_of(browser.get("/users"))
        assert city_round.browser(city_round.inspector).get("/").location == "/sign-in"
        browser.post(f"/users/{key}/activate")
        assert f"已启用账号 {city_round.inspector.name}" in text_of(browser.get("/users"))
        assert f'/users/{key}/activate"' not in browser.get("/users").text

    def test_search_and_filter_live_in_the_address(self, city_round):
        browser = city_round.browser(city_round.province)
        assert city_round.inspector.name in text_of(browser.get("/users?q=city_insp"))
        none = text_of(browser.get("/users?q=nobody"))
        assert "没有符合条件的账号" in none
        assert city_round.inspector.name not in text_of(browser.get("/users?role=city_admin"))


def test_the_list_says_who_can_be_sent_no_reminders(city_round):
    with city_round.database.write() as session:
        session.get_one(User, city_round.admin.user_id).email = "admin@example.cn"
        make_user(session, "auditor", name="audits")
        make_user(session, "city_inspector", name="gone").active = False
    browser = city_round.browser(city_round.province)
    said = text_of(browser.get("/users"))
    assert said.count("没有电子邮箱，收不到提醒邮件") == 2
    assert "其中 2 个在用账号没有电子邮箱" in said
    assert "没有电子邮箱" not in text_of(browser.get("/users?role=city_admin"))


def test_the_province_reads_for_which_cities_it_stands_in(city_round):
    province, city = map(city_round.browser, (city_round.province, city_round.admin))
    said = "没有在用的市级管理员：辛集市、唐山市、保定市、定州市、张家口市。"
    assert said in text_of(province.get("/users"))
    assert "没有在用的市级管理员" not in text_of(city.get("/users"))


def test_ones_own_page_says_that_reminders_come_once_there_is_an_address(city_round):
    browser = city_round.browser(city_round.admin)
    assert "您还没有电子邮箱" in text_of(browser.get("/password"))
    browser.post("/email", email="admin@example.cn")
    assert "您还没有电子邮箱" not in text_of(browser.get("/password"))
