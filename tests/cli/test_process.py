import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.local.process import Program, argv, free_ports

LAUNCHER = """
import subprocess, sys
from cli.local.process import Program, argv, spawn_options
program = Program("child", (sys.executable, "-c", "import signal; print(1); signal.pause()"))
process = subprocess.Popen(argv(program), **spawn_options(program))
print(process.pid, flush=True)
process.wait()
"""


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs util-linux")
def test_children_end_when_the_launcher_is_killed() -> None:
    command = [sys.executable, "-c", LAUNCHER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout
        child = os.pidfd_open(int(launcher.stdout.readline()))
        launcher.send_signal(signal.SIGKILL)
        ended, _, _ = select.select([child], [], [], 20)
        os.close(child)
    assert ended


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs util-linux")
def test_a_child_whose_launcher_died_before_it_was_tied_does_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    tied = argv(Program("late", ("touch", str(mark))))
    subprocess.run(tied, check=True)
    assert mark.exists()
    mark.unlink()
    adopted = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"
    assert subprocess.run([sys.executable, "-c", adopted, *tied], check=False).returncode == 1
    assert not mark.exists()


def test_a_program_keeps_its_secrets_out_of_its_representation() -> None:
    program = Program("p", ("true",), environment={"PASSWORD": "hunter2"})
    assert "hunter2" not in repr(program)


def test_the_command_itself_is_kept() -> None:
    assert argv(Program("p", ("echo", "hello")))[-2:] == ("echo", "hello")


def test_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20
