"""The scheduler's jobs: what ran, what comes next, what failed, and to run it again."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from hotline import clock, words
from hotline.operations import job_runs
from hotline.web import job_words
from hotline.web.current import current_actor, current_database, current_settings
from hotline.web.wording import say

room = Blueprint("jobs", __name__, url_prefix="/jobs")


@room.get("")
def index() -> ResponseReturnValue:
    now = clock.now()
    with current_database().read() as session:
        found = job_runs.overview(session, now=now)
        return render_template(
            "jobs/index.html",
            found=found,
            now=now,
            job_words=words.JOB,
            result_words=job_words.said,
            by_hand=() if current_settings().rounds.automatic else job_words.OPENINGS,
        )


@room.post("/<int:run_id>/again")
def again(run_id: int) -> ResponseReturnValue:
    with current_database().write() as session:
        alive = job_runs.run_again(session, current_actor(), run_id, now=clock.now())
    if alive:
        flash(say("已登记为待重跑，调度程序每分钟查看一次，看到即做。"))
    else:
        flash(say("已登记为待重跑；现在没有调度程序在运行，启动后才会做。"))
    return redirect(url_for("jobs.index"), 303)
