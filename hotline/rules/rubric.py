"""The rubric: what is judged, for how many points, and where the limits lie.

A round keeps the rubric it was opened with, word for word; `config.yaml` only says what the next
round will use. All points are whole numbers, so that a recomputed score is equal to the bit.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Seconds = Annotated[float, Field(ge=0, le=3600)]
Points = Annotated[int, Field(ge=0, le=100)]


class Frozen(BaseModel):
    """A value that cannot change and knows every key it may have."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(Frozen):
    """One line of the handling checklist. `critical`: abuse or a refusal may condemn it."""

    id: str = Field(pattern=r"^[BD][1-9]$")
    name: str
    name_en: str
    points: Points
    severity: Literal["minor", "major"]
    critical: bool = False
    until_close: bool = False


class Step(Frozen):
    """`points` for a wait of up to `upto` seconds, inclusive."""

    upto: Seconds
    points: Points


class Limits(Frozen):
    """Beyond these (seconds; counts) a put-through is slow. 15 s is GB/T 33358-2016's."""

    slow_ring_s: Seconds
    notice_ring_s: Seconds
    first_human_s: Seconds
    transfer_wait_s: Seconds
    hold_total_s: Seconds
    transfer_count: int = Field(ge=1, le=10)
    attempts: int = Field(ge=2, le=10)


class PutThrough(Frozen):
    """Part A: points by attempt (first, second …; none beyond), ring and waits."""

    attempts: tuple[Points, ...] = Field(min_length=1)
    ring: tuple[Step, ...] = Field(min_length=1)
    waits: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _steps_descend(self) -> "PutThrough":
        if list(self.attempts) != sorted(self.attempts, reverse=True):
            raise ValueError("attempts: points must not rise with the attempt")
        for name, steps in (("ring", self.ring), ("waits", self.waits)):
            if [s.upto for s in steps] != sorted({s.upto for s in steps}):
                raise ValueError(f"{name}: upto must rise from step to step")
            if [s.points for s in steps] != sorted((s.points for s in steps), reverse=True):
                raise ValueError(f"{name}: points must not rise with the wait")
        return self


class Irregular(Frozen):
    """When handling is irregular: so many major items failed, or less than this share earned."""

    major_failed: int = Field(ge=1)
    earned_percent_below: int = Field(ge=0, le=100)


class Grade(Frozen):
    """`name` from `at_least` points upward."""

    at_least: Points
    name: str


class Retry(Frozen):
    """When a line that was not put through may be judged (one unanswered dial proves nothing)."""

    attempts: int = Field(ge=1, le=9)
    minutes_apart: int = Field(ge=0, le=600)
    busy_redials: int = Field(ge=0, le=9)
    wrong_number_dials: int = Field(ge=1, le=9)


class Rubric(Frozen):
    """The whole scorecard with the retry rule, under its version's name."""

    version: str = Field(min_length=1, max_length=40)
    items: tuple[Item, ...] = Field(min_length=1)
    put_through: PutThrough
    limits: Limits
    irregular: Irregular
    min_applicable: Points
    cap: Points
    remind_below: Points
    grades: tuple[Grade, ...] = Field(min_length=1)
    retry: Retry

    @model_validator(mode="after")
    def _items_are_unique(self) -> "Rubric":
        ids = [item.id for item in self.items]
        if len(ids) != len(set(ids)):
            raise ValueError("items: an id stands twice")
        return self

    def item(self, item_id: str) -> Item:
        """Raises KeyError for an id that this rubric does not have."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def grade(self, score: float) -> str:
        """The name of the grade that a score (0–100) reaches; the lowest if none is reached."""
        ordered = sorted(self.grades, key=lambda grade: -grade.at_least)
        return next((g.name for g in ordered if score >= g.at_least), ordered[-1].name)
