"""更正通知: old and new of a finding, and of the figures that were printed."""

from hotline.loop import appeal_decisions, appeals
from hotline.loop.appeal_decisions import Remedy
from hotline.models.papers import Notice
from hotline.papers.notice_documents import Issued, to_json
from reports.document import Grid
from tests.inspection.spot_checks import dial, on
from tests.loop.disputed import ISSUED, a_case, issue_paper, papers
from tests.papers.test_notice_documents import GIVEN, composed, the
from tests.reports.test_circular import words_of

NOTHING = Remedy()


def freeze(session, settings, notice, *, now=ISSUED) -> Notice:
    """Issue a paper with its document kept, as issuing does."""
    given = Issued(f"冀水监电〔2026〕{notice.id}号", now.date().isoformat())
    notice.document = to_json(composed(session, settings, notice, given, now))
    return issue_paper(session, settings, notice, now=now)


def appealed(session, settings, kinds):
    """A case whose papers of these kinds were issued, and then disputed."""
    case = a_case(session, settings, issue=())
    for kind in kinds:
        for notice in papers(session, case.finding(session).round, kind):
            freeze(session, settings, notice)
    filed = appeals.file(
        session,
        case.unit,
        case.finding_id,
        body="不实",
        appellant="王某",
        settings=settings,
        now=on(18),
    )
    return case, filed


def corrected(session, settings, case, filed, outcome, remedy=NOTHING):
    appeal_decisions.decide(
        session,
        case.other,
        filed.id,
        outcome=outcome,
        reason="录音证实。\n\n# 理由二",
        remedy=remedy,
        settings=settings,
        now=on(19),
    )
    return composed(session, settings, the(session, "correction"), GIVEN, now=on(20))


def grids(paper):
    return {block.caption: block.rows for block in paper.body if isinstance(block, Grid)}


def test_a_correction_tells_old_and_new_and_the_figures_that_changed(database, settings):
    with database.write() as session:
        case, filed = appealed(session, settings, ("circular", "rectification"))
        call = case.calls(session)[0]
        right = dial(call.started_at, note="录音")
        remedy = Remedy(corrected={call.id: right})
        paper = corrected(session, settings, case, filed, "revoked", remedy)
        number = case.check(session).number
        circular = papers(session, case.finding(session).round, "circular")[0]
    words = words_of(paper)
    assert paper.addressee == "各县（市、区）水利局"
    assert f"（{circular.number}）中，认定长安区水利局监督电话{number}为“受理不规范”。" in words
    assert "该单位于2026年11月18日提出申诉。经复核，申诉成立，撤销该项认定。" in words
    assert "录音证实。\n# 理由二" in words
    tables = grids(paper)
    old, new = tables[f"监督电话{number}的认定："][0][1:]
    assert (old, new) == ("受理不规范", "合格")
    figures = {row[0]: row[1:] for rows in tables.values() for row in rows}
    assert figures["合计：合格"] == ("0", "1")
    assert figures["合计：合格率"][0].endswith("，n=1")
    assert figures["合计：合格率"][0].startswith("0.00%")
    assert figures["合计：合格率"][1].startswith("100.00%")
    assert figures["长安区：仅受理不规范"] == ("1", "0")
    assert "合计：抽查数" not in figures


def test_a_correction_of_a_letter_alone_goes_to_its_unit(database, settings):
    with database.write() as session:
        case, filed = appealed(session, settings, ("rectification",))
        paper = corrected(session, settings, case, filed, "revoked")
    words = words_of(paper)
    assert paper.addressee == "长安区水利局"
    assert "饮水安全监督电话整改通知书" in words
    assert "仍计入所属类别，但不再作为该单位的问题" in words
    assert "有关数据" not in words


def test_a_correction_in_part(database, settings):
    with database.write() as session:
        case, filed = appealed(session, settings, ("rectification",))
        call = case.calls(session)[0]
        right = dial(call.started_at, ring_s="25")
        remedy = Remedy(corrected={call.id: right})
        paper = corrected(session, settings, case, filed, "partly", remedy)
    assert "申诉部分成立，变更该项认定。" in words_of(paper)
    (rows,) = grids(paper).values()
    assert rows[0] == ("类别", "受理不规范", "接转不及时")
    assert rows[1] == ("认定", "不合格", "不合格")
