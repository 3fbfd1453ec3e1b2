"""A Spark on this machine, with what it writes in a folder of the run's own."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
for room in (TESTS / "unit/suggest", TESTS / "conformance"):
    sys.path.insert(0, str(room))

# By its file: a path to all benchmarks would hide packages of other tests, such as `segment`.
_truth = importlib.util.spec_from_file_location("suggest_truth", TESTS.parent / "benchmarks/suggest_truth.py")
assert _truth is not None
assert _truth.loader is not None
sys.modules["suggest_truth"] = importlib.util.module_from_spec(_truth)
_truth.loader.exec_module(sys.modules["suggest_truth"])

# Compiled once and lightly: a test spends its time on warming Java up, not on rows.
DEFAULTS = """
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.eventLog.enabled true
spark.eventLog.dir {events}
"""


@pytest.fixture(scope="session")
def spark_events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where every session leaves one file that says what it did."""
    folder = tmp_path_factory.mktemp("spark")
    (events := folder / "events").mkdir()
    (folder / "spark-defaults.conf").write_text(DEFAULTS.format(events=events.as_uri()), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        patch.setenv("SPARK_WORKER_DIR", str(folder / "work"))
        yield events
