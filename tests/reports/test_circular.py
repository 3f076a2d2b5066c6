"""The 通报: its words, its figures, its annexes."""

from dataclasses import replace

import pytest

from reports.circular_annexes import annexes, rechecks
from reports.circular_facts import Circular
from reports.document import Document, Grid, Heading
from reports.tables import shown
from reports.wording_syntax import rate_words
from tests.reports import samples


def words_of(document: Document) -> str:
    """The words of a paper's body, in one piece."""
    said = []
    for block in document.body:
        if isinstance(block, Grid):
            said += [block.caption, *(shown(c, "text") for row in block.rows for c in row)]
        else:
            said.append(block.text if isinstance(block, Heading) else block.lead + block.text)
    return "\n".join(said)


def said(facts: Circular) -> str:
    return words_of(samples.paper_of(facts))


def test_title_names_quarter_or_month_and_may_be_turned_over():
    title = samples.paper_of(samples.circular()).title
    assert title == "关于2026年第四季度\n饮水安全监督电话抽查情况的通报"
    month = samples.paper_of(samples.circular(period="2026-01"))
    assert month.title == "关于2026年1月\n饮水安全监督电话抽查情况的通报"


def test_the_five_sections_are_numbered_in_their_order():
    headings = [b.text for b in samples.paper_of(samples.circular()).body if isinstance(b, Heading)]
    assert headings == [
        "一、抽查基本情况",
        "二、总体情况",
        "三、存在问题",
        "四、上次问题复查情况",
        "五、有关要求",
    ]


def test_it_is_in_the_file_format_with_its_annexes_named():
    paper = samples.paper_of(samples.circular())
    assert paper.form == "file"
    assert [table.label for table in paper.annexes] == ["附件1", "附件2", "附件3"]
    assert paper.attachments == tuple(table.title for table in paper.annexes)
    assert paper.printed_by == "示范省水利厅办公室"


def test_unions_are_said_as_unions_and_add_up():
    lines = (
        samples.line(1, "SLOW"),
        samples.line(2, "SLOW_IRREGULAR"),
        samples.line(3, "UNREACHABLE"),
        samples.line(4, "IRREGULAR"),
        samples.line(5),
    )
    words = said(samples.circular(lines))
    assert "（一）接转不及时。共3条，占测试数的60.00%（3/5），包括打不通、" in words
    assert "（二）受理不规范。共2条，占测试数的40.00%（2/5）" in words
    assert "不合格4条，其中打不通1条、仅接转不及时1条、仅受理不规范1条、两项兼有1条。" in words
    assert "两项兼有1条，名单见前款，两款重复计列。" in words


def test_wrong_numbers_have_their_own_heading():
    words = said(samples.circular((samples.line(1, "WRONG_NUMBER"), samples.line(2))))
    assert "（一）号码失效错误。共1条，占测试数的50.00%（1/2）：示范市示范1县水利局" in words


def test_repeated_lines_are_starred_and_named_again():
    lines = (samples.line(1, "SLOW", repeated=True), samples.line(2))
    words = said(samples.circular(lines))
    assert "0311-00000001★" in words
    assert "本次抽查仍不合格的监督电话1条" in words
    assert "名单中标★的" in words


def test_a_round_without_failures_praises():
    words = said(samples.circular((samples.line(1), samples.line(2)), talks=()))
    assert "全部测试的监督电话均合格，予以表扬。" in words
    assert "未发现接转不及时" in words
    assert "保持成效。" in words
    assert "限期整改" not in words
    assert "约谈" not in words


def test_nothing_tested_is_said_and_no_rate_is_invented():
    void = samples.line(1, class_key="VOID", class_label="不计", score=None, outcome=None)
    words = said(samples.circular((void,), talks=()))
    assert "本次抽查没有有效测试结果，各项比率不作计算。" in words
    assert "不作问题认定" in words
    assert "表扬" not in words
    assert "%" not in words.split("四、")[0].replace("95%置信", "")


def test_a_round_of_no_lines_at_all_is_a_whole_paper():
    words = said(samples.circular((), talks=()))
    assert "列入监督电话0条，实际测试0条。" in words
    assert words.count("\n五、有关要求") == 1


def test_void_and_untested_lines_are_counted_so_that_the_sum_adds_up():
    lines = (
        samples.line(1),
        samples.line(2, class_key="VOID", class_label="不计", score=None, outcome=None),
        samples.line(3, class_key=None, class_label="未测", score=None, outcome=None),
    )
    assert "列入监督电话3条，实际测试1条，1条因测试方原因不计，1条未测试。" in said(
        samples.circular(lines)
    )


def test_no_previous_round_no_comparison():
    first = samples.circular(previous_code=None, again=(), completion=None)
    assert "与上期" not in said(first)
    assert "此前没有同级" in said(first)
    assert "合格率下降3.10个百分点" in said(samples.circular())
    assert [table.label for table in annexes(first)] == ["附件1", "附件2"]


def test_a_previous_round_without_failures():
    words = said(samples.circular(again=(), completion=None))
    assert "上期（轮次编号P-130000-2026Q3）没有认定不合格的监督电话。" in words


@pytest.mark.parametrize(("change", "word"), [(0.525, "上升0.53个"), (0.001, "持平。")])
def test_change_in_words(change, word):
    facts = samples.circular()
    facts = replace(facts, total=replace(facts.total, change_points=change))
    assert word in said(facts)


def test_what_became_of_the_failures_before_adds_up():
    again = (
        samples.again(1),
        samples.again(2, now_key="SLOW", now_label="接转不及时", now_score=70.0),
        samples.again(3, now_key="VOID", now_label="不计", now_score=None),
        samples.again(4, now_key=None, now_label="未测", now_score=None),
        samples.again(5, now_key=None, now_label=None, now_score=None, progress=None),
    )
    facts = samples.circular(again=again)
    assert (
        "认定不合格的监督电话5条，本期抽查合格1条，仍不合格1条，因测试方原因不计1条，未测试1条，"
        "本期未列入1条，详见附件3。" in said(facts)
    )
    assert "整改完成率66.67%（4/6）" in said(facts)
    rows = rechecks(facts).rows
    assert [row[8] for row in rows] == ["合格", "接转不及时", "不计", "未测", "未列入"]


def test_as_is_reason_is_printed_only_where_there_is_one():
    assert "原因" not in said(samples.circular()).split("二、")[0]
    assert "原因：设备检修。" in said(samples.circular(as_is_reason="设备检修。"))


def test_rates_carry_n():
    assert rate_words(154 / 196, 196) == "78.57%（154/196）"
    assert rate_words(None, 196) == "—"
    assert rate_words(0.0, 0) == "—"


def test_a_line_not_pursued_is_counted_but_not_named():
    lines = (
        samples.line(1, "UNREACHABLE", set_aside="线路施工，已提前报备", repeated=True),
        samples.line(2, "UNREACHABLE"),
        samples.line(3, "IRREGULAR", set_aside="线路施工，已提前报备"),
        samples.line(4),
    )
    facts = samples.circular(lines)
    words = said(facts)
    assert "接转不及时。共2条，占测试数的50.00%（2/4）" in words
    assert "打不通2条（其中1条不予追究，不列名）：示范市示范2县水利局（0311-00000002）。" in words
    assert "仅受理不规范1条（其中1条不予追究，不列名）。" in words
    assert "0311-00000001" not in words.split("四、")[0]
    assert "不予追究的2条，仍计入所属类别，原因：线路施工，已提前报备（2条）。" in words
    assert annexes(facts)[1].rows[0][10:] == ("不予追究：线路施工，已提前报备", "")
    assert "★" not in words
    assert "各行与合计均平衡" in annexes(facts)[0].definitions[0]


def test_where_nothing_is_pursued_nothing_is_demanded():
    lines = (samples.line(1, "SLOW", set_aside="申诉正在处理"), samples.line(2))
    words = said(samples.circular(lines))
    assert "限期整改" not in words
    assert "表扬" not in words


def test_more_lines_than_can_be_named_are_left_to_the_annex():
    words = said(samples.circular(tuple(samples.line(i, "SLOW") for i in range(1, 151))))
    assert "0311-00000100" in words
    assert "0311-00000101" not in words
    assert "等，全部名单见附件2。" in words


def test_balance_is_shown_and_an_unbalanced_row_named():
    facts = samples.circular()
    good = annexes(facts)[0].definitions[0]
    assert "各行与合计均平衡" in good
    assert "≠" not in good
    first = replace(facts.areas[0], passed=facts.areas[0].passed + 1)
    bad = annexes(replace(facts, areas=(first, *facts.areas[1:])))[0].definitions[0]
    assert first.name in bad
    assert "均平衡" not in bad


def test_every_rate_of_the_text_is_defined_below_annex_1():
    definitions = "".join(annexes(samples.circular())[0].definitions)
    for rate in ("首拨接通率", "接通率", "及时接通率", "有效率", "规范率", "合格率"):
        assert f"{rate}：" in definitions


def test_annex_1_has_the_sixteen_columns():
    heads = [column.head for column in annexes(samples.circular())[0].columns]
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


def test_three_thousand_lines_and_184_addressees_make_one_paper():
    lines = tuple(samples.line(i, "SLOW" if i % 3 == 0 else "PASS") for i in range(1, 3001))
    addressees = "、".join(f"示范{i}县水利局" for i in range(1, 185))
    paper = samples.paper_of(samples.circular(lines, addressees=addressees))
    assert paper.addressee == addressees
    assert len(paper.annexes[1].rows) == 3000
    assert "占测试数的33.33%（1000/3000）" in words_of(paper)
