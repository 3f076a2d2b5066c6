"""The table of jobs: name, when a period of it is due, what it does."""

from datetime import datetime

from hotline import deliveries
from hotline.mail import Mailer
from hotline.settings import smtp_password
from scheduler.claim import Claim, settle
from scheduler.runner import Job, Office


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


JOBS = (Job("deliver", 60, _deliver),)
