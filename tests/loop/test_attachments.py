"""Files: told by their content, refused in words, kept once, handed out to whom they concern."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hotline.errors import Invalid, NotFound
from hotline.files import storage
from hotline.files.file_kinds import Unsafe, kind_of
from hotline.loop import attachments
from hotline.loop.attachments import Upload, clean_name
from hotline.models.loop import Appeal, Attachment, Talk
from hotline.models.papers import StoredFile
from tests.inspection.spot_checks import on
from tests.loop import files
from tests.loop.repairs import REPORTED, a_repair, report

GOOD = {
    "报告.pdf": files.pdf(),
    "照片.jpg": files.picture("JPEG"),
    "照片.JPEG": files.picture("JPEG"),
    "照片.png": files.picture("PNG"),
    "说明.docx": files.docx(),
    "台账.xlsx": files.xlsx(),
    "录音.mp3": files.mp3(),
    "带标签.mp3": files.tagged_mp3(),
    "录音.wav": files.wav(),
}
HALF = files.picture("JPEG", (400, 300))
BAD = {
    "程序.pdf": (files.exe(), "内容不是可收的文件"),
    "报告.pdf.exe": (files.exe(), "内容不是可收的文件"),
    "报告.exe": (files.pdf(), "文件名却不是"),
    "照片.pdf": (files.picture("PNG"), "文件名却不是"),
    "没有后缀": (files.pdf(), "文件名却不是"),
    "截断.pdf": (files.pdf()[:20], "内容不是可收的文件"),
    "截断.jpg": (HALF[: len(HALF) // 2], "内容不是可收的文件"),
    "损坏.png": (files.picture("PNG")[:40], "内容不是可收的文件"),
    "无图.png": (files.picture_without_pixels(), "内容不是可收的文件"),
    "网页.jpg": (b"<html><script>alert(1)</script>", "内容不是可收的文件"),
    "矢量.png": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "内容不是可收的文件"),
    "压缩包.docx": (files.archive("a.txt"), "内容不是可收的文件"),
    "坏压缩包.docx": (b"PK\x03\x04" + b"\0" * 50, "内容不是可收的文件"),
    "宏.docx": (
        files.archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        "内容不是可收的文件",
    ),
    "空.pdf": (b"", "是空文件"),
    "巨图.png": (files.huge_picture(), "展开后过大"),
    "假录音.mp3": (b"\xff\xfb\x90\x00" + b"\0" * 500, "内容不是可收的文件"),
    "假录音.wav": (b"RIFF\x00\x00\x00\x00WAVE" + b"\0" * 50, "内容不是可收的文件"),
}


def mistakes(settings, *uploads: Upload) -> list[tuple[str, str]]:
    found = attachments.mistakes_in(uploads, settings=settings)
    assert {error.field for error in found} <= {"files"}
    return [(error.value, str(error.text)) for error in found]


@pytest.mark.parametrize("name", GOOD)
def test_what_may_be_sent(settings, name):
    assert mistakes(settings, Upload(name, GOOD[name])) == []


@pytest.mark.parametrize("name", BAD)
def test_what_only_pretends_is_refused_by_name_and_in_words(settings, name):
    content, why = BAD[name]
    ((said_of, said),) = mistakes(settings, Upload(name, content))
    assert why in said
    assert said_of == clean_name(name)


def test_a_file_that_unpacks_to_too_much_is_refused_unopened(settings):
    bomb = files.bomb()
    assert len(bomb) < 1_000_000
    with pytest.raises(Unsafe):
        kind_of(bomb)
    assert "展开后过大" in mistakes(settings, Upload("说明.docx", bomb))[0][1]


def test_sizes_are_refused_one_by_one_and_together(settings):
    whole = files.pdf() + b" " * 10_000_000 + b"%%EOF"
    assert "超过 10 MB" in mistakes(settings, Upload("大.pdf", whole))[0][1]
    much = files.pdf() + b" " * 9_900_000 + b"%%EOF"
    assert mistakes(settings, *[Upload("一.pdf", much)] * 3) == []
    (refused,) = mistakes(settings, *[Upload("一.pdf", much)] * 4)
    assert "合计超过 30 MB" in refused[1]


def test_eleven_files_are_one_too_many(settings):
    ten = [Upload(f"{n}.pdf", files.pdf()) for n in range(10)]
    assert mistakes(settings, *ten) == []
    (refused,) = mistakes(settings, *ten, ten[0])
    assert "最多 10 个" in refused[1]
    assert "现有 11 个" in refused[1]


def test_an_office_may_take_fewer_kinds(settings):
    uploads = settings.uploads.model_copy(update={"kinds": ("pdf",)})
    fewer = settings.model_copy(update={"uploads": uploads})
    assert mistakes(fewer, Upload("报告.pdf", files.pdf())) == []
    assert "可收的文件（pdf）" in mistakes(fewer, Upload("照片.png", files.picture("PNG")))[0][1]
    assert attachments.accepted(fewer) == ".pdf"
    assert ".jpeg" in attachments.accepted(settings)


def test_check_tells_every_mistake_at_once(settings):
    wrong = [Upload("程序.pdf", files.exe()), Upload("空.png", b""), Upload("好.pdf", files.pdf())]
    with pytest.raises(Invalid) as refused:
        attachments.check(wrong, settings=settings)
    assert [error.value for error in refused.value.errors] == ["程序.pdf", "空.png"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("报告.pdf", "报告.pdf"),
        ("C:\\Users\\王\\现场照片.JPG", "现场照片.JPG"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("照片.exe.jpg", "照片_exe.jpg"),
        ("2026.11.3整改.pdf", "2026.11.3整改.pdf"),
        ("a\u202egpj.exe.pdf", "agpj_exe.pdf"),
        ("换\n行\t.pdf", "换行.pdf"),
        ('引"号<b>|.pdf', "引_号_b_.pdf"),
        ("..pdf", "pdf"),
        ("", "_"),
        ("…" * 300 + ".pdf", "…" * 100 + ".pdf"),
        ("x." + "y" * 300, "x." + "y" * 20),
        ("𠮷田.pdf", "𠮷田.pdf"),
    ],
)
def test_names_are_made_safe(given, kept):
    assert clean_name(given) == kept
    assert len(clean_name(given)) <= 200


def test_the_same_bytes_are_kept_once(database, settings):
    paper = files.pdf()
    with database.write() as session:
        repair = a_repair(session, settings)
        twice = [Upload("甲.pdf", paper), Upload("乙.pdf", paper)]
        report(session, settings, repair, files=twice)
    with database.read() as session:
        kept = session.scalars(select(Attachment).order_by(Attachment.id)).all()
        assert [one.name for one in kept] == ["甲.pdf", "乙.pdf"]
        assert len({one.file for one in kept}) == 1
        digest = storage.digest_of(paper)
        assert session.query(StoredFile).filter_by(digest=digest).count() == 1
        assert attachments.content_of(session, kept[0]) == paper


def test_what_was_not_checked_is_not_kept(sqlite_database, settings):
    with sqlite_database.write() as session, pytest.raises(ValueError, match="checked"):
        attachments.keep(session, [Upload("x.pdf", files.exe())], now=REPORTED, report_id=1)


SEEN = {"admin", "other", "province", "inspector", "province_inspector", "unit"}


def who_may(session, repair, attachment_id: int) -> set[str]:
    names = set()
    for who, actor in repair.people.items():
        try:
            attachments.get_for(session, actor, attachment_id)
            names.add(who)
        except NotFound:
            pass
    return names


@pytest.mark.parametrize("about", ["report", "appeal", "talk"])
def test_it_is_had_by_those_who_may_see_what_it_belongs_to(database, settings, about):
    with database.write() as session:
        repair = a_repair(session, settings)
        one = repair.found(session)
        if about == "report":
            report(session, settings, repair, files=[Upload("x.pdf", files.pdf())])
        elif about == "appeal":
            filed = Appeal(
                finding_id=one.finding_id,
                notice_id=one.notice_id,
                unit_id=one.unit_id,
                body="x",
                appellant="x",
                filed_by="unit",
                filed_at=REPORTED,
            )
            session.add(filed)
            session.flush()
            upload = [Upload("x.pdf", files.pdf())]
            attachments.keep(session, upload, now=REPORTED, appeal_id=filed.id)
        else:
            talk = session.scalars(select(Talk)).one()
            talk.state, talk.held_at = "held", on(20)
            upload = [Upload("x.pdf", files.pdf())]
            attachments.keep(session, upload, now=REPORTED, talk_id=talk.id)
    with database.read() as session:
        attachment_id = session.scalars(select(Attachment.id)).one()
        assert who_may(session, repair, attachment_id) == SEEN
        assert who_may(session, repair, attachment_id + 1) == set()
