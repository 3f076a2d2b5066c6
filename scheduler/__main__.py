"""`python -m scheduler`: one process that does what is due; SIGTERM lets the running job end.

It is waited for as long as a mail server may keep a letter, not for ever.

--once NAME runs what is due of one job and ends. --with-parent ends when standard input closes,
so that a scheduler never outlives the program that started it.
"""

import argparse
import sys
from dataclasses import replace

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from hotline.clock import ZONE
from hotline.db import Database
from hotline.errors import HotlineError, explain
from hotline.mail import longest_exchange_s
from hotline.operations import logs, schema
from hotline.settings import load, secret_key
from scheduler.clock_steps import wake_after_steps
from scheduler.jobs import JOBS
from scheduler.runner import BEAT_S, Office, run_due, run_each, show_up, sign_off
from scheduler.stopping import end_within, told_to_stop

# For what a job does after its last exchange with the mail server: noting how it went.
_NOTING_S = 4.0


def main() -> int:
    """Exit code 0: ended as told; 1: it could not start, or a run of the job of --once failed."""
    parser = argparse.ArgumentParser(prog="python -m scheduler")
    parser.add_argument("--once", metavar="NAME", choices=[job.name for job in JOBS])
    parser.add_argument("--with-parent", action="store_true")
    options = parser.parse_args()
    logs.start()
    logs.listen_to("apscheduler")
    try:
        settings = load()
        office = Office(Database(settings.database_url), settings, secret_key())
        if not schema.is_current(office.database):
            print("数据库尚未建立或版本较旧，请先运行 hotline init。", file=sys.stderr)
            return 1
    except HotlineError as refusal:
        print(explain(refusal), file=sys.stderr)
        return 1
    try:
        if options.once:
            job = next(job for job in JOBS if job.name == options.once)
            succeeded = run_each(office, job)
            failed = succeeded.count(False)
            print(f"{job.name}：{len(succeeded)}" + (f"，其中失败 {failed}" if failed else ""))
            return 1 if failed else 0
        else:
            _serve(office, with_parent=options.with_parent)
    finally:
        office.database.close()
    return 0


def _serve(office: Office, *, with_parent: bool) -> None:
    over = told_to_stop(with_parent=with_parent)
    office = replace(office, stopping=over.is_set)
    clockwork = BackgroundScheduler(timezone=ZONE)
    # A wake-up only asks what is due, so a late one is as good and two missed ones are one.
    often = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    show_up(office)
    clockwork.add_job(show_up, IntervalTrigger(seconds=BEAT_S, timezone=ZONE), [office], **often)
    for job in JOBS:
        wake = IntervalTrigger(seconds=job.every_s, timezone=ZONE)
        clockwork.add_job(run_due, wake, [office, job], next_run_time=office.now(), **often)
    clockwork.start()
    wake_after_steps(clockwork, over, now=office.now)
    end_within(longest_exchange_s(office.settings.mail) + _NOTING_S)
    clockwork.shutdown(wait=True)
    sign_off(office)


if __name__ == "__main__":
    sys.exit(main())
