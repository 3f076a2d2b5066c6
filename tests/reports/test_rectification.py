"""The 整改通知书: what it tells the unit."""

from reports.document import Grid
from reports.rectification_facts import EvidenceCall
from tests.reports import samples
from tests.reports.test_circular import words_of


def test_the_unit_reads_what_was_found_and_what_to_do():
    facts = samples.notice()
    paper = samples.paper_of(facts)
    words = words_of(paper)
    for finding in facts.findings:
        for said in (finding.number, finding.class_label, *finding.reasons):
            assert said in words
        for call in finding.calls:
            assert call.time in words
            assert call.outcome in words
        for item in finding.failed_items:
            assert f"{item.id} {item.name}（{item.severity}）" in words
    assert "轮次编号P-130000-2026Q4，评分细则2026.1版" in words
    assert "确保15秒内接听" in words
    assert "更正公布渠道上的号码" in words
    assert "3个工作日内书面申诉" in words
    assert paper.form == "letter"
    assert paper.addressee == "示范市示范县水利局"
    assert paper.receipt[1] == "《饮水安全监督电话整改通知书》（冀水监电〔2026〕草稿）已收到。"


def test_a_draft_has_days_and_an_issued_paper_their_ends_with_the_reckoning():
    draft = words_of(samples.paper_of(samples.notice()))
    assert "号码失效错误的：自本通知签发之日起2个工作日内" in draft
    assert "截止日为" not in draft
    issued = samples.paper_of(samples.issued_notice())
    assert "截止日为2026年11月25日，自2026年11月23日次日起算2个工作日。" in words_of(issued)
    assert "5个工作日（2026年11月30日前）" in words_of(issued)
    assert issued.date == issued.day == "2026-11-23"
    assert issued.verify_url == samples.VERIFY


def test_a_line_not_pursued_is_told_with_its_reason_and_asks_for_nothing():
    facts = samples.notice(samples.finding(1), set_aside=("0311-00000009（打不通，线路施工）",))
    words = words_of(samples.paper_of(facts))
    assert "另有1条监督电话不合格但不予追究：0311-00000009（打不通，线路施工）。" in words
    assert words.count("0311-00000009") == 1


def test_where_nothing_is_pursued_the_paper_asks_for_nothing():
    facts = samples.notice(samples.finding(1), set_aside=("0311-00000001（打不通，施工）",))
    words = words_of(samples.paper_of(samples.replace(facts, findings=(), terms=())))
    assert "没有需要整改的问题" in words
    assert "整改要求" not in words
    assert "约谈" not in words


def test_typed_notes_stay_in_their_cell():
    note = "<b>A&B</b>\n# 标题\n@receipt" + "长" * 5000
    call = EvidenceCall("2026-11-09 09:30", 1, "无人接听", note=note)
    paper = samples.paper_of(samples.notice(samples.finding(1, calls=(call,))))
    tables = [block for block in paper.body if isinstance(block, Grid)]
    assert tables[1].rows == (("2026-11-09 09:30", 1, "无人接听", None, None, note),)


def test_many_findings_and_none_of_the_optional_parts():
    bare = samples.finding(1, calls=(), failed_items=(), reasons=(), score=None)
    paper = samples.paper_of(samples.notice(*[bare] * 40))
    words = words_of(paper)
    assert words.count("0311-00000001") == 120
    assert "None" not in words
    assert [block.caption for block in paper.body if isinstance(block, Grid)] == [""]


def test_a_units_name_may_be_as_long_as_the_registry_takes():
    name = "示范" * 100
    paper = samples.paper_of(samples.notice(unit=name))
    assert paper.addressee == name
