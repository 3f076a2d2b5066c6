"""Many issuers at once, and issuers that die: every number once, none left out, no paper lost."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import func, select

from hotline import audit
from hotline.db import Database
from hotline.files import storage
from hotline.issuing import approval, integrity
from hotline.models.papers import Notice, StoredFile
from hotline.settings import load
from tests.issuing.closed_rounds import NOW, ClosedRound, close_a_round
from tests.issuing.issuers import issuer

ROOT = Path(__file__).resolve().parent.parent.parent
PAPERS = 100
FEWER = 30


def waiting(database: Database, papers: int) -> ClosedRound:
    """So many papers that only wait to be issued: a 通报 and letters to units."""
    settings = load({"HOTLINE_CONFIG": str(ROOT / "config.yaml")})
    units = [f"{n:02d}号水利站" for n in range(papers - 1)]
    found = close_a_round(database, settings, units=units, passing=0)
    found.accept()
    with database.write() as session:
        approval.submit_round(session, found.drafter, found.code, now=NOW)
    return found


def numbers(found: ClosedRound) -> list[tuple[int | None, str | None]]:
    with found.database.read() as session:
        return sorted(session.execute(select(Notice.serial, Notice.number)).all())


def test_a_hundred_papers_issued_by_four_processes_at_once(database):
    many = waiting(database, PAPERS)
    ids = [paper.id for paper in many.papers().values()]
    assert len(ids) == PAPERS
    racing = [issuer(many.database, many.settings, ids, many.chief, seed) for seed in range(4)]
    for process in racing:
        process.join(120)
    assert [process.exitcode for process in racing] == [0, 0, 0, 0]
    assert numbers(many) == [(n, f"石家庄水监电〔2026〕{n}号") for n in range(1, PAPERS + 1)]
    with many.database.read() as session:
        assert session.scalar(select(func.count(Notice.verification_code.distinct()))) == PAPERS
        assert session.scalar(select(func.count(StoredFile.digest))) == PAPERS
        assert audit.verify(session)[1] == []
        checked = integrity.verify(session, settings=many.settings)
    assert (checked.count, checked.broken, checked.drawn_otherwise) == (PAPERS, (), ())


def test_an_issuer_killed_at_its_work_leaves_no_gap(database):
    many = waiting(database, FEWER)
    ids = [paper.id for paper in many.papers().values()]
    killed = 0
    for turn in range(4):
        process = issuer(many.database, many.settings, ids, many.chief, seed=turn)
        before = _issued(many)
        while process.is_alive() and _issued(many) < before + 3:
            time.sleep(0.01)
        killed += process.is_alive()
        process.kill()
        process.join(30)
    assert killed == 4
    done = _issued(many)
    assert 12 <= done < FEWER
    with many.database.read() as session:
        given = session.scalars(select(Notice.serial).where(Notice.serial.is_not(None)))
        assert sorted(given) == list(range(1, done + 1))
    last = issuer(many.database, many.settings, ids, many.chief, seed=99)
    last.join(120)
    assert last.exitcode == 0
    assert [serial for serial, _ in numbers(many)] == list(range(1, FEWER + 1))
    with many.database.read() as session:
        assert integrity.verify(session, settings=many.settings).broken == ()
        for digest in session.scalars(select(Notice.file)):
            assert storage.fetch(session, digest).startswith(b"%PDF-")


def _issued(found: ClosedRound) -> int:
    with found.database.read() as session:
        return session.scalar(select(func.count(Notice.number))) or 0
