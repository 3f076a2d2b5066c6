"""The wording that comes with Hotline, and an administrator's own in its stead."""

import shutil
from pathlib import Path

import pytest

from hotline.app import create_app
from hotline.db import Database
from hotline.errors import Invalid
from hotline.papers import notice_documents
from reports.papers import KINDS, TITLE_NAMES, Templates
from reports.wording_syntax import check
from tests.reports import samples
from tests.reports.test_circular import words_of

USUAL = Path(__file__).parents[2] / "hotline" / "data" / "papers"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "wording"
    folder.mkdir()
    return folder


def with_own(settings, folder: Path):
    papers = settings.papers.model_copy(update={"templates": str(folder)})
    return settings.model_copy(update={"papers": papers})


def change(folder: Path, kind: str, old: str, new: str) -> Path:
    """A changed copy of a template in the administrator's folder."""
    text = (USUAL / f"{kind}.txt").read_text(encoding="utf-8")
    assert old in text
    path = folder / f"{kind}.txt"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_template_that_explains_itself(kind):
    source = Templates((USUAL,)).source(kind)
    check(source, KINDS[kind].names, TITLE_NAMES)
    comment = source.text.split("#}")[0]
    assert comment.startswith("{#")
    assert "标题只能用 area、period、unit。" in comment
    assert "docs/papers.md" in comment


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_places_for_a_reviewers_text(kind):
    slots = Templates((USUAL,)).slots(kind)
    assert len(slots) >= 2
    assert all(slot.label.endswith("之后") for slot in slots)
    assert len({slot.name for slot in slots}) == len(slots)


def test_every_place_takes_text_whatever_the_round_was():
    for facts in (
        samples.circular(),
        samples.circular((), talks=(), again=(), previous_code=None, completion=None),
        samples.notice(),
        samples.replace(samples.notice(), findings=(), terms=()),
        samples.letters.talk(),
        samples.letters.record(),
        samples.letters.correction(figures=(), circular=None),
        samples.letters.overdue(items=()),
        samples.letters.no_show(),
    ):
        kind = next(k for k, how in KINDS.items() if how.facts is type(facts))
        given = {slot.name: f"插入{i}" for i, slot in enumerate(Templates((USUAL,)).slots(kind))}
        words = words_of(samples.paper_of(facts, **given))
        assert all(text in words for text in given.values())


def test_an_administrators_wording_wins_file_by_file(own):
    change(own, "rectification", "现将有关问题和整改要求通知如下：", "请对照下列问题整改：")
    templates = Templates((own, USUAL))
    assert "请对照下列问题整改：" in words_of(templates.document("rectification", samples.notice()))
    assert "现将有关情况通报如下：" in words_of(templates.document("circular", samples.circular()))


def test_a_change_is_seen_at_once(own):
    templates = Templates((own, USUAL))
    change(own, "talk", "决定对你单位进行约谈", "拟对你单位进行约谈")
    assert "拟对你单位" in words_of(templates.document("talk", samples.letters.talk()))
    path = change(own, "talk", "决定对你单位进行约谈", "将对你单位进行约谈")
    assert path.exists()
    assert "将对你单位" in words_of(templates.document("talk", samples.letters.talk()))


@pytest.mark.parametrize(
    ("kind", "old", "new", "at_a_line", "said"),
    [
        ("circular", "{% if moved %}", "{% if %}", True, "标签写法不对"),
        ("circular", "{{ issuer }}于", "{{ isuer }}于", True, "没有“isuer”这项内容。"),
        ("talk", "@slot reasons", "@solt reasons", True, "没有这种标记：@solt"),
        ("talk", "title:", "tilte:", True, "开头几行不对"),
        ("talk", "@slot reasons 约谈原因之后", "", False, "位置与系统自带的不一致：reasons"),
        ("talk", "@slot reasons", "@slot resaons", False, "位置与系统自带的不一致"),
    ],
)
def test_a_broken_template_stops_the_start_by_name_and_line(
    settings, own, kind, old, new, at_a_line, said
):
    change(own, kind, old, new)
    with pytest.raises(Invalid) as refused:
        notice_documents.check_wording(with_own(settings, own))
    error = refused.value.errors[0]
    assert error.field == f"{kind}.txt"
    assert said in str(error.text)
    text = (own / f"{kind}.txt").read_text(encoding="utf-8").split("\n")
    assert (error.row is not None) is at_a_line
    if at_a_line:
        assert new.split("于")[0] in text[error.row - 1]


def test_the_application_does_not_start_with_it(settings, own, sqlite_database: Database):
    change(own, "overdue", "{{ most_late }}", "{{ latest }}")
    with pytest.raises(Invalid):
        create_app(with_own(settings, own), sqlite_database, "k" * 40)
    create_app(settings, sqlite_database, "k" * 40)


def test_a_file_in_another_encoding_is_refused(settings, own):
    (own / "talk.txt").write_bytes("标题".encode("gbk"))
    with pytest.raises(Invalid, match="1"):
        notice_documents.check_wording(with_own(settings, own))


def test_a_folder_that_is_not_there_is_refused(settings, own):
    shutil.rmtree(own)
    with pytest.raises(Invalid) as refused:
        notice_documents.check_wording(with_own(settings, own))
    assert refused.value.errors[0].field == "papers.templates"
