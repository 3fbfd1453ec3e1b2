"""Spark, as Splink needs it: what must be there, a session for one search, and a folder that goes with it.

The machines of the cluster run Java alone: nothing of Tieline, and no Python, has to be installed there.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from tieline.errors import UnavailableError

JAVA_LEAST = 17
_WITH_DUCKDB = "Unset TIELINE_SPARK_MASTER to search with DuckDB, on this machine."
_LOCAL = "local"
_JAVA_WAITS_SECONDS = 60
# Splink registers its functions under names of its own; these are the ones that remain when it translates from DuckDB.
_CALLED = {"jarowinkler_similarity": "uk.gov.moj.dash.linkage.JaroWinklerSimilarity"}
_SESSION = {
    # The conditions of a plan are longer than what Java compiles: Spark tries, for a minute, and then reads them anyway.
    "spark.sql.codegen.wholeStage": "false",
    # Plans and failed rows hold values of people: no page that shows them, and no log.
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    # A search writes no table; without this Spark would make a metastore where the process stands.
    "spark.sql.catalogImplementation": "in-memory",
}


def check(master: str, folder: str) -> None:
    """See that Spark can be started.

    Raises:
        UnavailableError: Java or pyspark is missing, or the machines of the cluster have no folder in common.
    """
    wanted = f"TIELINE_SPARK_MASTER is {master!r}"
    if not folder and not master.startswith(_LOCAL):
        raise UnavailableError(
            f"{wanted}, and TIELINE_SPARK_FOLDER is not set.",
            way_out="Let it name a folder that every machine of the cluster reaches, such as hdfs://host/tieline.",
        )
    found = _java()
    if found is None:
        raise UnavailableError(
            f"{wanted}, and there is no Java: neither in JAVA_HOME nor on the path.",
            way_out=f"Install Java {JAVA_LEAST}, on Debian: apt-get install openjdk-{JAVA_LEAST}-jre-headless. {_WITH_DUCKDB}",
        )
    if found < JAVA_LEAST:
        raise UnavailableError(
            f"{wanted}, and Java is version {found}.",
            way_out=f"Spark needs Java {JAVA_LEAST} or newer; let JAVA_HOME name it. {_WITH_DUCKDB}",
        )
    if find_spec("pyspark") is None:
        raise UnavailableError(
            f"{wanted}, and pyspark is not installed.",
            way_out=f"Install it with: pip install 'tieline[spark]'. {_WITH_DUCKDB}",
        )


def _java() -> int | None:
    """Return the version of the Java that Spark would start, None if there is none."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=str(Path(home, "bin")) if home else None)
    if program is None:
        return None
    said = subprocess.run(  # noqa: S603 - the Java of this machine, asked for its version
        [program, "-version"], capture_output=True, check=False, text=True, timeout=_JAVA_WAITS_SECONDS
    )
    version = re.search(r'version "(?:1\.)?(\d+)', said.stderr)
    return int(version[1]) if version else None


@contextmanager
def opened(master: str, folder: str) -> Iterator[Callable[[pa.Table, str], Any]]:
    """Open a session on a cluster; it and what it wrote are gone at the end of the block.

    Raises:
        UnavailableError: Spark could not be started, or gave up.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    with tempfile.TemporaryDirectory(prefix="tieline-spark-", ignore_cleanup_errors=True) as own:
        try:
            session = _session(master, own)
            kept = f"{folder or own}/{session.sparkContext.applicationId}"
            try:
                with _cleared_when_stopped(own):
                    yield _register(session, own, kept)
            finally:
                _remove(session, kept)
                session.stop()
        except (Py4JError, PySparkException, ConnectionError) as error:
            # The sentence of such an error may hold a row, so only its kind is told.
            raise UnavailableError(
                f"Spark at {master} gave up: {_kind(error)}.",
                way_out="The log of the cluster says why, if it keeps one.",
            ) from None


def _session(master: str, own: str) -> Any:
    from pyspark.sql import SparkSession
    from splink.backends.spark import similarity_jar_location

    builder = SparkSession.builder.appName("tieline suggest").master(master)
    builder = builder.config("spark.jars", similarity_jar_location()).config(map=_SESSION)
    if not master.startswith(_LOCAL):
        return builder.getOrCreate()
    here = {"spark.local.dir": own, "spark.sql.warehouse.dir": f"{own}/warehouse"}
    here |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    session = builder.config(map=here).getOrCreate()
    # Each part of a table costs a task; a cluster wants hundreds, one machine as many as it has threads.
    session.conf.set("spark.sql.shuffle.partitions", str(2 * session.sparkContext.defaultParallelism))
    return session


@contextmanager
def _cleared_when_stopped(own: str) -> Iterator[None]:
    """Remove what lies on this machine before a signal ends the process in the middle of the block: it is personal data."""
    if (
        threading.current_thread() is not threading.main_thread()
    ):  # Python hands signals to the main thread alone.
        yield
        return
    from pyspark import SparkContext

    def stop(number: int, _: Any) -> None:
        java = getattr(SparkContext._gateway, "proc", None)  # noqa: SLF001 - else Java would write on after the removal
        if java is not None:
            java.kill()
            java.wait()
        shutil.rmtree(own, ignore_errors=True)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _register(session: Any, own: str, kept: str) -> Callable[[pa.Table, str], Any]:
    from splink.backends.spark import SparkAPI

    backend: Any = SparkAPI
    session.sparkContext.setCheckpointDir(kept)
    # What is used twice Splink writes as files below this folder; else each step would repeat everything before it.
    api = backend(spark_session=session, break_lineage_method="parquet")
    for name, source in _CALLED.items():
        session.udf.registerJavaFunction(name, source, "double")

    def register(table: pa.Table, name: str) -> Any:
        # Through a file: in one piece, a large table would have to fit into the memory of Java.
        written = Path(own, f"{name}.parquet")
        parquet.write_table(table, written)
        place, files = _files(session, f"{kept}/{name}.parquet")
        files.copyFromLocalFile(_files(session, written.as_uri())[0], place)
        return api.register(session.read.parquet(place.toString()), dataset_display_name=name)

    return register


def _files(session: Any, path: str) -> tuple[Any, Any]:
    """Return a path as Java has it, with the file system that it lies on: PySpark has no door of its own to it."""
    context = session.sparkContext
    place = context._jvm.org.apache.hadoop.fs.Path(path)  # noqa: SLF001 - see above
    return place, place.getFileSystem(context._jsc.hadoopConfiguration())  # noqa: SLF001 - same


def _remove(session: Any, path: str) -> None:
    place, files = _files(session, path)
    files.delete(place, True)


def _kind(error: Exception) -> str:
    thrown = getattr(error, "java_exception", None)
    return str(thrown.getClass().getName()) if thrown is not None else type(error).__name__
