"""Which face draws what, and what is said when none is there."""

import unicodedata

import pytest
from fontTools.ttLib import TTCollection, TTFont, reorderFontTables

import build_faces
from reports import fonts
from reports.official import draw
from tests.reports.layout.papers import PAPERS
from tests.reports.readers import squeeze, text_of


@pytest.fixture
def fresh(monkeypatch):
    """Nothing is remembered from other tests, and nothing remains for them."""
    fonts._load.cache_clear()
    yield monkeypatch
    fonts._load.cache_clear()


def test_no_face_names_the_command_that_fetches_them(fresh, tmp_path):
    fresh.setattr(fonts, "FOLDER", tmp_path)
    fresh.setattr(fonts, "SYSTEM", ())
    with pytest.raises(fonts.FacesMissing, match="make fonts"):
        fonts.load()
    with pytest.raises(fonts.FacesMissing, match="make fonts"):
        draw(PAPERS["talk"])


def test_the_office_comes_first_and_the_free_faces_fill_in():
    own = str(fonts.FOLDER / "ShipporiAntique-Regular.ttf")
    chain = fonts.load({"fangsong": [own]}).fangsong
    assert chain.name == "ShipporiAntique-Regular"
    assert chain.face_for("水").fontName == "FandolFang-Regular"
    assert chain.face_for("堃").fontName == "NotoSerifSC-Regular"


def test_what_a_role_lacks_comes_from_the_offices_own_songti_first():
    own = str(fonts.FOLDER / "NotoSerifSC-Bold.ttf")
    faces = fonts.load({"songti": [own]})
    assert faces.fangsong.face_for("堃").fontName == faces.songti.name == "NotoSerifSC-Bold"
    assert faces.fangsong.name == "FandolFang-Regular"


def test_each_role_has_a_face_of_its_own():
    faces = fonts.load()
    names = [getattr(faces, role).name for role in fonts.ROLES]
    assert names == [name.removesuffix(".ttf") for name in fonts.FREE.values()]
    assert fonts.warnings() == ()


def test_a_role_without_a_face_is_set_in_songti_and_named(fresh, tmp_path):
    for name in (fonts.FREE["songti"], fonts.FREE["xiaobiaosong"], *fonts.RARE):
        (tmp_path / name).symlink_to(fonts.FOLDER / name)
    fresh.setattr(fonts, "FOLDER", tmp_path)
    assert fonts.warnings() == ("仿宋", "楷体", "黑体")
    assert fonts.load().kaiti.face_for("水").face.filename.endswith("NotoSerifSC-Regular.ttf")
    own = str(tmp_path / "NotoSerifSC-Bold.ttf")
    assert fonts.warnings({"kaiti": [own]}) == ("仿宋", "黑体")


def test_what_only_one_role_has_is_drawn_in_every_role(fresh, tmp_path):
    own = str(fonts.FOLDER / "FandolHei-Regular.ttf")
    name = fonts.RARE[0]
    (tmp_path / fonts.FREE["songti"]).symlink_to(fonts.FOLDER / name)  # knows few hanzi
    fresh.setattr(fonts, "FOLDER", tmp_path)
    fresh.setattr(fonts, "SYSTEM", ())
    assert fonts.load({"heiti": [own]}).fangsong.face_for("汉").face.filename == own


def test_one_face_of_the_office_is_enough_for_all(fresh, tmp_path):
    own = str(fonts.FOLDER / "NotoSerifSC-Regular.ttf")
    fresh.setattr(fonts, "FOLDER", tmp_path)
    fresh.setattr(fonts, "SYSTEM", ())
    faces = fonts.load({"xiaobiaosong": [own]})
    assert {getattr(faces, role).name for role in fonts.ROLES} == {"NotoSerifSC-Regular"}


def test_every_character_of_the_common_table_can_be_printed():
    """The 8,105 of 通用规范汉字表 and all of GB 2312, in every role."""
    faces = fonts.load()
    needed = "".join(map(chr, build_faces.paper_characters()))
    for role in fonts.ROLES:
        chain = getattr(faces, role)
        assert [c for c in needed if chain.face_for(c) is None] == [], role
    hanzi = [c for c in needed if unicodedata.name(c).startswith("CJK UNIFIED")]
    simple = [c for c in hanzi if c.encode("gb2312", "ignore")]
    assert (len(hanzi), len(simple)) == (6763 + 1467, 6763)
    assert faces.xiaobiaosong.plain("".join(hanzi))
    for role in ("fangsong", "kaiti", "heiti"):
        assert getattr(faces, role).plain("".join(simple)), role


def test_an_unusable_file_is_named(tmp_path):
    bad = tmp_path / "仿宋.ttf"
    bad.write_bytes(b"OTTO" + b"\0" * 64)
    with pytest.raises(fonts.FacesMissing, match=r"仿宋\.ttf"):
        fonts.load({"kaiti": [str(bad)]})


@pytest.mark.parametrize("kept", [0, 400, 20_000, 0.5, -200], ids=str)
def test_a_file_that_is_cut_off_is_named(tmp_path, kept):
    whole = (fonts.FOLDER / "FandolHei-Regular.ttf").read_bytes()
    bad = tmp_path / f"cut{kept}.ttf"
    bad.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])
    with pytest.raises(fonts.FacesMissing, match=bad.name):
        fonts.load({"kaiti": [str(bad)]})


def test_a_face_whose_outlines_are_cut_off_is_named(tmp_path):
    """glyf last: everything else can be read."""
    bad = tmp_path / "outlines.ttf"
    with TTFont(fonts.FOLDER / "ShipporiAntique-Regular.ttf") as face:
        face.save(tmp_path / "whole.ttf", reorderTables=False)
        order = sorted(tag for tag in face.keys() if tag not in ("GlyphOrder", "glyf"))  # noqa: SIM118
        with (tmp_path / "whole.ttf").open("rb") as whole, bad.open("wb") as last:
            reorderFontTables(whole, last, [*order, "glyf"])
    bad.write_bytes(bad.read_bytes()[:-5000])
    with pytest.raises(fonts.FacesMissing, match=r"outlines\.ttf.*ends before"):
        fonts.load({"kaiti": [str(bad)]})


def test_the_first_face_of_a_collection_is_taken(tmp_path):
    both = TTCollection()
    both.fonts = [TTFont(fonts.FOLDER / fonts.FREE[role]) for role in ("kaiti", "fangsong")]
    both.save(tmp_path / "office.ttc")
    for face in both.fonts:
        face.close()
    paper = draw(PAPERS["talk"], {"fangsong": [str(tmp_path / "office.ttc")]})
    own = draw(PAPERS["talk"])
    assert squeeze(text_of(paper)) == squeeze(text_of(own))
    assert paper != own


def test_an_unknown_role_is_refused():
    with pytest.raises(fonts.FacesMissing, match="heading"):
        fonts.load({"heading": []})


def test_runs_keep_emoji_sequences_together_and_drop_lone_joiners():
    chain = fonts.load().songti
    family = "\U0001f468\u200d\U0001f469"
    assert chain.runs(f"好{family}") == [(chain.name, "好"), ("NotoEmoji-Regular", family)]
    assert chain.runs("好\ufe0f") == [(chain.name, "好")]
