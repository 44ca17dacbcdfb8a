"""`make gen`: write gen/ from protos/. The result is committed and never edited."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import google.api
import grpc_tools
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from protovalidate._gen.buf.validate import validate_pb

PROTOS = Path(__file__).parent
ROOT = PROTOS.parent
GOOGLE_API = Path(next(iter(google.api.__path__))).parents[1]
WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"
VALIDATE = "buf/validate/validate.proto"


def generate(gen: Path, descriptors: Path) -> None:
    """Write code and stubs into `gen`, and a descriptor set that keeps the comments."""
    shutil.rmtree(gen / "attune", ignore_errors=True)
    shutil.rmtree(gen / "buf", ignore_errors=True)
    gen.mkdir(exist_ok=True)
    sources = sorted(str(p.relative_to(PROTOS)) for p in PROTOS.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        known = validate_descriptors(Path(folder))
        protoc(
            known,
            f"--python_out={gen}",
            f"--pyi_out={gen}",
            f"--grpc_python_out={gen}",
            f"--mypy_grpc_out=quiet:{gen}",
            *sources,
        )
        protoc(known, f"--python_out={gen}", f"--pyi_out={gen}", VALIDATE)
        protoc(
            known,
            "--include_source_info",
            "--include_imports",
            f"--descriptor_set_out={descriptors}",
            *sources,
        )
    for stale in gen.rglob("*_pb2_grpc.py*"):
        if "Stub" not in stale.read_text():  # a file without a service
            stale.unlink()


def validate_descriptors(folder: Path) -> Path:
    """What protovalidate's wheel and google/protobuf define, for --descriptor_set_in."""
    wheel = FileDescriptorProto.FromString(validate_pb._DESC.proto.to_binary())
    imports = folder / "imports.binpb"
    target = f"--descriptor_set_out={imports}"
    run_protoc(f"-I{WELL_KNOWN}", "--include_imports", target, *wheel.dependency)
    both = FileDescriptorSet.FromString(imports.read_bytes())
    both.file.append(wheel)
    path = folder / "validate.binpb"
    path.write_bytes(both.SerializeToString())
    return path


def protoc(known: Path, *args: str) -> None:
    run_protoc(f"--descriptor_set_in={known}", f"-I{PROTOS}", f"-I{GOOGLE_API}", *args)


def run_protoc(*args: str) -> None:
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *args], check=True)


if __name__ == "__main__":
    generate(ROOT / "gen", ROOT / "build" / "attune.binpb")
