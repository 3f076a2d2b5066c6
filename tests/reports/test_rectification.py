"""The 整改通知书: what it tells the unit, and its bytes."""

from pydantic import TypeAdapter

from reports import rectification
from reports.rectification import RectificationNotice
from tests.reports import samples
from tests.reports.readers import fonts_of, squeeze, text_of


def test_the_unit_reads_what_was_found_and_what_to_do():
    facts = samples.notice()
    printed = text_of(rectification.draw(facts))
    for finding in facts.findings:
        for words in (finding.number, finding.class_label, *finding.reasons, *finding.actions):
            assert squeeze(words) in printed
        for call in finding.calls:
            assert squeeze(call.time) in printed
            assert squeeze(call.outcome) in printed
        for item in finding.failed_items:
            assert item.id in printed
            assert squeeze(item.name) in printed
    assert "示范市示范县水利局：" in printed
    assert squeeze(facts.deadline) in printed
    assert squeeze(facts.consequence) in printed
    assert squeeze(facts.appeal) in printed
    assert "回执" in printed
    assert "签收单位（盖章）" in printed


def test_days_differ_by_class():
    printed = text_of(rectification.draw(samples.notice()))
    assert "0311-00000001（接转不及时，5个工作日）" in printed
    assert "0311-00000002（号码失效错误，2个工作日）" in printed


def test_a_due_day_is_said_where_known():
    due = samples.finding(1, due="2026-11-30")
    assert "5个工作日，2026年11月30日（含）前" in text_of(rectification.draw(samples.notice(due)))


def test_same_facts_same_bytes_and_every_font_embedded():
    facts = samples.notice(date="2026-11-23")
    pdf = rectification.draw(facts)
    assert pdf == rectification.draw(facts)
    assert b"D:20261123" in pdf
    fonts = fonts_of(pdf)
    assert fonts
    assert all(fonts.values())


def test_snapshot_round_trip():
    kept = TypeAdapter(RectificationNotice)
    assert kept.validate_json(kept.dump_json(samples.notice())) == samples.notice()


def test_hostile_notes_print_as_typed():
    call = samples.finding().calls[0]
    note = "<b>A&B</b>" + "长" * 5000
    made = samples.finding(1, calls=(type(call)(call.time, 1, "无人接听", note=note),))
    printed = text_of(rectification.draw(samples.notice(made)))
    assert "<b>A&B</b>长" in printed
    assert printed.count("长") >= 5000


def test_many_findings_and_none_of_the_optional_parts():
    bare = samples.finding(1, calls=(), failed_items=(), reasons=(), actions=(), score=None)
    printed = text_of(rectification.draw(samples.notice(*[bare] * 40, appeal=None)))
    assert printed.count("0311-00000001") == 80
    assert "申诉" not in printed
    assert "None" not in printed
