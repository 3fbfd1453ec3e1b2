"""The console's build: what it depends on, what it leaves, and how large the first page is."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "tools"))

import console

ROOT = Path(__file__).parents[3]
WEB = ROOT / "web"
BUILT = ROOT / "src/tieline/api/static/console"
FIRST_PAGE_BYTES_MAX = 500_000

needs_build = pytest.mark.skipif(not (BUILT / "index.html").exists(), reason="npm cannot reach its registry")


def first_page() -> list[Path]:
    """The files that the browser fetches before anything is shown: the page and what its parts import at once."""
    page = (BUILT / "index.html").read_text()
    found: set[str] = set()
    waiting = re.findall(r"/assets/([\w.-]+\.(?:js|css))", page)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        if name.endswith(".js"):
            text = (BUILT / "assets" / name).read_text()
            waiting += re.findall(r"""(?:^|[;}])import[^;()"']*["']\./([\w.-]+\.js)["']""", text)
    return [BUILT / "index.html", *(BUILT / "assets" / name for name in sorted(found))]


@needs_build
def test_the_first_page_is_at_most_500_kb_on_the_wire():
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in first_page()}

    assert sum(sizes.values()) <= FIRST_PAGE_BYTES_MAX, sizes


@needs_build
def test_the_page_has_no_inline_script():
    page = (BUILT / "index.html").read_text()

    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert "onclick=" not in page
    assert console_nonce() in page


def console_nonce() -> str:
    from tieline.api.console import NONCE

    return NONCE


def test_the_lock_file_names_hashes_and_no_addresses():
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    brought = {
        name: one
        for name, one in packages.items()
        if name.startswith("node_modules/") and not one.get("link")
    }

    assert len(brought) > 100
    assert all(one["integrity"].startswith("sha512-") for one in brought.values())
    assert not any("resolved" in one for one in brought.values())


def test_what_is_built_is_not_committed():
    tracked = subprocess.run(
        ["git", "ls-files", str(BUILT), console.GENERATED],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    assert tracked == ""


def test_a_change_anywhere_in_the_console_is_a_change():
    paths = console.sources()
    names = {str(path.relative_to(ROOT)) for path in paths}

    assert {"web/console/src/main.tsx", "web/package-lock.json", "docs/reference/openapi.json"} <= names
    assert console.GENERATED not in names
    assert not any("node_modules" in name for name in names)


def test_an_unreachable_registry_does_not_stop_the_installation(monkeypatch, tmp_path, capsys):
    def unreachable(*_: str, folder: Path = WEB) -> str:
        raise console.NpmError(f"npm error code ENOTFOUND in {folder.name}")

    monkeypatch.setattr(console, "npm", unreachable)
    monkeypatch.setattr(console, "BUILT", tmp_path / "built")
    monkeypatch.setattr(console, "CHECKED", tmp_path / "checked")
    monkeypatch.setattr(console, "INSTALLED", tmp_path / "installed")

    assert console.main(["build"]) == 0
    assert "not built" in capsys.readouterr().err
    assert console.main(["check"]) == 1


def test_any_other_failure_of_npm_stops_it(monkeypatch, tmp_path, capsys):
    def broken(*_: str, folder: Path = WEB) -> str:
        raise console.NpmError(f"a type is wrong in {folder.name}")

    monkeypatch.setattr(console, "npm", broken)
    monkeypatch.setattr(console, "BUILT", tmp_path / "built")
    monkeypatch.setattr(console, "INSTALLED", tmp_path / "installed")

    assert console.main(["build"]) == 1
    assert "a type is wrong" in capsys.readouterr().err
