"""Backups taken while others write, and put back: whole, and nothing acknowledged is missing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from hotline import audit
from hotline.db import Database
from hotline.errors import Conflict
from hotline.operations import schema
from hotline.operations.backups import back_up, restore
from tests.operations.copies import emptied, notes, url_of, write

pytestmark = pytest.mark.usefixtures("programs")


def test_a_backup_under_write_load_comes_back_whole(database, tmp_path):
    over, acknowledged = Event(), set()

    def load(start: int) -> None:
        own = Database(url_of(database))
        for n in range(start, start + 1_000):
            acknowledged.add(write(own, n))
            if over.wait(0.002):
                break
        own.close()

    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(load, k * 1_000_000) for k in range(3)]
        try:
            while len(acknowledged) < 50:
                time.sleep(0.01)
            before = set(acknowledged)
            made = back_up(database, tmp_path / "copy")
        finally:
            over.set()
        for writer in writers:
            writer.result()
    assert made.size == (tmp_path / "copy").stat().st_size > 0
    emptied(database)
    back = restore(database, tmp_path / "copy", replace=False)
    kept = notes(database)
    assert before <= kept <= acknowledged
    assert back.entries == len(kept)
    with database.read() as session:
        assert audit.verify(session) == (len(kept), [])
    assert schema.is_current(database)
    write(database, 9_999_999)


def test_what_is_there_is_replaced_only_when_asked(database, tmp_path):
    write(database, 1)
    back_up(database, tmp_path / "copy")
    write(database, 2)
    with pytest.raises(Conflict, match="--replace"):
        restore(database, tmp_path / "copy", replace=False)
    assert notes(database) == {1, 2}
    restore(database, tmp_path / "copy", replace=True)
    assert notes(database) == {1}


def test_no_file_is_written_over(database, tmp_path):
    (tmp_path / "copy").write_text("mine")
    with pytest.raises(Conflict, match="不覆盖"):
        back_up(database, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"
    assert [file.name for file in tmp_path.glob("copy*")] == ["copy"]


def test_a_backup_is_its_owner_s_alone(database, tmp_path):
    write(database, 1)
    made = back_up(database, tmp_path / "copy")
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600


def test_what_a_broken_off_backup_left_is_in_nobody_s_way(database, tmp_path):
    write(database, 1)
    (tmp_path / "copy.part").write_bytes(b"half")
    back_up(database, tmp_path / "copy")
    assert [file.name for file in tmp_path.glob("copy*")] == ["copy"]
    restore(database, tmp_path / "copy", replace=True)
    assert notes(database) == {1}


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00", b"PGDMP"])
def test_a_file_that_is_no_backup_changes_nothing(database, tmp_path, content):
    write(database, 1)
    (tmp_path / "copy").write_bytes(content)
    with pytest.raises(Conflict):
        restore(database, tmp_path / "copy", replace=True)
    assert notes(database) == {1}


def test_a_backup_with_a_broken_page_is_refused(sqlite_database, tmp_path):
    for n in range(300):
        write(sqlite_database, n)
    back_up(sqlite_database, tmp_path / "copy")
    size = (tmp_path / "copy").stat().st_size
    with (tmp_path / "copy").open("rb+") as file:
        for at in range(4096 * 3, size, 4096):
            file.seek(at + 200)
            file.write(b"\xff" * 1500)
    with pytest.raises(Conflict, match="损坏"):
        restore(sqlite_database, tmp_path / "copy", replace=True)
    assert len(notes(sqlite_database)) == 300


def test_a_backup_whose_journal_was_tampered_with_is_refused(sqlite_database, tmp_path):
    for n in range(3):
        write(sqlite_database, n)
    back_up(sqlite_database, tmp_path / "copy")
    forged = Database(f"sqlite:///{tmp_path / 'copy'}")
    with forged.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entries_no_update"))
        connection.execute(text("UPDATE audit_entries SET actor = 'y' WHERE id = 2"))
    forged.close()
    with pytest.raises(Conflict, match="第 2 条"):
        restore(sqlite_database, tmp_path / "copy", replace=True)


def test_a_backup_of_a_newer_version_is_refused(sqlite_database, tmp_path):
    back_up(sqlite_database, tmp_path / "copy")
    newer = Database(f"sqlite:///{tmp_path / 'copy'}")
    with newer.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))
    newer.close()
    with pytest.raises(Conflict, match="更新的版本"):
        restore(sqlite_database, tmp_path / "copy", replace=True)


def test_a_backup_of_a_version_whose_journal_knew_less_is_taken(sqlite_database, tmp_path):
    for n in range(3):
        write(sqlite_database, n)
    back_up(sqlite_database, tmp_path / "copy")
    older = Database(f"sqlite:///{tmp_path / 'copy'}")
    with older.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entries DROP COLUMN shell"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0007_settled_messages'"))
    older.close()
    assert restore(sqlite_database, tmp_path / "copy", replace=True).entries == 3
    schema.upgrade(sqlite_database)
    write(sqlite_database, 4)
    with sqlite_database.read() as session:
        assert audit.verify(session) == (4, [])


def test_a_database_in_use_is_not_replaced(sqlite_database, tmp_path):
    write(sqlite_database, 1)
    back_up(sqlite_database, tmp_path / "copy")
    other = Database(url_of(sqlite_database))
    with other.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(Conflict, match="正在使用"):
            restore(sqlite_database, tmp_path / "copy", replace=True)
    other.close()
    assert notes(sqlite_database) == {1}


def seen(file: Path) -> tuple[int, int, int]:
    got = file.stat()
    return got.st_uid, got.st_gid, got.st_mode & 0o777


def test_a_backup_is_its_owner_s_only(database, tmp_path):
    back_up(database, tmp_path / "copy")
    assert seen(tmp_path / "copy")[2] == 0o600


def test_a_backup_into_a_folder_that_is_not_there_is_refused(database, tmp_path):
    with pytest.raises(Conflict, match=f"没有这个文件夹.*{tmp_path}/none"):
        back_up(database, tmp_path / "none" / "copy")


def test_what_is_restored_belongs_to_whom_it_belonged(sqlite_database, tmp_path):
    write(sqlite_database, 1)
    back_up(sqlite_database, tmp_path / "copy")
    file = Path(sqlite_database.url.database)
    file.chmod(0o660)
    if os.geteuid() == 0:
        os.chown(file, 12345, 12346)
    before = seen(file)
    restore(sqlite_database, tmp_path / "copy", replace=True)
    assert seen(file) == before
    Path(f"{file}.lock").unlink()
    write(sqlite_database, 2)
    assert seen(Path(f"{file}.lock")) == before


def test_a_new_database_belongs_to_whom_its_folder_belongs(sqlite_database, tmp_path):
    back_up(sqlite_database, tmp_path / "copy")
    folder = tmp_path / "fresh"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, 12345, 12346)
    fresh = Database(f"sqlite:///{folder}/new.db")
    restore(fresh, tmp_path / "copy", replace=False)
    write(fresh, 1)
    fresh.close()
    for file in folder.iterdir():
        assert seen(file) == (*seen(folder)[:2], 0o640), file


def test_a_database_that_is_set_up_belongs_to_whom_its_folder_belongs(tmp_path):
    if os.geteuid() == 0:
        os.chown(tmp_path, 12345, 12346)
    fresh = Database(f"sqlite:///{tmp_path}/new.db")
    schema.upgrade(fresh)
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"new.db", "new.db-wal", "new.db-shm", "new.db.lock"}
    for file in tmp_path.iterdir():
        assert seen(file) == (*seen(tmp_path)[:2], 0o640), file
    fresh.close()


def test_a_damaged_file_is_refused_by_its_own_name(sqlite_database, tmp_path):
    (tmp_path / "copy").write_bytes(b"SQLite format 3\x00")
    with pytest.raises(Conflict, match=r"换一份：copy$"):
        restore(sqlite_database, tmp_path / "copy", replace=True)


def test_the_commands(database, tmp_path):
    write(database, 1)
    env = dict(os.environ) | {"HOTLINE_DATABASE_URL": url_of(database)}

    def run(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "hotline.cli", *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    copy = str(tmp_path / "copy")
    database.close()
    code, said = run("backup", copy)
    assert (code, database.place in said, "@" not in said or "***" in said) == (0, True, True)
    assert run("backup", copy) == (1, "已有这个文件，备份不覆盖：copy\n")
    code, said = run("backup", str(tmp_path / "nowhere" / "copy"))
    assert (code, "没有这个文件夹，请先建立" in said, "Traceback" in said) == (1, True, False)
    assert run("restore", copy)[0] == 1
    code, said = run("restore", "--replace", copy)
    assert (code, "日志 1 条" in said, database.place in said) == (0, True, True)


def test_a_place_has_no_password():
    assert "secret" not in Database("postgresql+psycopg://a:secret@db/hotline").place
