"""Today: what awaits me, the open rounds, the last figures."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from hotline import clock, words
from hotline.chasing import agenda
from hotline.operations import job_runs
from hotline.web.current import current_actor, current_database, current_settings

room = Blueprint("home", __name__)


@room.get("/")
def today() -> ResponseReturnValue:
    now = clock.now()
    with current_database().read() as session:
        found = agenda.of(session, current_actor(), settings=current_settings(), now=now)
        alive = job_runs.is_alive(session, now=now)
        cares = current_actor().role == "province_admin"
        failing = job_runs.failing(session) if cares else {}
        unreachable = job_runs.unreachable(session) if cares else None
        return render_template(
            "home.html",
            agenda=found,
            now=now,
            scheduler_alive=alive,
            failing_jobs=failing,
            unreachable=unreachable,
            missing_year=current_settings().working_days.missing_year(clock.local(now).date())
            if cares
            else None,
            job_words=words.JOB,
        )
