"""A year of rounds by three schedulers that are killed a hundred times: each round opens once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import datetime

from sqlalchemy import func, select

from hotline import audit
from hotline.inspection import samples
from hotline.inspection.rounds import round_code
from hotline.models.inspection import Check, Round
from hotline.models.jobs import JobRun
from hotline.models.journal import AuditEntry
from tests.factories import OPERATOR, SHANGHAI, make_areas, make_line
from tests.scheduler import herd, round_herd

LINES = {"130100": 1, "130102": 3, "130202": 4, "130682": 2}
GROUPS = {"130100": 4, "130200": 4, "130682": 2}


def test_a_year_of_rounds_is_opened_once_whoever_is_killed(database):
    born = datetime(2025, 12, 1, tzinfo=SHANGHAI)
    with database.write() as session:
        make_areas(session)
        for area, lines in LINES.items():
            for _ in range(lines):
                make_line(session, area_code=area, created_at=born)
    url = database.engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-m", "tests.scheduler.round_herd", url],
        cwd=herd.ROOT,
        env={"PYTHONPATH": str(herd.ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) >= 100
    cities = [
        round_code("city", group, month.name) for group in GROUPS for month in round_herd.MONTHS
    ]
    province = [round_code("province", "130000", one.name) for one in round_herd.QUARTERS]
    with database.read() as session:
        opened = select(AuditEntry.subject_id).where(AuditEntry.action == "round.open")
        assert Counter(session.scalars(opened)) == dict.fromkeys(cities + province, 1)
        assert audit.verify(session)[1] == []
        checks = dict(
            session.execute(
                select(Round.code, func.count(Check.id)).join(Check).group_by(Round.code)
            ).all()
        )
        assert set(checks) == {*cities, *province}
        for group, lines in GROUPS.items():
            for month in round_herd.MONTHS:
                assert checks[round_code("city", group, month.name)] == lines
        for code in province:
            assert samples.verify(session, OPERATOR, code).same
        runs = session.scalars(select(JobRun).where(JobRun.job.startswith("open-"))).all()
        assert len(runs) == 16
        assert {run.state for run in runs} == {"done"}
        assert sum(run.attempts - 1 for run in runs) > 15
