"""The drawing of the rooms is in pyproject.toml; these tests keep the code to it."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.house

ROOT = Path(__file__).parent.parent.parent
# The top floor puts blueprints and commands together in its plates; every room below only says what it knows.
TOP = {"web", "api", "cli"}
ROOMS = sorted(
    plate.parent for plate in (ROOT / "expo").glob("*/__init__.py") if plate.parent.name not in TOP
)


def test_every_import_goes_down():
    answer = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as go; go()", "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "110"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_plate_of_a_room_says_what_it_knows_and_nothing_more(room: Path):
    plate = ast.parse((room / "__init__.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(plate), f"{room.name} has no plate: say what it knows, and what never"
    assert len(plate.body) == 1, (
        f"code in expo/{room.name}/__init__.py hides from the floors: move it into a file"
    )


def test_the_plate_of_the_pages_knows_no_database_either():
    # The contract speaks of the files inside the room; this covers its __init__.py.
    web = _imports(ROOT / "expo" / "web" / "__init__.py")
    assert not {name for name in web if name.split(".")[0] in ("sqlalchemy", "flask_sqlalchemy", "stripe")}


def _imports(file: Path) -> set[str]:
    if not file.exists():
        return set()
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names
