"""The import contract knows every package of the product, and fails when one appears that it does not know."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SECTION = re.compile(
    r"^\[tool\.importlinter\].*?(?=^\[(?!\[?tool\.importlinter)|\Z)", re.MULTILINE | re.DOTALL
)


def contract() -> dict:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (found,) = [one for one in settings["contracts"] if one["type"] == "layers"]
    return found


def layers() -> set[str]:
    return {name.strip() for line in contract()["layers"] for name in re.split(r"[|:]", line)}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path):
    """A product of empty modules under the real contract."""
    section = SECTION.search((ROOT / "pyproject.toml").read_text("utf-8"))
    assert section is not None
    (tmp_path / "pyproject.toml").write_text(section[0], "utf-8")
    package = tmp_path / "tieline"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in layers():
        (package / f"{name.strip('()')}.py").touch()
    return tmp_path


def test_the_contract_names_every_package_of_the_product():
    package = ROOT / "src/tieline"
    modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
    folders = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}

    assert contract()["exhaustive"] is True
    assert modules | folders == {name.strip("()") for name in layers()}


def test_the_contract_holds_for_a_product_of_its_own_layers(copy):
    found = lint(copy)

    assert found.returncode == 0, found.stdout


def test_a_package_named_utils_breaks_the_contract(copy):
    (copy / "tieline/utils").mkdir()
    (copy / "tieline/utils/__init__.py").touch()

    found = lint(copy)

    assert found.returncode == 1
    assert "tieline.utils" in found.stdout


def test_a_value_that_imports_a_stage_breaks_the_contract(copy):
    (copy / "tieline/model.py").write_text("import tieline.segment\n", "utf-8")

    found = lint(copy)

    assert found.returncode == 1
    assert "tieline.model -> tieline.segment" in found.stdout
