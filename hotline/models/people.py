"""Who uses the system."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Table, UtcDateTime
from hotline.models.registry import Area, Unit

ROLES = (
    "province_admin",
    "city_admin",
    "province_inspector",
    "city_inspector",
    "unit_reader",
    "auditor",
)


class User(Table):
    """A person with an account. `area_code`: the province or reporting group; None for an auditor.

    `unit_id`: the unit a reader reads for, or an inspector belongs to and so never tests.
    `email`: where reminders go; None: they are shown on the first page only.
    `epoch` rises with every change of password or rights, which ends the sessions begun before.
    """

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    full_name: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str | None] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(20))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    area: Mapped[Area | None] = relationship()
    unit: Mapped[Unit | None] = relationship()

    @property
    def lacks_email(self) -> bool:
        """In use and to be reminded of things, but nowhere to write to."""
        return self.active and self.role != "auditor" and not self.email
