"""What every paper says of whom it comes from: plain values that survive a trip through JSON."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PaperFacts:
    """The sender, the number and the date of a paper.

    `date` None: a draft, whose `number` says so (〔2026〕草稿); `day` dates its file all the same.
    """

    issuer: str  # 发文机关: 河北省水利厅
    letterhead: str  # the red head: 河北省水利厅文件
    number: str  # 冀水监电〔2026〕3号
    signature: str
    contact: str
    day: str  # ISO
    date: str | None = None
    copies: tuple[str, ...] = ()
    printed_by: str = ""
    verify_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class RoundFacts(PaperFacts):
    """A paper that comes out of a round. `unit` "": it is to no one unit."""

    area: str  # of the round: 河北省, 石家庄市
    round_code: str
    period: str  # "2026Q4" or "2026-11"
    rubric_version: str
    unit: str = ""  # with its area before it, where its name does not begin so

    @property
    def is_draft(self) -> bool:
        return self.date is None
