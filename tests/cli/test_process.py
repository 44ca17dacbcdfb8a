import os
import select
import shutil
import signal
import subprocess
import sys

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


def test_a_program_keeps_its_secrets_out_of_its_representation() -> None:
    program = Program("p", ("true",), environment={"PASSWORD": "hunter2"})
    assert "hunter2" not in repr(program)


def test_the_command_itself_is_kept() -> None:
    assert argv(Program("p", ("echo", "hello")))[-2:] == ("echo", "hello")


def test_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20
