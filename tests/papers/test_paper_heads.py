"""Whom papers come from and who gets a copy, as configured by area."""

from sqlalchemy import select

from hotline.models.papers import MeasureDue, Notice
from hotline.papers.notice_documents import compose
from tests.loop.disputed import ISSUED, a_case
from tests.papers.test_notice_documents import GIVEN, the


def configured(settings, **papers):
    return settings.model_copy(update={"papers": settings.papers.model_copy(update=papers)})


def test_an_area_without_words_of_its_own_goes_by_its_name(database, settings):
    with database.write() as session:
        a_case(session, settings, issue=())
        paper = compose(
            session, the(session, "circular"), settings=settings, now=ISSUED, issued=GIVEN
        )
    assert paper.letterhead == "石家庄市水利局文件"
    assert paper.signature == paper.author == "石家庄市水利局"
    assert paper.printed_by == "石家庄市水利局办公室"
    assert paper.copies == ()


def test_an_areas_own_words_stand_on_its_papers(database, settings):
    own = configured(
        settings,
        letterheads={"130100": "石家庄市农村饮水安全工作领导小组"},
        signers={"130100": "领导小组办公室"},
        contacts={"130100": "农水处，0311-00000001"},
        copies={"130100": ("石家庄市人民政府办公室",), "130200": ("别处",)},
        printed_by={"130100": "领导小组办公室秘书处"},
        numbering_words={"130100": "石饮安"},
    )
    with database.write() as session:
        a_case(session, settings, issue=())
        circular, letter = (
            compose(session, the(session, kind), settings=own, now=ISSUED)
            for kind in ("circular", "rectification")
        )
    assert circular.letterhead == "石家庄市农村饮水安全工作领导小组文件"
    assert letter.letterhead == "石家庄市农村饮水安全工作领导小组"
    assert circular.signature == letter.signature == "领导小组办公室"
    assert circular.author == "石家庄市水利局"
    assert circular.number == "石饮安〔2026〕草稿"
    assert circular.copies == ("石家庄市人民政府办公室",)
    assert (circular.printed_by, letter.printed_by) == ("领导小组办公室秘书处", "")
    assert (letter.copies, letter.printed_on) == ((), None)
    assert letter.body[-1].text == "联系方式：农水处，0311-00000001。"


def test_a_failure_after_a_talk_is_copied_to_the_government_of_its_area(database, settings):
    with database.write() as session:
        case = a_case(session, settings, issue=())
        rectify = session.scalars(
            select(MeasureDue).where(MeasureDue.round_id == case.round_id).limit(1)
        ).one()
        session.add(
            MeasureDue(
                round_id=case.round_id,
                step="copy_up",
                trigger=["copy_up.again", {"held": "2026-10-09"}],
                line_id=rectify.line_id,
                unit_id=case.unit_id,
                area_code=rectify.area_code,
            )
        )
        session.flush()
        letter: Notice = the(session, "rectification")
        paper = compose(session, letter, settings=settings, now=ISSUED)
    assert paper.copies == ("长安区人民政府",)
