"""Small programs that tests supervise."""

import sys
import textwrap
from pathlib import Path

from cli.local.probes import Probe
from cli.local.process import Program, free_ports

# Listens, so that its probe can tell that it runs; a SIGTERM handler is in place by then.
SCRIPT = """
import signal, socket, sys, time
def stop(*_):
    open(sys.argv[3], "a").write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if "--stubborn" in sys.argv else stop)
print("hello from", sys.argv[2], flush=True)
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    while True:
        server.accept()[0].close()
"""


def listener(name: str, stops: Path, *options: str, grace: float = 10.0) -> Program:
    """A program that writes its name to `stops` when it is asked to end."""
    [port] = free_ports(1)
    return Program(
        name=name,
        command=(sys.executable, "-c", SCRIPT, str(port), name, str(stops), *options),
        probe=Probe("tcp", f"127.0.0.1:{port}"),
        grace=grace,
    )


def script(name: str, code: str, probe: Probe | None = None) -> Program:
    return Program(name=name, command=(sys.executable, "-c", textwrap.dedent(code)), probe=probe)
