"""The echo service of these tests, compiled from its proto when it is first imported."""

import atexit
import shutil
import sys
import tempfile
from pathlib import Path

from protos.generate import GOOGLE_API, PROTOS, run_protoc, validate_descriptors

SOURCES = Path(__file__).parent / "protos"
ECHO = "attune/echo/v1/echo.proto"


def compile_echo(into: Path) -> bytes:
    """Write attune.echo.v1 below `into`; returns its descriptor set, comments included."""
    known = f"--descriptor_set_in={validate_descriptors(into)}"
    roots = (f"-I{SOURCES}", f"-I{PROTOS}", f"-I{GOOGLE_API}")
    described = into / "echo.binpb"
    run_protoc(known, *roots, f"--python_out={into}", f"--grpc_python_out={into}", ECHO)
    wanted = ("--include_imports", "--include_source_info", f"--descriptor_set_out={described}")
    run_protoc(known, *roots, *wanted, ECHO)
    return described.read_bytes()


# `attune` is a namespace package: a further folder on the path adds a further service to it, and
# the gateway finds that one as it finds all others.
folder = tempfile.mkdtemp()
atexit.register(shutil.rmtree, folder)
DESCRIPTORS = compile_echo(Path(folder))
sys.path.append(folder)
