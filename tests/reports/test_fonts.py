"""Which face draws what, and what is said when none is there."""

import pytest

from reports import fonts


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


def test_the_office_comes_first_and_the_free_faces_fill_in():
    own = str(fonts.FOLDER / "ShipporiMincho-Regular.ttf")
    chain = fonts.load({"fangsong": [own]}).fangsong
    assert chain.name == "ShipporiMincho-Regular"
    assert chain.face_for("镕").fontName == "NotoSerifSC-Regular"


def test_an_unusable_file_is_named(tmp_path):
    bad = tmp_path / "仿宋.ttf"
    bad.write_bytes(b"OTTO" + b"\0" * 64)
    with pytest.raises(fonts.FacesMissing, match=r"仿宋\.ttf"):
        fonts.load({"kaiti": [str(bad)]})


def test_an_unknown_role_is_refused():
    with pytest.raises(fonts.FacesMissing, match="heading"):
        fonts.load({"heading": []})


def test_runs_keep_emoji_sequences_together_and_drop_lone_joiners():
    chain = fonts.load().songti
    family = "\U0001f468\u200d\U0001f469"
    assert chain.runs(f"好{family}") == [(chain.name, "好"), ("NotoEmoji-Regular", family)]
    assert chain.runs("好\ufe0f") == [(chain.name, "好")]


def test_each_wanted_face_is_there():
    assert [w.to for w in fonts.WANTED if not (fonts.FOLDER / w.to).exists()] == []
    used = {name for chain in fonts.CHAINS.values() for name in chain}
    assert used == {w.to for w in fonts.WANTED}
