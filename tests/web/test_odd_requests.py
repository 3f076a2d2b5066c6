"""Requests that no browser of ours would send: none of them is answered by a fault of ours."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
import time_machine
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as some
from sqlalchemy import func, select

from hotline.files.spreadsheets import Column, read_table
from hotline.models.inspection import Call
from hotline.models.journal import AuditEntry
from hotline.web.guard import may
from tests.web import rights_table
from tests.web.browsing import Browser
from tests.web.test_typed_texts import HEADERS
from tests.web.town import NOW, PEOPLE, Town

HUGE = ("99999999999999999999", "2147483648", "9223372036854775807", "9" * 5000, "٣", "-1")
NUL = "a\0b"
DIAL = {"outcome": "21", "attempt": "1", "started_at": "2026-11-10 09:00", "reason": "x"}


@pytest.fixture
def both(database, settings):
    """The town on either database."""
    with time_machine.travel(NOW, tick=False):
        yield Town(database, settings).settle_down().go_out()


def routes_with_ids(town: Town) -> list[tuple[str, str]]:
    return [
        (method, rule.rule)
        for rule in town.app.url_map.iter_rules()
        if "<int:" in rule.rule
        for method in sorted(rule.methods & {"GET", "POST"})
    ]


def test_an_id_that_no_row_can_have_is_not_found(both):
    browser = both.browser("PA")
    routes = routes_with_ids(both)
    assert len(routes) > 15
    for method, rule in routes:
        head, _, rest = rule.partition("<")
        for number in HUGE:
            address = f"{head}{number}{rest.partition('>')[2]}"
            answer = browser.get(address) if method == "GET" else browser.send(address, DIAL)
            assert answer.status_code == 404, f"{method} {address[:60]}"


def test_nor_in_a_form_or_a_filter(both):
    browser, code = both.browser("PA"), both.ids["round.S.open"]
    for number in HUGE:
        sent = {"level": "city", "area_code": "130100", "period": "2026-08", "inspectors": number}
        assert browser.send("/rounds/new", sent).status_code == 400
        sent = {"inspectors": number}
        assert browser.send(f"/rounds/{code}/inspectors", sent).status_code == 400
        sent = {"check": number}
        assert browser.send("/reviews/accept-passes", sent).status_code == 303
        sent = {"name": "new", "role": "unit_reader", "unit_id": number}
        assert browser.send("/users/new", sent).status_code == 400
        for room in ("/lines", "/journal", "/notices", "/reviews", f"/rounds/{code}"):
            assert browser.get(f"{room}?page={number}").status_code == 200
        for room in ("/problems", "/talks", "/notices", "/problems/export.xlsx"):
            assert browser.get(f"{room}?unit={number}&page={number}").status_code == 200
        page = browser.get(f"/checks/{both.ids['check.S.open.s']}?saved={number}")
        assert page.status_code == 200


def _who_enters(town: Town, address: str) -> str:
    """The province's administrator, or a unit's reader where only they may."""
    endpoint, _ = town.app.url_map.bind("localhost").match(address, method="POST")
    return next(who for who in ("PA", "SU") if may(endpoint, PEOPLE[who][0]))


def test_a_text_that_no_database_can_hold_is_refused(both):
    browsers = {who: both.browser(who) for who in ("PA", "SU")}
    browser = browsers["PA"]
    for room in ("/lines", "/rounds", "/journal", "/notices", "/reviews", "/users", "/figures"):
        assert browser.get(f"{room}?q=%00&round=%00").status_code == 400
        assert browser.get(f"{room}?%00=1").status_code == 400
    for address in ("/rounds/%00", "/figures/a%00b", "/rounds/x%00/close"):
        assert browser.get(address).status_code == 404
    for method, row, _ in rights_table.rows():
        if method == "POST" and not row.startswith("/sign-out"):
            template, _, name = row.partition("+")
            sent = rights_table.body(name, both.ids) or {"any": ""}
            typed = {key: NUL for key in sent if key != "file"}
            if "file" in sent:
                typed["file"] = (BytesIO(b"x"), f"{NUL}.csv")
            address = both.address(template)
            sender = browsers[_who_enters(both, address)]
            assert sender.send(address, typed).status_code == 400, row
    for text in ("%ED%A0%80", "%FF%FE", "%F0%A0%AE%B7"):
        assert browser.get(f"/lines?q={text}").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "SEARCH"])
def test_other_verbs_are_refused_and_told_which_are_not(town, method):
    for who in ("PA", None):
        client = town.browser(who).client
        for address in ("/lines", "/sign-in", "/health", "/rounds/new", "/static/hotline.css"):
            answer = client.open(address, method=method)
            assert answer.status_code == 405
            assert "GET" in answer.headers["Allow"]
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_every_answer_has_its_headers(town):
    answers = {
        200: town.browser("PA").get("/"),
        302: town.browser(None).get("/lines"),
        400: town.browser("PA").client.post("/users/new"),
        401: town.browser(None).post("/sign-in", name="x", password="x"),
        403: town.browser("AU").get("/lines"),
        404: town.browser("PA").get("/static/nothing.css"),
        405: town.browser("PA").get("/sign-out"),
        409: town.browser("PA").get(town.address("/rounds/{round.P.closed}/close")),
        413: town.browser("PA").post("/users/new", name="x" * 20_001),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, status
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
    kept = town.browser("PA").get("/static/hotline.css")
    assert kept.headers["X-Content-Type-Options"] == "nosniff"
    kept.close()


@pytest.mark.parametrize(
    "path",
    ["../app.py", "%2e%2e/app.py", "..%2fapp.py", "/etc/passwd", "%2fetc/passwd", "..\\app.py"],
)
def test_no_file_but_the_static_ones_is_given(town, path):
    for address in (f"/static/{path}", f"/rounds/{path}", f"/figures/{path}/export.xlsx"):
        answer = town.browser("PA").get(address)
        assert answer.status_code == 404
        assert b"create_app" not in answer.data


def test_too_much_is_refused(town):
    client = town.browser("SA").client
    limit = town.settings.imports.max_bytes
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    for kind, data in (
        ("multipart/form-data; boundary=x", b"x" * (limit + 200_000)),
        ("multipart/form-data; boundary=x", part * 1_001 + b"--x--"),
        ("application/x-www-form-urlencoded", b"name=" + b"x" * 3_000_000),
        ("application/x-www-form-urlencoded", b"name=" + b"x" * 20_001),
    ):
        assert client.post("/lines/import", data=data, content_type=kind).status_code == 413


class TestFiles:
    HEAD = "号码,拨打时间,第几次,结果,备注,幂等键\n"

    def send(self, browser: Browser, town: Town, text: str, name: str = "a.csv"):
        sent = {"file": (BytesIO(text.encode()), name)}
        return browser.send(town.address("/rounds/{round.P.open}/calls/import"), sent)

    def test_one_key_cannot_name_the_dials_of_two_lines(self, town):
        rows = "0311-86000003,2026-11-10 09:00,1,21,,k\n0311-86000005,2026-11-10 09:00,1,21,,k\n"
        answer = self.send(town.browser("PI"), town, self.HEAD + rows)
        assert answer.status_code == 400
        assert "第 3 行" in answer.text

    @pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "1e99"])
    def test_a_moment_beyond_the_calendar_is_a_mistake_of_its_field(self, town, at):
        row = f"0311-86000003,{at},1,21,,\n"
        assert self.send(town.browser("PI"), town, self.HEAD + row).status_code == 400
        address = town.address("/checks/{check.P.open.d}/calls")
        answer = town.browser("PI").send(address, DIAL | {"started_at": at})
        assert answer.status_code == 400
        assert 'id="f-started_at-wrong"' in answer.text

    @pytest.mark.parametrize("name", ["../../x.csv", "a\nb.csv", "x" * 5_000 + ".csv", "<i>.csv"])
    def test_a_file_may_be_called_anything(self, town, name):
        row = "0311-86000003,2026-11-10 09:00,1,21,,\n"
        answer = self.send(town.browser("PI"), town, self.HEAD + row, name)
        assert answer.status_code in (200, 400)
        assert "<i>" not in answer.text

    def test_half_a_character_in_a_workbook_is_replaced(self, town):
        book = openpyxl.Workbook()
        book.active.append(["号码", "拨打时间", "第几次", "结果", "备注"])
        row = ["0311-86000003", "2026-11-10 09:00", "1", "21", "半_xD842_个，整_xD842__xDFB7_个"]
        book.active.append(row)
        data = BytesIO()
        book.save(data)
        columns = [Column(name, name) for name in ("号码", "备注")]
        table = read_table(data.getvalue(), "a.xlsx", columns, max_bytes=10**6, max_rows=9)
        assert table.rows[0].values["备注"] == "半\ufffd个，整𠮷个"
        data.seek(0)
        address = town.address("/rounds/{round.P.open}/calls/import")
        answer = town.browser("PI").send(address, {"file": (data, "a.xlsx")})
        assert answer.status_code == 200


odd = some.one_of(
    some.text(max_size=12),
    some.sampled_from(
        ["", "11", "14", "21", "１４", "1e999999", "-0", "nan", "9" * 5000, "²", "٣"]
    ),
    some.sampled_from(["2026-11-10 09:00", "45000.5", "2026年11月10日9点", "12:00", "0000-00-00"]),
    some.integers().map(str),
    some.floats().map(str),
)
FIELDS = """
outcome attempt started_at ring_s answered_by scenario transfer_count transfer_wait_s
hold_total_s first_human_s talk_s caller_number note critical reason
idempotency_key B1 B6 B7 D1 D4 next inspector
"""
FILTERS = "q group level status class page round kind only area state by subject id since until"
ROOMS = (
    "/",
    "/lines",
    "/lines/export.xlsx",
    "/rounds",
    "/rounds/P-130000-2026Q4",
    "/figures",
    "/figures/P-130000-2026Q3",
    "/journal",
    "/notices",
    "/reviews",
    "/users",
)
fuzzing = trials(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@fuzzing
@given(typed=some.dictionaries(some.sampled_from(FIELDS.split()), odd))
def test_no_call_form_makes_a_fault(town, typed):
    browser = _same(town, "PI")
    before = _counts(town)
    for template in ("/checks/{check.P.open.d}/calls", "/calls/{call.P.open.t}/correct"):
        answer = browser.send(town.address(template), typed)
        assert answer.status_code in (303, 400, 409), typed
    # The rehearsal undoes what was stored; what is refused must have stored nothing at all.
    assert _counts(town) == before


@fuzzing
@given(
    room=some.sampled_from(ROOMS),
    query=some.dictionaries(some.sampled_from(FILTERS.split()), odd),
)
def test_no_filter_makes_a_fault(town, room, query):
    answer = _same(town, "PA").client.get(room, query_string=query)
    status = answer.status_code
    answer.close()
    assert status == (400 if "\0" in "".join(query.values()) else 200), query


def _same(town: Town, who: str) -> Browser:
    """One browser for all trials of a test."""
    kept = town.app.extensions.setdefault("browsers", {})
    return kept.setdefault(who, town.browser(who))


def _counts(town: Town) -> tuple[int, ...]:
    with town.database.read() as session:
        return tuple(session.scalar(select(func.count(t.id))) or 0 for t in (Call, AuditEntry))
