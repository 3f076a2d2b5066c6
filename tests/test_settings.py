"""The configuration: what is read, what refuses the start, what the environment may say."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from hotline.errors import Invalid
from hotline.settings import config_path, load, secret_key

SHIPPED = Path(__file__).parents[1] / "config.yaml"


@pytest.fixture
def configure(tmp_path):
    """Load the shipped configuration with something changed: `configure("ladder.x", 3)`."""

    def change(dotted=None, value=None, *, drop=None, environ=()):
        raw = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
        if name := dotted or drop:
            *parents, key = (int(k) if k.isdigit() else k for k in name.split("."))
            place = raw
            for parent in parents:
                place = place[parent]
            if drop:
                del place[key]
            else:
                place[key] = value
        path = tmp_path / "config.yaml"
        path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
        return load({"HOTLINE_CONFIG": str(path), **dict(environ)})

    return change


def test_the_shipped_configuration_holds_the_rules_of_the_field(configure):
    settings = configure()
    limits = settings.rubric.limits
    assert (limits.slow_ring_s, limits.hold_total_s, limits.transfer_wait_s) == (15, 120, 60)
    assert (limits.first_human_s, limits.transfer_count, limits.attempts) == (60, 2, 3)
    assert settings.rubric.cap == 59
    assert settings.rubric.remind_below == 80
    assert settings.rubric.min_applicable == 30
    retry = settings.rubric.retry
    assert (retry.attempts, retry.minutes_apart) == (3, 30)
    assert (retry.busy_redials, retry.wrong_number_dials) == (3, 2)
    ladder = settings.ladder
    assert (ladder.rectify_days, ladder.wrong_number_days, ladder.slow_months) == (5, 2, 3)
    assert (ladder.talk_monthly_failures, ladder.talk_monthly_rounds) == (3, 6)
    assert (ladder.talk_quarters, ladder.talk_city_pass_rate_below) == (2, 0.70)
    assert ladder.clearing_passes == 2
    assert settings.figures.min_tested_for_rank == 5
    assert settings.figures.false_pass_rate_above == 0.20


def test_default_duty_hours(configure):
    office = configure().duty_of(None)
    assert office.spans == ((8 * 60 + 30, 12 * 60), (13 * 60 + 30, 17 * 60 + 30))
    assert not office.daily
    assert configure().duty_of("") == office
    assert configure().duty_of("每天 0:00-24:00").daily


@pytest.mark.parametrize(
    "dotted",
    [
        *("surprise", "rubric.surprise", "rubric.limits.surprise", "rubric.items.0.surprise"),
        *("ladder.surprise", "papers.surprise", "calendar.surprise", "security.surprise"),
    ],
)
def test_an_unknown_key_refuses_the_start_and_is_named(configure, dotted):
    with pytest.raises(Invalid) as refused:
        configure(dotted, 1)
    (error,) = refused.value.errors
    assert error.field == dotted
    assert "config.yaml" in str(error)


@pytest.mark.parametrize(
    ("dotted", "value"),
    [
        ("rubric.limits.slow_ring_s", -1),
        ("rubric.limits.slow_ring_s", "fifteen"),
        ("rubric.limits.transfer_count", 0),
        ("rubric.cap", 101),
        ("rubric.items.0.severity", "grave"),
        ("rubric.items.0.id", "X1"),
        ("rubric.items.0.points", 4.5),
        ("rubric.retry.attempts", 0),
        ("rubric.retry.minutes_apart", -30),
        ("rubric.irregular.earned_percent_below", 170),
        ("ladder.rectify_days", 0),
        ("ladder.talk_city_pass_rate_below", 70),
        ("figures.false_pass_rate_above", 20),
        ("figures.min_tested_for_rank", 0),
        ("imports.max_rows", 0),
        ("security.session_hours", 0),
        ("rounds.city.groups", ["13010"]),
        ("duty_hours", "上班时间"),
        ("calendar.days_off", ["2026-02-30"]),
    ],
)
def test_a_value_out_of_range_refuses_the_start_and_is_named(configure, dotted, value):
    with pytest.raises(Invalid) as refused:
        configure(dotted, value)
    assert {error.field.removesuffix(".0") for error in refused.value.errors} == {dotted}


def test_the_province_is_not_told_before_the_city(configure):
    rule = {"city_after_days": 4, "province_after_days": 4}
    assert configure("chasing", rule).chasing.province_after_days == 4
    with pytest.raises(Invalid) as refused:
        configure("chasing", rule | {"province_after_days": 3})
    (error,) = refused.value.errors
    assert error.field == "chasing"
    assert "province_after_days" in str(error.text)


@pytest.mark.parametrize("tested_by", [{"13010": "130200"}, {"130100": "唐山市"}])
def test_codes_of_who_tests_whom_have_the_shape_of_one(configure, tested_by):
    with pytest.raises(Invalid) as refused:
        configure("rounds.city.tested_by", tested_by)
    assert refused.value.errors[0].field.startswith("rounds.city.tested_by.")


@pytest.mark.parametrize(
    ("level", "opens", "shortest"),
    # The shortest month has 16 working days, the shortest last month of a quarter 19.
    [("city", (4, 5), "2022-02"), ("province", (2, 3), "2019Q2")],
)
def test_a_window_without_room_for_the_retry_rule_refuses_the_start(
    configure, level, opens, shortest
):
    rule = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))["rounds"][level]
    rule["closes_working_days_before_end"] = {"city": 10, "province": 15}[level]
    if level == "province":
        rule["month_of_quarter"] = 3
    fits, narrow = opens
    configure(f"rounds.{level}", rule | {"opens_on_working_day": fits})
    with pytest.raises(Invalid) as refused:
        configure(f"rounds.{level}", rule | {"opens_on_working_day": narrow})
    (error,) = refused.value.errors
    assert error.field == f"rounds.{level}.closes_working_days_before_end"
    assert shortest in str(error.text)
    assert "opens_on_working_day" in str(error.text)


@pytest.mark.parametrize(
    ("dotted", "value"),
    [
        ("rubric.items.1.id", "B1"),
        ("rubric.put_through.attempts", [14, 20, 8]),
        ("rubric.put_through.ring", [{"upto": 20, "points": 9}, {"upto": 15, "points": 12}]),
        ("rubric.put_through.waits", [{"upto": 30, "points": 5}, {"upto": 60, "points": 8}]),
        ("rubric.put_through.ring", []),
    ],
)
def test_a_rubric_that_contradicts_itself_refuses_the_start(configure, dotted, value):
    with pytest.raises(Invalid) as refused:
        configure(dotted, value)
    assert all(error.field.startswith("rubric") for error in refused.value.errors)


@pytest.mark.parametrize("key", ["database_url", "rubric.limits.slow_ring_s", "ladder"])
def test_a_missing_key_refuses_the_start_and_is_named(configure, key):
    with pytest.raises(Invalid) as refused:
        configure(drop=key)
    assert [error.field for error in refused.value.errors] == [key]


def test_every_mistake_is_told_at_once(configure, tmp_path):
    raw = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    raw["surprise"] = 1
    raw["ladder"]["rectify_days"] = 0
    path = tmp_path / "two.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        load({"HOTLINE_CONFIG": str(path)})
    assert {error.field for error in refused.value.errors} == {"surprise", "ladder.rectify_days"}


@pytest.mark.parametrize("content", [b"a: [1", b"- 1\n- 2\n", b"", b"\xff\xfe\x00", b"just words"])
def test_a_file_that_is_no_configuration_is_refused_by_name(tmp_path, content):
    path = tmp_path / "broken.yaml"
    path.write_bytes(content)
    with pytest.raises(Invalid) as refused:
        load({"HOTLINE_CONFIG": str(path)})
    assert [error.field for error in refused.value.errors] == [str(path)]


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(Invalid) as refused:
        load({"HOTLINE_CONFIG": str(tmp_path / "none.yaml")})
    assert [error.field for error in refused.value.errors] == [str(tmp_path / "none.yaml")]


def test_the_environment_names_the_database_and_the_file(configure, tmp_path, monkeypatch):
    url = "postgresql+psycopg://db/hotline"
    assert configure(environ={"HOTLINE_DATABASE_URL": url}).database_url == url
    assert configure().database_url.startswith("sqlite:")
    monkeypatch.chdir(tmp_path)
    assert config_path({}) == Path("config.yaml")  # written there by `configure`
    assert config_path({"HOTLINE_CONFIG": "/etc/hotline.yaml"}) == Path("/etc/hotline.yaml")


def test_without_a_file_here_the_packaged_default_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load({}).rubric.version == load({"HOTLINE_CONFIG": str(SHIPPED)}).rubric.version


def test_settings_cannot_be_changed(configure):
    settings = configure()
    with pytest.raises(ValueError, match="frozen"):
        settings.database_url = "sqlite://"
    with pytest.raises(ValueError, match="frozen"):
        settings.rubric.limits.slow_ring_s = 30


def test_a_day_that_does_not_exist_is_refused_by_its_key(tmp_path):
    text = SHIPPED.read_text(encoding="utf-8")
    path = tmp_path / "config.yaml"
    assert "\n  working_days: []" in text
    path.write_text(text.replace("working_days: []", "working_days: [2027-13-06]", 1), "utf-8")
    with pytest.raises(Invalid) as refused:
        load({"HOTLINE_CONFIG": str(path)})
    assert [error.field for error in refused.value.errors] == ["calendar.working_days.0"]


def test_a_day_is_worked_or_off_but_not_both(configure):
    both = {"working_days": [date(2027, 1, 2)], "days_off": [date(2027, 1, 2)]}
    with pytest.raises(Invalid) as refused:
        configure("calendar", both)
    [error] = refused.value.errors
    assert error.field == "calendar"
    assert "2027-01-02" in str(error)


def test_the_calendar_overlay_reaches_the_working_days(configure):
    monday, saturday = date(2026, 11, 2), date(2026, 11, 7)
    assert configure().working_days.is_working(monday)
    assert not configure("calendar.days_off", [monday]).working_days.is_working(monday)
    assert configure("calendar.working_days", [saturday]).working_days.is_working(saturday)


def test_who_signs(configure):
    settings = configure()
    assert settings.issuer("130000", "河北省", "province") == "河北省水利厅"
    assert settings.issuer("350000", "福建省", "province") == "福建省水利厅"
    assert settings.issuer("130100", "石家庄市", "city") == "石家庄市水利局"


@pytest.mark.parametrize(
    "environ", [{}, {"HOTLINE_SECRET_KEY": ""}, {"HOTLINE_SECRET_KEY": "short"}]
)
def test_the_secret_has_no_default(environ):
    with pytest.raises(Invalid) as refused:
        secret_key(environ)
    assert [error.field for error in refused.value.errors] == ["HOTLINE_SECRET_KEY"]


def test_the_secret_comes_from_the_environment():
    assert secret_key({"HOTLINE_SECRET_KEY": "s" * 32}) == "s" * 32


def test_whom_to_ask_about_a_paper(settings):
    assert settings.contact("130000", "河北省", "province") == settings.papers.contact
    assert settings.contact("130200", "唐山市", "city") == "请与唐山市水利局联系"
    own = settings.papers.model_copy(update={"contacts": {"130200": "唐山，0315-00000000"}})
    named = settings.model_copy(update={"papers": own})
    assert named.contact("130200", "唐山市", "city") == "唐山，0315-00000000"
