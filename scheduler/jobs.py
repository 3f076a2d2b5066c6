"""The table of jobs: name, when a period of it is due, what it does."""

from collections.abc import Callable, Iterator
from datetime import datetime, time
from typing import Any

from sqlalchemy.orm import Session

from hotline import deliveries, retention, round_openings
from hotline.clock import Period
from hotline.mail import Mailer
from hotline.settings import smtp_password
from scheduler.claim import Claim, settle
from scheduler.periods import Due, days, months, quarters
from scheduler.runner import Job, Office, in_one_transaction


def _deliver(office: Office, held: Claim, now: datetime) -> None:
    """Every e-mail is claimed by itself, so a go that breaks off loses and repeats nothing."""
    mailer = Mailer(office.settings.mail, smtp_password())
    run = deliveries.deliver(
        office.database, mailer, key=office.secret_key, settings=office.settings, now=now
    )
    states = ("sent", "queued", "failed", "unknown")
    told = {state: run.count(state) for state in states if run.count(state)}
    with office.database.write() as session:
        settle(session, held, told, now=office.now())


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


def _nights(office: Office, since: datetime) -> Iterator[Due]:
    return days(since, time(3, 30))


JOBS = (
    Job("deliver", 60, _deliver),
    Job("tidy", 600, in_one_transaction(_tidy), _nights, latest_only=True),
    Job("open-city-rounds", 300, in_one_transaction(_city_rounds), _months),
    Job("open-province-round", 300, in_one_transaction(_province_round), _quarters),
)
