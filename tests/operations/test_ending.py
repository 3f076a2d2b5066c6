"""What a server started beside itself is gone when it ends, whatever that was doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from hotline.server import end

# It and its child hear nothing, neither a signal nor the end of their input.
DEAF = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) == 1:
    subprocess.Popen([sys.executable, __file__, "child"])
else:
    print(flush=True)
time.sleep(20)
"""


@pytest.fixture
def deaf(tmp_path):
    program = tmp_path / "deaf.py"
    program.write_text(DEAF, encoding="utf-8")
    watch = subprocess.Popen(
        [sys.executable, str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    # Its child is there.
    watch.stdout.readline()
    yield watch
    if watch.poll() is None:
        os.killpg(watch.pid, signal.SIGKILL)
        watch.wait()
    watch.stdout.close()


def test_what_does_not_end_is_killed_with_what_it_started(deaf):
    began = time.monotonic()
    end(deaf, 0.3)
    assert deaf.returncode == -signal.SIGKILL
    # It ends when all that held the other end are gone.
    assert deaf.stdout.read() == b""
    assert time.monotonic() - began < 5
