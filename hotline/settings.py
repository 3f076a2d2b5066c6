"""`config.yaml` as frozen, validated values. Secrets come from the environment only."""

import os
import re
from collections.abc import Mapping
from datetime import date, time
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, PlainValidator, ValidationError, field_validator, model_validator

from hotline.clock import Calendar
from hotline.errors import FieldError, Invalid, T, Text
from hotline.rules.duty import DutyHours
from hotline.rules.escalation import Ladder
from hotline.rules.rubric import Frozen, Rubric
from hotline.rules.sampling import SamplePlan
from hotline.rules.windows import LEAST_WORKING_DAYS, shortest


class CalendarOverlay(Frozen):
    """Days that are worked, and days that are not, whatever the notice says."""

    working_days: tuple[date, ...] = ()
    days_off: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _no_day_is_both(self) -> "CalendarOverlay":
        if both := sorted(set(self.working_days) & set(self.days_off)):
            named = ", ".join(map(str, both))
            raise ValueError(f"both in working_days and in days_off: {named}")
        return self


class FigureRules(Frozen):
    """Below `min_tested_for_rank` an area is shown without a rank."""

    min_tested_for_rank: int = Field(ge=1, le=100)
    false_pass_rate_above: float = Field(ge=0, le=1)


class Signing(Frozen):
    """An electronic signature (PAdES) on issued papers; the passphrase is in the environment."""

    certificate: str


FontRole = Literal["fangsong", "kaiti", "heiti", "songti", "xiaobiaosong"]


class Papers(Frozen):
    """Letterhead and standing words of the notices, by area code where areas differ.

    `letterheads`: the red head without 文件; `signers`: the signature; both else the issuer.
    `printed_by`: 印发机关. `templates`: a folder of changed wording, file by file before that which
    comes with Hotline. `fonts`: role → TrueType files, tried before the faces that come with it.
    """

    numbering_words: Mapping[str, str]
    issuers: Mapping[str, str]
    addressees: Mapping[str, str]
    basis: str
    contact: str
    letterheads: Mapping[str, str] = {}
    signers: Mapping[str, str] = {}
    contacts: Mapping[str, str] = {}
    copies: Mapping[str, tuple[str, ...]] = {}
    printed_by: Mapping[str, str] = {}
    templates: str | None = None
    fonts: Mapping[FontRole, tuple[str, ...]] = {}
    signing: Signing | None = None
    link_days: int = Field(default=60, ge=1, le=366)


class Mail(Frozen):
    """The SMTP server that takes the papers' e-mails; no `host`: none is sent, all stay queued.

    The password of `user` is in the environment, and never sent in the clear.
    """

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "ssl", "none"] = "starttls"
    user: str = ""
    sender: str = Field(default="hotline@localhost", pattern=r"^[!-~]+@[A-Za-z0-9.-]+$")
    sender_name: str = ""
    timeout_s: int = Field(default=30, ge=1, le=120)

    @model_validator(mode="after")
    def _a_password_is_not_sent_in_the_clear(self) -> "Mail":
        if self.user and self.security == "none":
            raise ValueError("a user needs security starttls or ssl")
        return self


class Deliveries(Frozen):
    """How often an e-mail is tried again, and when a claim without an answer becomes unknown.

    The second attempt is made after `retry_minutes`, each later one after twice the wait.
    """

    attempts: int = Field(default=6, ge=1, le=20)
    retry_minutes: int = Field(default=10, ge=1, le=1440)
    lease_minutes: int = Field(default=20, ge=5, le=1440)


def _wall_clock(value: object) -> time:
    """08:30 in quotes; without them YAML makes a number of some."""
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return time.fromisoformat(value)
    raise ValueError('a time like "08:30", in quotes')


WallClock = Annotated[time, PlainValidator(_wall_clock)]


class Chasing(Frozen):
    """Reminders and reports by e-mail: when, and how long before and after a due date.

    Messages go out on working days between `not_before` and `not_after` only. `remind_days`:
    working days left. Overdue, the unit and the inspectors are told from the first day, the
    city's administrators after so many working days, the province's after so many.
    """

    digest_at: WallClock = time(9)
    report_at: WallClock = time(8, 40)
    not_before: WallClock = time(8, 30)
    not_after: WallClock = time(17, 30)
    remind_days: tuple[Annotated[int, Field(ge=0, le=30)], ...] = (3, 1)
    city_after_days: int = Field(default=2, ge=1, le=60)
    province_after_days: int = Field(default=5, ge=1, le=60)

    @model_validator(mode="after")
    def _hours_and_rungs_follow_each_other(self) -> "Chasing":
        for name in ("digest_at", "report_at"):
            if not self.not_before <= getattr(self, name) < self.not_after:
                raise ValueError(f"{name} must be between not_before and not_after")
        if self.province_after_days < self.city_after_days:
            raise ValueError("province_after_days must not be less than city_after_days")
        return self


class Imports(Frozen):
    """How much one file may bring."""

    max_bytes: int = Field(ge=1_000)
    max_rows: int = Field(ge=1)


class Uploads(Frozen):
    """Files that come with a report or an appeal: how many, how large, of which kinds."""

    max_bytes: int = Field(default=10_000_000, ge=10_000, le=100_000_000)
    max_total_bytes: int = Field(default=30_000_000, ge=10_000, le=200_000_000)
    max_files: int = Field(default=10, ge=1, le=50)
    kinds: tuple[Literal["pdf", "jpg", "png", "docx", "xlsx", "mp3", "wav"], ...] = Field(
        default=("pdf", "jpg", "png", "docx", "xlsx", "mp3", "wav"), min_length=1
    )


class Retention(Frozen):
    """For how many days is kept what is no record: the journal and the papers are, and stay."""

    job_runs_days: int = Field(default=400, ge=90)
    messages_days: int = Field(default=400, ge=180)
    openings_days: int = Field(default=1100, ge=365)
    runners_days: int = Field(default=30, ge=1)


class Security(Frozen):
    """Sign-in. Rates are in the limits library's notation, per address.

    `public_rate`: pages that anyone may open, such as the check of a paper.
    """

    lock_after_failures: int = Field(ge=3, le=100)
    lock_minutes: int = Field(ge=1, le=1440)
    session_hours: int = Field(ge=1, le=72)
    login_rate: str
    public_rate: str = "120 per minute"
    secure_cookies: bool


AreaCode = Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class CityRounds(Frozen):
    """When a city's monthly round opens by itself and until when it dials.

    It opens at `hour` on that working day of the month, and its window ends so many working days
    before the month's last. `groups` empty: every reporting group with lines in use.
    `tested_by`: a group → the one whose inspectors test its lines instead of its own.
    """

    opens_on_working_day: int = Field(default=1, ge=1, le=10)
    closes_working_days_before_end: int = Field(default=3, ge=0, le=10)
    hour: WallClock = time(8)
    groups: tuple[AreaCode, ...] = ()
    tested_by: Mapping[AreaCode, AreaCode] = {}


class ProvinceRounds(Frozen):
    """The same of the province's quarterly round. `coverage`: all lines, or a draw of them."""

    month_of_quarter: int = Field(default=2, ge=1, le=3)
    opens_on_working_day: int = Field(default=1, ge=1, le=10)
    closes_working_days_before_end: int = Field(default=10, ge=0, le=15)
    hour: WallClock = time(8)
    coverage: Literal["full", "sample"] = "sample"


class Rounds(Frozen):
    """Rounds that open by themselves, and how lines are drawn.

    `doubles_percent`: of a round's lines, how many a second inspector tests too.
    """

    automatic: bool = True
    city: CityRounds = CityRounds()
    province: ProvinceRounds = ProvinceRounds()
    sample: SamplePlan = SamplePlan(least=3, share=0.3)
    doubles_percent: float = Field(default=0, ge=0, le=50)


class Settings(Frozen):
    """Everything an administrator may change."""

    database_url: str
    public_url: str = Field(default="http://127.0.0.1:8000", pattern=r"^https?://[^\s/]+(/\S*)?$")
    duty_hours: str
    calendar: CalendarOverlay
    rubric: Rubric
    ladder: Ladder
    figures: FigureRules
    papers: Papers
    mail: Mail = Mail()
    deliveries: Deliveries = Deliveries()
    chasing: Chasing = Chasing()
    imports: Imports
    uploads: Uploads = Uploads()
    retention: Retention = Retention()
    security: Security
    rounds: Rounds = Rounds()

    @field_validator("duty_hours")
    @classmethod
    def _duty_hours_can_be_read(cls, text: str) -> str:
        return str(DutyHours.parse(text))

    @field_validator("public_url")
    @classmethod
    def _public_url_ends_without_a_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @cached_property
    def working_days(self) -> Calendar:
        days = self.calendar
        return Calendar(
            dict.fromkeys(days.working_days, True) | dict.fromkeys(days.days_off, False)
        )

    def duty_of(self, own: str | None) -> DutyHours:
        """A line's duty hours: its own, else the office's."""
        return _parsed(own or self.duty_hours)

    def issuer(self, area_code: str, area_name: str, level: str) -> str:
        """Who signs the papers of an area's rounds."""
        office = "水利厅" if level == "province" else "水利局"
        return self.papers.issuers.get(area_code, f"{area_name}{office}")

    def contact(self, area_code: str, area_name: str, level: str) -> str:
        """Whom to ask about the papers of an area's rounds.

        `papers.contact` is the province's; a city that has none of its own names its office.
        """
        usual = self.papers.contact
        if level != "province":
            usual = f"请与{self.issuer(area_code, area_name, level)}联系"
        return self.papers.contacts.get(area_code, usual)

    def numbering_word(self, area_code: str, area_name: str) -> str:
        """The word before the year in the number of an area's papers (发文机关代字)."""
        usual = f"{area_name.removesuffix('省').removesuffix('市')}水监电"
        return self.papers.numbering_words.get(area_code, usual)

    def addressees(self, area_code: str, level: str) -> str:
        """Whom the 通报 of an area's rounds is written to."""
        usual = "各市水利局" if level == "province" else "各县（市、区）水利局"
        return self.papers.addressees.get(area_code, usual)


@lru_cache(maxsize=1024)
def _parsed(duty_hours: str) -> DutyHours:
    return DutyHours.parse(duty_hours)


class _Loader(yaml.SafeLoader):
    """A date that does not exist stays a text, so that it is refused by its key."""

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> object:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """HOTLINE_CONFIG, else ./config.yaml, else the default that comes with the package."""
    if named := environ.get("HOTLINE_CONFIG"):
        return Path(named)
    here = Path(__file__).parent
    candidates = (Path("config.yaml"), here / "data" / "config.yaml", here.parent / "config.yaml")
    return next((path for path in candidates if path.is_file()), candidates[0])


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the configuration; HOTLINE_DATABASE_URL wins over the file.

    Raises Invalid, naming the file and every key that is wrong.
    """
    path = config_path(environ)
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid.one(str(path), T("配置文件读不出：{why}", why=str(error))) from error
    if not isinstance(raw, dict):
        raise Invalid.one(str(path), T("配置文件须为“键: 值”的列表。"))
    if url := environ.get("HOTLINE_DATABASE_URL"):
        raw["database_url"] = url
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise Invalid(
            FieldError(
                ".".join(str(part) for part in problem["loc"]),
                T("{file} 中此项不对：{why}", file=path.name, why=problem["msg"]),
            )
            for problem in error.errors()
        ) from error
    if narrow := _narrow_windows(settings):
        raise Invalid(
            FieldError(key, T("{file} 中此项不对：{why}", file=path.name, why=why))
            for key, why in narrow
        )
    return settings


def _narrow_windows(settings: Settings) -> list[tuple[str, Text]]:
    """The keys by which rounds would have too few working days, each with the shortest period."""
    rules, found = settings.rounds, []
    for name, rule, month in (
        ("city", rules.city, None),
        ("province", rules.province, rules.province.month_of_quarter),
    ):
        opens, closes = rule.opens_on_working_day, rule.closes_working_days_before_end
        n, period = shortest(opens, closes, month, settings.working_days)
        if n < LEAST_WORKING_DAYS:
            why = T(
                "抽查时段太短：如 {period} 只剩 {n} 个工作日，复拨规则至少要 {least} 个；"
                "请减小此项或 opens_on_working_day。",
                period=period,
                n=n,
                least=LEAST_WORKING_DAYS,
            )
            found.append((f"rounds.{name}.closes_working_days_before_end", why))
    return found


def signing_passphrase(environ: Mapping[str, str] = os.environ) -> str:
    """What opens the certificate that signs papers; empty where it needs none."""
    return environ.get("HOTLINE_SIGNING_PASSPHRASE", "")


def smtp_password(environ: Mapping[str, str] = os.environ) -> str:
    """The mail server's, from HOTLINE_SMTP_PASSWORD; empty: none."""
    return environ.get("HOTLINE_SMTP_PASSWORD", "")


def metrics_token(environ: Mapping[str, str] = os.environ) -> str:
    """What monitoring shows to read the metrics from elsewhere; empty: from this machine only."""
    return environ.get("HOTLINE_METRICS_TOKEN", "")


def secret_key(environ: Mapping[str, str] = os.environ) -> str:
    """What signs sessions and links, from HOTLINE_SECRET_KEY.

    Raises Invalid where it is missing or short.
    """
    key = environ.get("HOTLINE_SECRET_KEY", "")
    if len(key) < 32:
        raise Invalid.one(
            "HOTLINE_SECRET_KEY", T("请设置环境变量 HOTLINE_SECRET_KEY，至少 32 个字符。")
        )
    return key
