"""A reason: the key of a fact and its figures. It is worded only where a person reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reason:
    """`key` names the fact (`slow.ring`), `params` hold plain JSON values."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)

    def to_json(self) -> list[object]:
        return [self.key, dict(self.params)]

    @classmethod
    def from_json(cls, value: list) -> "Reason":
        return cls(value[0], value[1])
