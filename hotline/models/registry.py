"""What is watched: areas, units, lines, and how lines have changed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Table, UtcDateTime

AREA_LEVELS = ("province", "city", "county", "zone")
LINE_LEVELS = ("province", "city", "county")
LINE_STATUSES = ("active", "suspended", "retired")


class Area(Table):
    """A province, city, county or zone. `report_group`: the area it is counted under, if said."""

    __tablename__ = "areas"
    __table_args__ = (CheckConstraint(f"level IN {AREA_LEVELS}", name="level"),)

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(10))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"), index=True)
    report_group: Mapped[str | None] = mapped_column(ForeignKey("areas.code"))


class Unit(Table):
    """The body responsible for lines. Two cities may each have a 桥西区水利局.

    `email`: where its papers are sent; None: they are handed over by link or download.
    """

    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("area_code", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    contact: Mapped[str | None] = mapped_column(String(60))
    contact_phone: Mapped[str | None] = mapped_column(String(40))

    area: Mapped[Area] = relationship()


class Line(Table):
    """One published number for one post of one unit; the counting unit of every figure.

    `group_code` is the resolved reporting group; `report_group` only what was said of it.
    `duty_hours` None: the office's own.
    """

    __tablename__ = "lines"
    __table_args__ = (
        CheckConstraint(f"level IN {LINE_LEVELS}", name="level"),
        CheckConstraint(f"status IN {LINE_STATUSES}", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    level: Mapped[str] = mapped_column(String(10))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    report_group: Mapped[str | None] = mapped_column(ForeignKey("areas.code"))
    group_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    owner: Mapped[str | None] = mapped_column(String(60))
    owner_phone: Mapped[str | None] = mapped_column(String(40))
    duty_hours: Mapped[str | None] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(10), default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    unit: Mapped[Unit] = relationship()
    area: Mapped[Area] = relationship(foreign_keys=[area_code])


class LineChange(Table):
    """A value that a line no longer has, with the time it held: from `since` until `changed_at`."""

    __tablename__ = "line_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), index=True)
    field: Mapped[str] = mapped_column(String(20))
    old_value: Mapped[str | None] = mapped_column(Text)
    new_value: Mapped[str | None] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))


class Complaint(Table):
    """Someone complained of a line: a sign of risk when lines are drawn."""

    __tablename__ = "complaints"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), index=True)
    received_on: Mapped[date] = mapped_column(Date)
    matter: Mapped[str] = mapped_column(Text)
    noted_by: Mapped[str] = mapped_column(String(80))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
