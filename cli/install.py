"""`pip install` with one line of progress, by the standard library: nothing is installed yet."""

import re
import subprocess
import sys
from pathlib import Path

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install")
FOUND = re.compile(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)")
BAR = 30


def main(requirements: str) -> int:
    """Install a hashed requirements file; on failure show all that pip said."""
    total = len(re.findall(r"(?m)^[\w.-]+==", Path(requirements).read_text()))
    command = [*PIP, "--require-hashes", "--progress-bar=off", "-r", requirements]
    said: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        assert pip.stdout
        seen: set[str] = set()
        for line in pip.stdout:
            said.append(line)
            if match := FOUND.match(line):
                seen.add(match[1])
                progress(len(seen), total, match[1])
            elif line.startswith("Installing collected"):
                progress(total, total, "unpacking")
    end_progress()
    if pip.returncode:
        sys.stderr.writelines(said)
        sys.stderr.write(f"\nInstalling {requirements} failed; pip's reason is above.\n")
    return pip.returncode


def progress(done: int, total: int, name: str) -> None:
    if not sys.stdout.isatty():
        sys.stdout.write(f"  {done}/{total} {name}\n")
        sys.stdout.flush()
        return
    done = min(done, total)
    filled = BAR * done // max(total, 1)
    bar = "━" * filled + "╌" * (BAR - filled)
    sys.stdout.write(f"\r\033[K  {bar}  {done} of {total}  {name}")
    sys.stdout.flush()


def end_progress() -> None:
    if sys.stdout.isatty():
        sys.stdout.write("\r\033[K")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
