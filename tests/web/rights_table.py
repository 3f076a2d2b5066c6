"""What each route answers to each person, written by hand from who may do what.

200, 302, 303: allowed; 400: what was sent is refused; 401: wrong password; 403: not a deed of this
role; 404: outside the scope, as if there were no such thing; 409: known, but too late for it.
Whoever is not signed in is sent to the sign-in by 302. `+name` stands for what BODIES sends.
"""

from __future__ import annotations

from io import BytesIO

from tests.web import (
    rights_of_assignments,
    rights_of_delivery,
    rights_of_issuing,
    rights_of_jobs,
    rights_of_ledgers,
    rights_of_rectifications,
    rights_of_talks,
)

ROOMS = (
    rights_of_issuing,
    rights_of_delivery,
    rights_of_rectifications,
    rights_of_talks,
    rights_of_ledgers,
    rights_of_jobs,
    rights_of_assignments,
)
COLUMNS = ("PA", "PI", "PX", "SA", "SP", "SC", "SX", "SU", "TA", "TI", "TU", "DA", "AU", None)
#                                  PA  PI  PX  SA  SP  SC  SX  SU  TA  TI  TU  DA  AU  nobody
ROWS = """
GET /static/hotline.css            200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET /health                        200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET /favicon.ico                   200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET /keys                          200 200 200 200 200 200 200 200 200 200 200 200 200 200
POST /language+english             302 302 302 302 302 302 302 302 302 302 302 302 302 302
GET /sign-in                       302 302 302 302 302 302 302 302 302 302 302 302 302 200
POST /sign-in+wrong                401 401 401 401 401 401 401 401 401 401 401 401 401 401
GET /password                      200 200 200 200 200 200 200 200 200 200 200 200 200 302
POST /password+wrong               400 400 400 400 400 400 400 400 400 400 400 400 400 302
GET /                              200 200 200 200 200 200 200 200 200 200 200 200 200 302
GET /journal                       200 200 200 200 200 200 200 200 200 200 200 200 200 302

GET /areas                         200 403 403 403 403 403 403 403 403 403 403 403 403 302
POST /areas+file-area              303 403 403 403 403 403 403 403 403 403 403 403 403 302
GET /areas/template.xlsx           200 403 403 403 403 403 403 403 403 403 403 403 403 302

GET /lines                         200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /lines/export.xlsx             200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /lines/{line.s}                200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /lines/{line.s2}               200 200 200 200 200 200 200 404 404 404 404 404 403 302
GET /lines/{line.t}                200 200 200 404 404 404 404 404 200 200 200 404 403 302
GET /lines/{line.d}                200 200 200 404 404 404 404 404 404 404 404 200 403 302
GET /lines/{line.p}                200 200 200 404 404 404 404 404 404 404 404 404 403 302
GET /lines/4711                    404 404 404 404 404 404 404 404 404 404 404 404 403 302
GET /lines/new                     200 403 403 200 403 403 403 403 200 403 403 200 403 302
POST /lines/new+line-s             302 403 403 302 403 403 403 403 403 403 403 403 403 302
POST /lines/new+line-t             302 403 403 403 403 403 403 403 302 403 403 403 403 302
POST /lines/new+grab               302 403 403 403 403 403 403 403 403 403 403 403 403 302
GET /lines/{line.s}/edit           200 403 403 200 403 403 403 403 404 403 403 404 403 302
GET /lines/{line.p}/edit           200 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /lines/{line.s}/edit+line-s   302 403 403 302 403 403 403 403 404 403 403 404 403 302
POST /lines/{line.t}/edit+line-t   302 403 403 404 403 403 403 403 302 403 403 404 403 302
POST /lines/{line.s}/edit+line-t   302 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /lines/{line.s}/edit+grab     302 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /lines/{line.s}/complaints+complaint 303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /lines/{line.p}/complaints+complaint 303 403 403 404 403 403 403 403 404 403 403 404 403 302
GET /lines/import                  200 403 403 200 403 403 403 403 200 403 403 200 403 302
POST /lines/import+file-s          200 403 403 200 403 403 403 403 400 403 403 400 403 302
POST /lines/import+file-grab       200 403 403 400 403 403 403 403 400 403 403 400 403 302
GET /lines/import/template.xlsx    200 403 403 200 403 403 403 403 200 403 403 200 403 302

GET /rounds                        200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /rounds/{round.P.open}         200 200 404 404 200 404 404 404 404 404 404 404 403 302
GET /rounds/{round.P.closed}       200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /rounds/{round.S.open}         200 404 404 200 404 200 404 404 404 404 404 404 403 302
GET /rounds/{round.S.closed}       200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /rounds/{round.T.open}         200 404 404 404 404 404 404 404 200 200 404 404 403 302
GET /rounds/{round.T.closed}       200 200 200 404 404 404 404 404 200 200 200 404 403 302
GET /rounds/C-130100-2019-01       404 404 404 404 404 404 404 404 404 404 404 404 403 302
GET /rounds/new                    200 403 403 200 403 403 403 403 200 403 403 200 403 302
POST /rounds/new+round-s           302 403 403 302 403 403 403 403 403 403 403 403 403 302
POST /rounds/new+round-t           302 403 403 403 403 403 403 403 302 403 403 403 403 302
POST /rounds/new+round-p           302 403 403 403 403 403 403 403 403 403 403 403 403 302
POST /rounds/new+again-s           409 403 403 409 403 403 403 403 403 403 403 403 403 302
POST /rounds/new+again-p           409 403 403 403 403 403 403 403 403 403 403 403 403 302
GET /rounds/{round.P.open}/inspectors
                                   200 403 403 404 403 403 403 403 404 403 403 404 403 302
GET /rounds/{round.P.closed}/inspectors
                                   409 403 403 403 403 403 403 403 403 403 403 403 403 302
GET /rounds/{round.S.open}/inspectors
                                   200 403 403 200 403 403 403 403 404 403 403 404 403 302
GET /rounds/{round.S.closed}/inspectors
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.P.open}/inspectors+send-s
                                   302 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.S.open}/inspectors+send-s
                                   302 403 403 302 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.S.open}/inspectors+send-t
                                   302 403 403 400 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.S.open}/inspectors+send-p
                                   302 403 403 400 403 403 403 403 404 403 403 404 403 302
GET /rounds/{round.P.open}/close   200 403 403 404 403 403 403 403 404 403 403 404 403 302
GET /rounds/{round.P.closed}/close 409 403 403 403 403 403 403 403 403 403 403 403 403 302
GET /rounds/{round.S.open}/close   200 403 403 200 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.P.open}/close+as-is
                                   302 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.P.closed}/close+as-is
                                   409 403 403 403 403 403 403 403 403 403 403 403 403 302
POST /rounds/{round.S.open}/close  409 403 403 409 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.S.open}/close+as-is
                                   302 403 403 302 403 403 403 403 404 403 403 404 403 302
POST /rounds/{round.T.open}/close+as-is
                                   302 403 403 404 403 403 403 403 302 403 403 404 403 302

GET /rounds/{round.P.open}/calls/import
                                   200 200 404 404 200 404 404 403 404 404 403 404 403 302
GET /rounds/{round.P.closed}/calls/import
                                   200 200 200 200 200 200 200 403 200 200 403 200 403 302
GET /rounds/{round.S.open}/calls/import
                                   200 404 404 200 404 200 404 403 404 404 403 404 403 302
POST /rounds/{round.P.open}/calls/import+calls-d
                                   200 200 404 404 200 404 404 403 404 404 403 404 403 302
POST /rounds/{round.P.closed}/calls/import+calls-d
                                   409 409 409 409 409 409 409 403 409 409 403 409 403 302
POST /rounds/{round.S.open}/calls/import+calls-s3
                                   200 404 404 200 404 200 404 403 404 404 403 404 403 302
GET /rounds/{round.S.open}/calls/import/template.xlsx
                                   200 404 404 200 404 200 404 403 404 404 403 404 403 302
GET /rounds/{round.P.open}/calls/import/template.xlsx
                                   200 200 404 404 200 404 404 403 404 404 403 404 403 302

GET /checks/{check.P.open.s}       200 200 404 404 200 404 404 404 404 404 404 404 403 302
GET /checks/{check.P.open.d}       200 200 404 404 200 404 404 404 404 404 404 404 403 302
GET /checks/{check.P.closed.s}     200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /checks/{check.P.closed.s2}    200 200 200 200 200 200 200 404 404 404 404 404 403 302
GET /checks/{check.P.closed.t}     200 200 200 404 404 404 404 404 200 200 200 404 403 302
GET /checks/{check.P.closed.d}     200 200 200 404 404 404 404 404 404 404 404 200 403 302
GET /checks/{check.P.closed.p}     200 200 200 404 404 404 404 404 404 404 404 404 403 302
GET /checks/{check.S.open.s}       200 404 404 200 404 200 404 404 404 404 404 404 403 302
GET /checks/{check.S.closed.s}     200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /checks/{check.T.open.t}       200 404 404 404 404 404 404 404 200 200 404 404 403 302
GET /checks/{check.T.closed.t}     200 200 200 404 404 404 404 404 200 200 200 404 403 302
POST /checks/{check.P.open.d}/calls+dial
                                   303 303 404 404 303 404 404 403 404 404 403 404 403 302
POST /checks/{check.P.closed.s}/calls+dial
                                   409 409 409 409 409 409 409 403 404 404 403 404 403 302
POST /checks/{check.S.open.s3}/calls+dial
                                   303 404 404 303 404 303 404 403 404 404 403 404 403 302
POST /checks/{check.S.closed.s3}/calls+dial
                                   409 409 409 409 409 409 409 403 404 404 403 404 403 302
GET /checks/{check.P.open.s}/next  302 302 404 404 302 404 404 403 404 404 403 404 403 302
GET /checks/{check.S.open.s}/next  302 404 404 302 404 302 404 403 404 404 403 404 403 302
GET /calls/{call.P.open.t}/correct 200 200 404 404 200 404 404 403 404 404 403 404 403 302
GET /calls/{call.P.closed.s}/correct
                                   409 409 409 409 409 409 409 403 404 404 403 404 403 302
GET /calls/{call.S.open.s}/correct 200 404 404 200 404 200 404 403 404 404 403 404 403 302
POST /calls/{call.S.open.s}/correct+hang-up
                                   303 404 404 303 404 303 404 403 404 404 403 404 403 302
POST /calls/{call.S.closed.s}/correct+hang-up
                                   409 409 409 409 409 409 409 403 404 404 403 404 403 302
POST /calls/{call.P.open.t}/correct+vacant
                                   303 303 404 404 303 404 404 403 404 404 403 404 403 302
POST /calls/{call.P.open.t}/void+reason
                                   303 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /calls/{call.P.open.p}/void+reason
                                   403 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /calls/{call.P.closed.s}/void+reason
                                   409 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /calls/{call.S.open.s}/void+reason
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /calls/{call.S.open.s2}/void+reason
                                   303 403 403 403 403 403 403 403 404 403 403 404 403 302

GET /reviews                       200 403 403 200 403 403 403 403 200 403 403 200 403 302
POST /reviews/{check.P.open.s}/accept
                                   303 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /reviews/{check.P.open.p}/accept
                                   403 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /reviews/{check.P.closed.s}/accept
                                   303 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /reviews/{check.S.open.s}/accept
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /reviews/{check.S.open.s2}/accept
                                   303 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /reviews/{check.S.open.s3}/accept
                                   409 403 403 409 403 403 403 403 404 403 403 404 403 302
POST /reviews/accept-passes+all    303 403 403 303 403 403 403 403 303 403 403 303 403 302
POST /reviews/{check.P.open.s}/return+reason
                                   303 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /reviews/{check.P.closed.s}/return+reason
                                   409 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /reviews/{check.S.open.s}/return+reason
                                   303 403 403 303 403 403 403 403 404 403 403 404 403 302
POST /reviews/{check.S.open.s2}/return+reason
                                   303 403 403 403 403 403 403 403 404 403 403 404 403 302

GET /notices                       200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /notices/{notice.P.closed.circular}
                                   200 200 200 200 200 200 200 404 200 200 404 200 403 302
GET /notices/{notice.P.closed.s}   200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /notices/{notice.P.closed.t}   200 404 404 404 404 404 404 404 404 404 404 404 403 302
GET /notices/{notice.S.closed.circular}
                                   200 404 404 200 404 404 404 404 404 404 404 404 403 302
GET /notices/{notice.S.closed.s}   200 404 404 200 404 404 404 404 404 404 404 404 403 302
GET /notices/{notice.T.closed.circular}
                                   200 200 200 404 404 404 404 404 200 200 404 404 403 302
GET /notices/{notice.P.closed.s}.pdf
                                   200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /notices/{notice.S.closed.s}.pdf
                                   200 404 404 200 404 404 404 404 404 404 404 404 403 302
GET /notices/{notice.T.closed.circular}-annexes.xlsx
                                   200 200 200 404 404 404 404 404 200 200 404 404 403 302
GET /notices/{notice.P.closed.s}-annexes.xlsx
                                   404 404 404 404 404 404 404 404 404 404 404 404 403 302

GET /figures                       200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /figures/{round.P.open}        200 200 404 404 200 404 404 404 404 404 404 404 403 302
GET /figures/{round.P.closed}      200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /figures/{round.S.open}        200 404 404 200 404 200 404 404 404 404 404 404 403 302
GET /figures/{round.S.closed}      200 200 200 200 200 200 200 200 404 404 404 404 403 302
GET /figures/{round.T.closed}      200 200 200 404 404 404 404 404 200 200 200 404 403 302
GET /figures/{round.P.open}/export.xlsx
                                   200 200 404 404 200 404 404 404 404 404 404 404 403 302
GET /figures/{round.P.closed}/export.xlsx
                                   200 200 200 200 200 200 200 200 200 200 200 200 403 302
GET /figures/{round.S.open}/export.xlsx
                                   200 404 404 200 404 200 404 404 404 404 404 404 403 302

GET /users                         200 403 403 200 403 403 403 403 200 403 403 200 403 302
GET /users/new                     200 403 403 200 403 403 403 403 200 403 403 200 403 302
POST /users/new+inspector-s        200 403 403 200 403 403 403 403 400 403 403 400 403 302
POST /users/new+reader-s           200 403 403 200 403 403 403 403 400 403 403 400 403 302
POST /users/new+of-province        200 403 403 400 403 403 403 403 400 403 403 400 403 302
POST /users/new+auditor            200 403 403 400 403 403 403 403 400 403 403 400 403 302
GET /users/{user.SX}               200 403 403 200 403 403 403 403 404 403 403 404 403 302
GET /users/{user.PX}               200 403 403 404 403 403 403 403 404 403 403 404 403 302
GET /users/{user.AU}               200 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /users/{user.SX}+inspector-s  302 403 403 302 403 403 403 403 404 403 403 404 403 302
POST /users/{user.SX}+of-province  302 403 403 400 403 403 403 403 404 403 403 404 403 302
POST /users/{user.SA}+inspector-s  302 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /users/{user.SX}/reset        200 403 403 200 403 403 403 403 404 403 403 404 403 302
POST /users/{user.PX}/reset        200 403 403 404 403 403 403 403 404 403 403 404 403 302
POST /users/{user.SA}/reset        200 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /users/{user.SX}/deactivate   302 403 403 302 403 403 403 403 404 403 403 404 403 302
POST /users/{user.SA}/deactivate   302 403 403 403 403 403 403 403 404 403 403 404 403 302
POST /users/{user.SX}/activate     302 403 403 302 403 403 403 403 404 403 403 404 403 302

POST /sign-out                     302 302 302 302 302 302 302 302 302 302 302 302 302 302
"""


def rows() -> list[tuple[str, str, tuple[int, ...]]]:
    """(method, address with +body, what each of COLUMNS gets)."""
    words = " ".join([*(room.ROWS for room in ROOMS), ROWS]).split()
    width = 2 + len(COLUMNS)
    return [
        (words[at], words[at + 1], tuple(map(int, words[at + 2 : at + width])))
        for at in range(0, len(words), width)
    ]


def _line(area: str, unit: str, number: str, group: str = "") -> dict[str, object]:
    fields = {"number": number, "unit": unit, "level": "county", "area_code": area}
    return fields | {"report_group": group, "status": "active", "owner": "新责任人"}


def _file(text: str) -> dict[str, object]:
    return {"file": (BytesIO(text.encode()), "表.csv")}


def body(name: str, ids: dict[str, object]) -> dict[str, object]:
    """What a form sends, by the name that the table has after `+`."""
    bodies: dict[str, object] = {
        "": {},
        "english": {"language": "en", "next": "/keys"},
        "wrong": {"name": "SA", "password": "wrong", "current": "wrong", "again": "x"},
        "line-s": _line("130102", "130102水利局", "0311-86054321"),
        "line-t": _line("130202", "130202水利局", "0315-2054321"),
        # A unit of 唐山 drawn into the group of 石家庄.
        "grab": _line("130202", "130202水利局", "0315-2054322", "130100"),
        "file-s": lambda: _file(
            "号码,责任单位,层级,行政区划代码\n0311-86054323,130102水利局,县级,130102\n"
        ),
        "file-area": lambda: _file("行政区划代码,名称,层级,上级代码\n130103,新区,县,130100\n"),
        "file-grab": lambda: _file(
            "号码,责任单位,层级,行政区划代码,汇总分组\n"
            "0315-2054324,130202水利局,县级,130202,130100\n"
        ),
        "complaint": {"received_on": "2026-01-05", "matter": "无人接听"},
        "round-s": {"level": "city", "area_code": "130100", "period": "2026-08"},
        "round-t": {"level": "city", "area_code": "130200", "period": "2026-08"},
        "round-p": {"level": "province", "area_code": "130000", "period": "2026Q1"},
        "again-s": {"level": "city", "area_code": "130100", "period": "2026-11"},
        "again-p": {"level": "province", "area_code": "130000", "period": "2026Q4"},
        "send-s": {"inspectors": [ids["user.SX"]]},
        "send-t": {"inspectors": [ids["user.TI"]]},
        "send-p": {"inspectors": [ids["user.PX"]]},
        "as-is": {"as_is_reason": "线路抢修"},
        "calls-d": lambda: _file(
            "号码,拨打时间,第几次,结果\n0311-86000005,2026-11-10 09:00,1,21\n"
        ),
        "calls-s3": lambda: _file(
            "号码,拨打时间,第几次,结果\n0311-86000003,2026-11-10 09:00,1,21\n"
        ),
        "dial": {"outcome": "21", "attempt": "1", "started_at": "2026-11-10 09:00"},
        "hang-up": {
            "outcome": "14",
            "attempt": "1",
            "started_at": "2026-11-09 09:30",
            "ring_s": "18",
            "reason": "核对录音",
        },
        "vacant": {
            "outcome": "23",
            "attempt": "2",
            "started_at": "2026-11-09 10:10",
            "note": "核对过",
            "reason": "核对录音",
        },
        "reason": {"reason": "录音缺失"},
        "all": {"check": [value for key, value in ids.items() if key.startswith("check.")]},
        "inspector-s": {"name": "new", "role": "city_inspector", "area_code": "130100"},
        "reader-s": {"name": "new", "role": "unit_reader", "unit_id": ids["unit.s"]},
        "of-province": {"name": "new", "role": "province_admin"},
        "auditor": {"name": "new", "role": "auditor"},
    }
    for room in ROOMS:
        bodies |= room.bodies(ids)
    found = bodies[name]
    return found() if callable(found) else found  # type: ignore[return-value,operator]
