"""Who may be one person: how right the suggestions are, on truth that is known, and what they cost."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import suggest_latin
import suggest_truth
from table import Figure
from usage import Usage

from tieline.suggest.choose import REVIEW, TOP, Pair
from tieline.suggest.find import find, find_people

ROOT = Path(__file__).parents[1]
TRUTH = ROOT / ".venv-truth"
HOUSEHOLDS = 30_000
LIKELY = 0.5


def measure(*, quick: bool) -> list[Figure]:
    """Measure our own truth set, and the public ones, which are fetched when they are not there."""
    figures = _own(3_000 if quick else HOUSEHOLDS)
    tables = _tables()
    return figures if tables is None else [*figures, *_febrl(tables), *_pseudopeople(tables)]


def _tables() -> Path | None:
    """Return where the public truth sets lie as CSV; their packages get an environment of their own, made when it is missing.

    None if it cannot be made: without a package index there is nothing to compare with.
    """
    tables, python = TRUTH / "tables", TRUTH / "bin/python"
    if (tables / "w2.csv").exists():
        return tables
    uv = [sys.executable, "-m", "uv"]
    steps = [
        [*uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(TRUTH)],
        [
            *uv,
            "pip",
            "install",
            "--quiet",
            "--python",
            str(python),
            "--requirement",
            str(ROOT / "benchmarks/truth.txt"),
        ],
        [str(python), str(ROOT / "benchmarks/truth_tables.py"), str(tables)],
    ]
    for step in steps:
        done = subprocess.run(step, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            why = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            sys.stderr.write(f"FEBRL4 and pseudopeople are left out: {' '.join(why)}\n")
            return None
    return tables


def _own(households: int) -> list[Figure]:
    truth = suggest_truth.make(households, seed=7)
    with (usage := Usage(os.getpid())):
        found = find_people(truth.people)
    top, top_recall = _right([pair for pair in found.pairs if pair.score >= TOP], truth.pairs)
    both, both_recall = _right([pair for pair in found.pairs if pair.score >= REVIEW], truth.pairs)
    count = len(truth.people)
    cpu = usage.cpu_seconds / count
    about = f"{count:,} Chinese and Japanese profiles, {len(truth.pairs):,} pairs"
    return [
        Figure("suggest: precision of the top band", top, "", target=0.99, cpu_seconds=cpu, peak_mib=usage.peak_mib, remarks=f"{about}; recall {top_recall:.3f}; {len(found.households):,} households kept apart"),
        Figure("suggest: precision of both bands", both, "", remarks=f"recall {both_recall:.3f}"),
        Figure("suggest: CPU of 1 M profiles", cpu * 1e6, "s", remarks=f"from {count:,}, in proportion"),
    ]  # fmt: skip


def _febrl(folder: Path) -> list[Figure]:
    tables, truth = suggest_latin.febrl4(folder)
    precision, recall = _right(find(tables, suggest_latin.FEBRL4, least=LIKELY).pairs, truth)
    return [Figure("suggest: FEBRL4, F1 of pairs", _f1(precision, recall), "", target=0.999, remarks=f"precision {precision:.4f}, recall {recall:.4f}")]  # fmt: skip


def _pseudopeople(folder: Path) -> list[Figure]:
    tables, truth = suggest_latin.pseudopeople(folder)
    precision, recall = _right(find(tables, suggest_latin.PSEUDO, least=LIKELY).pairs, truth)
    name = "suggest: pseudopeople census x W-2, F1"
    return [
        Figure(name, _f1(precision, recall), "", target=0.95, remarks=f"recall {recall:.4f}"),
        Figure("suggest: pseudopeople census x W-2, precision", precision, "", target=0.98),
    ]


def _right(pairs: Iterable[Pair], truth: set[tuple[str, str]]) -> tuple[float, float]:
    """Return precision and recall."""
    said = {_named(pair.a, pair.b) for pair in pairs}
    right = len(said & {_named(*pair) for pair in truth})
    return right / max(1, len(said)), right / len(truth)


def _named(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / max(1e-9, precision + recall)
