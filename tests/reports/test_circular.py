"""The 通报: its words, its annexes, its bytes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from reports import circular
from reports.circular import Circular
from reports.circular_text import rate_words, sections, title
from tests.reports import samples
from tests.reports.readers import fonts_of, pages_of, squeeze, text_of


def said(facts: Circular) -> str:
    """The words of the sections, in one piece."""
    return "\n".join(
        f"{section.heading}\n" + "\n".join(lead + text for lead, text in section.paragraphs)
        for section in sections(facts)
    )


def test_title_names_quarter_or_month():
    assert title(samples.circular()) == "关于2026年第四季度饮水安全监督电话抽查情况的通报"
    month = samples.circular(period="2026-01")
    assert title(month) == "关于2026年1月饮水安全监督电话抽查情况的通报"


def test_all_words_are_on_the_paper():
    facts = samples.circular()
    printed = text_of(circular.draw(facts))
    for section in sections(facts):
        assert squeeze(section.heading) in printed
    assert squeeze("关于2026年第四季度饮水安全监督电话抽查情况的通报") in printed
    assert "冀水监电〔2026〕草稿" in printed
    assert "附件1" in printed
    assert "附件2" in printed
    for line in facts.lines:
        assert line.number in printed


def test_unions_are_said_as_unions_and_add_up():
    lines = (
        samples.line(1, "SLOW"),
        samples.line(2, "SLOW_IRREGULAR"),
        samples.line(3, "UNREACHABLE"),
        samples.line(4, "IRREGULAR"),
        samples.line(5),
    )
    words = said(samples.circular(lines))
    assert "接转不及时。共3条，占测试数的60.00%（3/5）" in words
    assert "受理不规范。共2条，占测试数的40.00%（2/5）" in words
    assert "不合格4条，其中打不通1条、仅接转不及时1条、仅受理不规范1条、两项兼有1条。" in words


def test_repeated_lines_are_starred_and_named_again():
    lines = (samples.line(1, "SLOW", repeated=True), samples.line(2))
    words = said(samples.circular(lines))
    assert "0311-00000001★" in words
    assert "本次抽查仍不合格的监督电话1条" in words


def test_a_round_without_failures_praises():
    words = said(samples.circular((samples.line(1), samples.line(2)), talks=()))
    assert "全部测试的监督电话均合格，予以表扬。" in words
    assert "未发现接转不及时" in words
    assert "限期整改" not in words


def test_nothing_tested_is_said_and_no_rate_is_invented():
    void = samples.line(1, class_key="VOID", class_label="不计", score=None, outcome=None)
    facts = samples.circular((void,), talks=())
    assert "没有有效测试结果" in said(facts)
    assert "表扬" not in said(facts)
    circular.draw(facts)


def test_no_previous_round_no_comparison():
    assert "与上期" not in said(samples.circular(previous_code=None))
    assert "此前没有同级" in said(samples.circular(previous_code=None))
    assert "合格率下降3.10个百分点" in said(samples.circular())


@pytest.mark.parametrize(("change", "word"), [(0.52, "上升0.52"), (0.001, "持平")])
def test_change_in_words(change, word):
    facts = samples.circular()
    facts = replace(facts, total=replace(facts.total, change_points=change))
    assert word in said(facts)


def test_as_is_reason_is_printed_only_where_there_is_one():
    assert "原因" not in said(samples.circular()).split("二、")[0]
    assert "原因：设备检修。" in said(samples.circular(as_is_reason="设备检修"))


def test_rates_carry_n():
    assert rate_words(154 / 196, 196) == "78.57%（154/196）"
    assert rate_words(None, 196) == "—"
    assert rate_words(0.0, 0) == "—"


def test_balance_is_shown_and_an_unbalanced_row_named():
    facts = samples.circular()
    good = circular.annexes(facts)[0].definitions[0]
    assert "各行与合计均平衡" in good
    assert "≠" not in good
    first = replace(facts.areas[0], passed=facts.areas[0].passed + 1)
    bad = circular.annexes(replace(facts, areas=(first, *facts.areas[1:])))[0].definitions[0]
    assert first.name in bad
    assert "均平衡" not in bad


def test_annex_1_has_the_sixteen_columns():
    heads = [column.head for column in circular.annexes(samples.circular())[0].columns]
    assert heads == [
        "排名",
        "市",
        "线路数",
        "抽查数",
        "合格",
        "打不通",
        "号码失效错误",
        "仅接转不及时",
        "仅受理不规范",
        "两项兼有",
        "首拨接通率",
        "接通率",
        "及时接通率",
        "合格率",
        "较上期(百分点)",
        "平均得分",
    ]


def test_same_facts_same_bytes_dated_by_the_paper():
    facts = samples.circular(date="2026-11-23", number="冀水监电〔2026〕3号")
    pdf = circular.draw(facts)
    assert pdf == circular.draw(facts)
    assert b"D:20261123" in pdf
    assert b"D:2000" not in pdf
    assert "2026年11月23日" in text_of(pdf)


def test_papers_drawn_at_once_do_not_mix():
    facts = [samples.circular(letterhead=name) for name in ("甲省水利厅文件", "乙丙丁戊己庚辛")]
    alone = [circular.draw(one) for one in facts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(circular.draw, facts * 4)) == alone * 4


def test_snapshot_round_trip_gives_the_same_paper():
    facts = samples.circular()
    kept = TypeAdapter(Circular)
    again = kept.validate_json(kept.dump_json(facts))
    assert again == facts
    assert circular.draw(again) == circular.draw(facts)


def test_every_font_is_embedded():
    fonts = fonts_of(circular.draw(samples.circular()))
    assert fonts
    assert all(fonts.values())


def test_three_thousand_lines_repeat_the_head_on_every_page():
    lines = tuple(samples.line(i) for i in range(1, 3001))
    pages = pages_of(circular.draw(samples.circular(lines)))
    annex = [page for page in pages if "0311-" in page and "监督电话" in page]
    table = [page for page in annex if "最终拨测结果" in page]
    assert len(table) > 50
    assert all("责任单位" in page for page in table)
    assert "0311-00003000" in table[-1]


def test_hostile_names_and_a_long_note_do_not_break_the_annex():
    hostile = "A&B公司<b><img src='/etc/passwd'/>𠮷👍"
    line = samples.line(1, "SLOW", unit=hostile, reasons=("长" * 5000,))
    printed = text_of(circular.draw(samples.circular((line, samples.line(2)))))
    assert squeeze(hostile) in printed
    assert printed.count("长") >= 5000
