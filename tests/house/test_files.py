"""What may lie in this repository, and how long it may be."""

import ast
import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.house

ROOT = Path(__file__).parent.parent.parent
LONGEST = 420

# Written in parts, so that this file passes its own test.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("deb", "debian", "org"),
    )
]
MACHINE_PATH = re.compile(r"(?<![\w.:*/-])/" + r"(?:work|root|home/[\w.-]+|Users/[\w.-]+)" + r"/\w")


def repository_files() -> list[Path]:
    """Every file that is or would be committed."""
    # A clone that belongs to another account (containers) is refused unless it is called safe.
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return sorted({ROOT / name for name in listed.stdout.split("\0") if name} - {Path(__file__)})


def texts() -> list[tuple[Path, str]]:
    found = []
    for file in repository_files():
        if file.is_file() and not file.is_symlink():
            try:
                found.append((file.relative_to(ROOT), file.read_text(encoding="utf-8")))
            except UnicodeDecodeError:
                continue
    return found


def test_no_file_names_a_package_registry():
    named = [f"{file}: {host}" for file, text in texts() for host in REGISTRIES if host in text]
    assert named == []


def test_no_file_knows_the_machine_it_was_written_on():
    named = [f"{file}: {found[0]}" for file, text in texts() for found in MACHINE_PATH.finditer(text)]
    assert named == []


def test_a_file_of_the_platform_can_be_read_in_one_go():
    long = {}
    for file in sorted((ROOT / "expo").rglob("*.py")):
        with file.open(encoding="utf-8") as lines:
            count = sum(1 for _ in lines)
        if count > LONGEST:
            long[str(file.relative_to(ROOT))] = count
    assert long == {}


def test_each_vendored_file_is_the_one_that_was_chosen():
    vendor = ROOT / "static" / "vendor"
    if not vendor.exists():
        return
    # The list also holds what came from elsewhere but lies beside our own (fonts, icons).
    manifest = json.loads((vendor / "manifest.json").read_text(encoding="utf-8"))
    listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    there = {path: _sha256(ROOT / path) for path in listed}
    assert there == listed
    vendored = {
        file.relative_to(ROOT).as_posix()
        for file in vendor.rglob("*")
        if file.is_file() and file.name != "manifest.json"
    }
    assert vendored - set(listed) == set()


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "missing"


def test_each_feature_that_a_test_proves_is_in_the_list():
    features = ROOT / "docs" / "FEATURES.md"
    if not features.exists():
        return
    known = set(re.findall(r"\b[A-Z]{1,3}\d+\b", features.read_text(encoding="utf-8")))
    assert claimed_features() - known == set()


def claimed_features() -> set[str]:
    claimed = set()
    for file in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "feature"
                and isinstance(node.func.value, ast.Attribute)
                and node.func.value.attr == "mark"
            ):
                claimed.update(argument.value for argument in node.args if isinstance(argument, ast.Constant))
    return claimed
