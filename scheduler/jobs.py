"""The table of jobs: name, when a period of it is due, what it does."""

from collections.abc import Callable, Iterator
from datetime import datetime, time
from typing import Any

from sqlalchemy.orm import Session

from hotline.chasing import bulletins, digests
from hotline.clock import Period
from hotline.delivery import deliveries, messages
from hotline.delivery.mail_queue import Run
from hotline.inspection import calendar_changes, round_openings
from hotline.loop import reminders
from hotline.mail import Mailer
from hotline.operations import retention
from hotline.settings import smtp_password
from scheduler.claim import Claim, settle
from scheduler.periods import Due, days, months, months_over, quarters, weeks_over, working_days
from scheduler.runner import Job, Office, in_one_transaction


def _deliver(office: Office, held: Claim, now: datetime) -> None:
    """Every e-mail is claimed by itself, so a go that breaks off loses and repeats nothing."""
    mailer, settings = Mailer(office.settings.mail, smtp_password()), office.settings
    run = deliveries.deliver(
        office.database,
        mailer,
        key=office.secret_key,
        settings=settings,
        now=now,
        stopping=office.stopping,
    )
    troubled = run.unreachable is not None or run.unanswered is not None
    sent = messages.send(
        office.database,
        mailer,
        settings=settings,
        now=office.now(),
        stopping=lambda: troubled or office.stopping(),
    )
    told: dict[str, Any] = dict(_told(run))
    told |= {f"messages_{state}": n for state, n in _told(sent).items()}
    unreachable = run.unreachable or sent.unreachable
    if unreachable is not None and settings.mail.host:
        told["unreachable"] = unreachable
    if unanswered := run.unanswered or sent.unanswered:
        told["unanswered"] = unanswered
    with office.database.write() as session:
        settle(session, held, told, now=office.now())


def _told(run: Run) -> dict[str, int]:
    states = ("sent", "queued", "failed", "unknown")
    return {state: run.count(state) for state in states if run.count(state)}


def _chase(office: Office, held: Claim, now: datetime) -> None:
    """Each list is unique by its day and address, so that twice is as good as once."""
    chased = digests.chase(office.database, held.period, settings=office.settings, now=now)
    told = {"addresses": chased.addresses, "queued": chased.queued}
    with office.database.write() as session:
        settle(session, held, told, now=office.now())


def _overdue_calls(session: Session, office: Office, held: Claim, now: datetime) -> dict[str, int]:
    called = reminders.call_for_overdue(session, settings=office.settings, now=now)
    return {"rectifications": called.rectifications}


def _bulletins(office: Office, held: Claim, now: datetime) -> None:
    """Each office's is unique, so that what is drawn already is left as it is."""
    drawn = bulletins.draw_all(office.database, held.period, settings=office.settings, now=now)
    with office.database.write() as session:
        settle(session, held, {"drawn": drawn}, now=office.now())


def _weeks(office: Office, since: datetime) -> Iterator[Due]:
    return weeks_over(since, office.settings.chasing.report_at, office.settings.working_days)


def _months_over(office: Office, since: datetime) -> Iterator[Due]:
    return months_over(since, office.settings.chasing.report_at, office.settings.working_days)


def _mornings(office: Office, since: datetime) -> Iterator[Due]:
    return working_days(since, office.settings.chasing.report_at, office.settings.working_days)


def _digests(office: Office, since: datetime) -> Iterator[Due]:
    return working_days(since, office.settings.chasing.digest_at, office.settings.working_days)


def _city_rounds(session: Session, office: Office, held: Claim, now: datetime) -> dict[str, Any]:
    period = Period.parse(held.period)
    return round_openings.open_city_rounds(session, period, settings=office.settings, now=now)


def _province_round(session: Session, office: Office, held: Claim, now: datetime) -> dict[str, Any]:
    period = Period.parse(held.period)
    return round_openings.open_province_round(session, period, settings=office.settings, now=now)


def _months(office: Office, since: datetime) -> Iterator[Due]:
    return _if_automatic(office, months, since)


def _quarters(office: Office, since: datetime) -> Iterator[Due]:
    return _if_automatic(office, quarters, since)


def _if_automatic(
    office: Office, periods: Callable[..., Iterator[Due]], since: datetime
) -> Iterator[Due]:
    settings = office.settings
    if not settings.rounds.automatic:
        return iter(())
    return periods(since, lambda period: round_openings.opening(period, settings))


def _tidy(session: Session, office: Office, held: Claim, now: datetime) -> dict[str, int]:
    daily = [job.name for job in JOBS if job.latest_only]
    return retention.tidy(session, daily_jobs=daily, settings=office.settings, now=now)


def _calendar(session: Session, office: Office, held: Claim, now: datetime) -> dict[str, int]:
    changed = calendar_changes.follow(session, settings=office.settings)
    return {"checks": changed} if changed else {}


def _nights(office: Office, since: datetime) -> Iterator[Due]:
    return days(since, time(3, 30))


JOBS = (
    Job("deliver", 60, _deliver),
    Job("overdue-calls", 60, in_one_transaction(_overdue_calls), _mornings, latest_only=True),
    Job("chase", 60, _chase, _digests, latest_only=True),
    Job("weekly-report", 60, _bulletins, _weeks),
    Job("monthly-report", 60, _bulletins, _months_over),
    Job("calendar", 60, in_one_transaction(_calendar), _nights, latest_only=True),
    Job("tidy", 60, in_one_transaction(_tidy), _nights, latest_only=True),
    Job("open-city-rounds", 60, in_one_transaction(_city_rounds), _months),
    Job("open-province-round", 60, in_one_transaction(_province_round), _quarters),
)
