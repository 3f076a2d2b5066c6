"""Two cities and 定州 with everyone in them, and rounds open and closed at both levels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.app import create_app
from hotline.db import Database, finish
from hotline.inspection import calls, reviews, rounds
from hotline.issuing import approval
from hotline.models.inspection import Check, Round
from hotline.models.papers import Notice
from hotline.papers import round_closings
from hotline.rights import Actor
from hotline.settings import Settings
from tests.factories import OPERATOR, actor_for, make_areas, make_line, make_unit
from tests.inspection.spot_checks import dial, on, open_to_all
from tests.web import rights_table
from tests.web.browsing import Browser

NOW = on(10, "10:00")
# Who: role, area, unit's area. P: the province; S: 石家庄; T: 唐山; D: 定州.
PEOPLE: dict[str, tuple[str, str | None, str | None]] = {
    "PA": ("province_admin", None, None),
    "PI": ("province_inspector", None, None),  # sent out with the province's open round
    "PX": ("province_inspector", None, None),  # not sent out
    "SA": ("city_admin", "130100", None),
    "SP": ("city_inspector", "130100", None),  # sent out with the province's open round
    "SC": ("city_inspector", "130100", None),  # sent out with the city's open round
    "SX": ("city_inspector", "130100", None),  # not sent out
    "SU": ("unit_reader", "130100", "130102"),
    "TA": ("city_admin", "130200", None),
    "TI": ("city_inspector", "130200", None),  # sent out with the city's open round
    "TU": ("unit_reader", "130200", "130202"),
    "DA": ("city_admin", "130682", None),
    "AU": ("auditor", None, None),
}
LINES = {
    "s": "130102",
    "s2": "130104",
    "s3": "130171",
    "t": "130202",
    "d": "130682",
    "p": "130000",
}
UNTESTED = ("s3", "d")
# Level, area, period, who is sent out, who dials, and a word that all typed texts of it hold.
CLOSED = {
    "P.old": ("province", "130000", "2026Q2", ("PI",), "PI", "杏花"),
    "S.old": ("city", "130100", "2026-09", ("SC",), "SC", "荷花"),
    "P.closed": ("province", "130000", "2026Q3", ("PI",), "PI", "梨花"),
    "S.closed": ("city", "130100", "2026-10", ("SC",), "SC", "桃花"),
    "T.closed": ("city", "130200", "2026-10", ("TI",), "TI", "李花"),
}
OPEN = {
    "S.open": ("city", "130100", "2026-11", ("SC",), "SC", "海棠"),
    "T.open": ("city", "130200", "2026-11", ("TI",), "TI", "木槿"),
    "P.open": ("province", "130000", "2026Q4", ("PI", "SP"), "PI", "槐花"),
}
ISSUED = ("P.closed.circular", "P.closed.s", "T.closed.circular")
WORDS = {name: plan[-1] for name, plan in (CLOSED | OPEN).items()}


class Rehearsal(Database):
    """A database on which, unless `lasting`, every write is done in full and then undone."""

    lasting = True

    @contextmanager
    def write(self) -> Iterator[Session]:
        if self.lasting:
            with super().write() as session:
                yield session
            return
        with self._queue(), self._writing.connect() as connection, connection.begin() as whole:
            with (
                Session(
                    connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
                ) as session,
                session.begin(),
            ):
                yield session
                finish(session)
            whole.rollback()


@dataclass
class Town:
    """`ids` has what stands in addresses, by short names such as `check.S.open.s`."""

    database: Database
    settings: Settings
    spice: str = ""
    people: dict[str, Actor] = field(default_factory=dict)
    ids: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = create_app(self.settings, self.database, "k" * 40)

    def browser(self, who: str | None, **more: str) -> Browser:
        return Browser(self.app, self.people[who] if who else None, **more)

    def address(self, template: str) -> str:
        """`/checks/{check.S.open.s}` with the id put in."""
        for name, value in self.ids.items():
            template = template.replace("{" + name + "}", str(value))
        assert "{" not in template, template
        return template

    def settle_down(self, *, furnished: bool = True) -> Town:
        """People, lines, and rounds that are over, with some of their papers issued.

        `furnished`: also with what each room's rows of the rights table are about.
        """
        with self.database.write() as session:
            make_areas(session)
            self._make_people(session)
            self._make_lines(session)
            for name, plan in CLOSED.items():
                found = self._open(session, name, plan)
                as_is = f"{WORDS[name]}{self.spice}"
                # Closed by none of the people, so that each of them may issue what is theirs.
                round_closings.close(
                    session,
                    OPERATOR,
                    found.code,
                    as_is_reason=as_is,
                    settings=self.settings,
                    now=NOW,
                )
                self._know_papers(session, name, found)
            for name in ("P.closed", "T.closed"):
                code = str(self.ids[f"round.{name}"])
                reviews.accept_all(
                    session, self.people["PA"], code, settings=self.settings, now=NOW
                )
            for name in ISSUED:
                self.issue(session, f"notice.{name}")
            if furnished:
                for room in rights_table.ROOMS:
                    room.prepare(self, session)
        return self

    def issue(self, session: Session, name: str) -> None:
        """Submitted by nobody of the town, issued by the province's administrator."""
        paper = int(str(self.ids[name]))
        approval.submit(session, OPERATOR, paper, now=NOW)
        approval.issue(session, self.people["PA"], paper, settings=self.settings, now=NOW)

    def go_out(self, *names: str) -> Town:
        """Open these rounds of OPEN (all if none is named) and dial their first lines."""
        with self.database.write() as session:
            for name in names or OPEN:
                self._open(session, name, OPEN[name])
        return self

    def _make_people(self, session: Session) -> None:
        for name, (role, area, unit) in PEOPLE.items():
            reads = make_unit(session, unit, self._unit_name(unit)) if unit else None
            full_name = f"{name}{self.spice}" if self.spice else ""
            self.people[name] = actor_for(
                session, role, name=name, area_code=area, unit=reads, full_name=full_name
            )
            self.ids[f"user.{name}"] = self.people[name].user_id

    def _unit_name(self, area_code: str) -> str:
        return f"{area_code}水利局{self.spice}"

    def _make_lines(self, session: Session) -> None:
        for serial, (name, area_code) in enumerate(LINES.items(), start=1):
            line = make_line(
                session,
                area_code=area_code,
                unit=make_unit(session, area_code, self._unit_name(area_code)),
                number=f"0311-8600000{serial}",
                line_id=f"LINE-{name}",
                owner=f"{name}{self.spice}"[:60],
                owner_phone=f"1380000000{serial}",
            )
            self.ids |= {f"line.{name}": line.id, f"unit.{name}": line.unit_id}

    def _open(self, session: Session, name: str, plan: tuple) -> Round:
        level, area, period, sent, dialler, word = plan
        new = rounds.NewRound(
            level, area, period, inspectors=tuple(self.people[who].user_id for who in sent)
        )
        opener = self.people["PA" if level == "province" else f"{name[0]}A"]
        found = rounds.open_round(session, opener, new, settings=self.settings, now=NOW)
        open_to_all(session, found)
        self.ids[f"round.{name}"] = found.code
        for short in LINES:
            check = session.scalar(
                select(Check).where(
                    Check.round_id == found.id, Check.line_id == self.ids[f"line.{short}"]
                )
            )
            if check is not None:
                self.ids[f"check.{name}.{short}"] = check.id
                self._dial(session, name, short, check, found, self.people[dialler], word)
        return found

    def _dial(
        self,
        session: Session,
        name: str,
        short: str,
        check: Check,
        found: Round,
        dialler: Actor,
        word: str,
    ) -> None:
        """A hang-up, or a vacant number in the province's open round; the UNTESTED are left out."""
        if short in UNTESTED:
            return
        said = f"{word}{self.spice}"
        day = on(9, month=min(found.ends_on.month, 11))
        outcomes = (23, 23) if name == "P.open" else (14,)
        # One check of each open round has calls of the administrator's own.
        own = {"S.open": "s2", "P.open": "p"}.get(name) == short
        actor = self.people[f"{name[0]}A"] if own else dialler
        for turn, outcome in enumerate(outcomes):
            raw = dial(
                day + timedelta(minutes=40 * turn),
                outcome=outcome,
                attempt=turn + 1,
                note=said,
                scenario=said,
                answered_by=said,
                caller_number=f"0311-{word}",
            )
            logged = calls.record(session, actor, check.id, raw, settings=self.settings, now=NOW)
            self.ids[f"call.{name}.{short}"] = logged.call_id
        if name == "T.open":
            reviews.return_(
                session,
                self.people["TA"],
                check.id,
                reason=said,
                settings=self.settings,
                now=NOW,
            )

    def _know_papers(self, session: Session, name: str, found: Round) -> None:
        short = {self.ids[f"unit.{line}"]: line for line in LINES} | {None: "circular"}
        for paper in session.scalars(select(Notice).where(Notice.round_id == found.id)):
            self.ids[f"notice.{name}.{short[paper.unit_id]}"] = paper.id
