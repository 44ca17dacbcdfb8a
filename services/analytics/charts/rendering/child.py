"""The process that draws: a frame with a job in, a frame with a picture or a complaint out.

Run as a script, it knows nothing of Attune and imports nothing of it. A frame is four bytes of
length and so many of content. It ends with its standard input.
"""

import json
import resource
import struct
import sys
from typing import Any, BinaryIO

LENGTH = struct.Struct(">I")
PICTURE, COMPLAINT = b"+", b"-"
VERSION = "6.4"
NOTHING: list[str] = []  # what a specification may load
# Bytes that it may write to. V8 asks for 0.7 GiB, of which pictures fill 0.3, and for more on more
# cores; where a specification makes it want more than this, it ends alone.
MOST_MEMORY = 2 * 1024**3


def main(jobs: BinaryIO, answers: BinaryIO) -> None:
    while frame := jobs.read(LENGTH.size):
        answer = answered(jobs.read(*LENGTH.unpack(frame)))
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def answered(frame: bytes) -> bytes:
    try:
        job = json.loads(frame)
        return PICTURE + drawn(job["spec"], job["format"], job["scale"])
    except Exception as error:  # the next job may be better
        return COMPLAINT + str(error)[:1000].encode()


def drawn(spec: dict[str, Any], kind: str, scale: float) -> bytes:
    import vl_convert

    if kind == "svg":
        svg: str = vl_convert.vegalite_to_svg(
            spec, vl_version=VERSION, allowed_base_urls=NOTHING, show_warnings=False
        )
        return svg.encode()
    png: bytes = vl_convert.vegalite_to_png(
        spec, vl_version=VERSION, scale=scale, allowed_base_urls=NOTHING, show_warnings=False
    )
    return png


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    main(sys.stdin.buffer, sys.stdout.buffer)
