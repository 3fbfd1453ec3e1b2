"""A Spark cluster finds the people that DuckDB finds, for the same reasons, and leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import suggest_truth
import test_steward_commands as steward
import test_suggest_levels as levels
from typer.testing import CliRunner

from tieline.cli import app
from tieline.errors import UnavailableError
from tieline.suggest.choose import band
from tieline.suggest.columns import in_columns
from tieline.suggest.engine import DUCKDB, Engine
from tieline.suggest.find import Found, find, find_people
from tieline.suggest.people import PEOPLE
from tieline.suggest.person import Person, row
from tieline.suggest.plan import Field, Level, Plan, equal
from tieline.suggest.score import COUNTED_LEAST, score

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark_events")]
HERE = Engine("local[1]")
# Both engines add the same fixed weights in another order; a score is a double, and differs in its last digits at most.
SCORES_APART_MAX = 1e-9


def told(found: Found):
    return [(pair.a, pair.b, band(pair.score), pair.evidence) for pair in found.pairs]


def test_a_cluster_of_two_machines_finds_what_duckdb_finds_and_leaves_nothing(tmp_path):
    truth = suggest_truth.make(100, seed=7)
    assert len(truth.people) > COUNTED_LEAST, "else no value is counted, and frequency plays no part"
    refused = {min(truth.pairs)}

    here = find_people(truth.people, refused)
    there = find_people(truth.people, refused, Engine("local-cluster[2,1,1024]", tmp_path.as_uri()))

    assert len(here.pairs) > len(truth.pairs) / 2
    assert told(there) == told(here)
    assert (there.vetoed, there.households) == (here.vetoed, here.households)
    assert here.vetoed["refused"] == 1
    apart = [abs(one.score - other.score) for one, other in zip(there.pairs, here.pairs, strict=True)]
    assert max(apart) < SCORES_APART_MAX
    assert list(tmp_path.iterdir()) == []


def test_one_character_is_one_character_on_spark_too():
    rows = [
        row(Person(f"{number:02}{side}", name, phone=f"+8869123456{number:02}"))
        for number, (one, other, _) in enumerate(levels.PAIRS)
        for side, name in (("a", one), ("b", other))
    ]

    found = {pair.a[:2]: pair.evidence[0].level for pair in score([in_columns(rows)], PEOPLE, 0.0, HERE)}

    assert found == {f"{number:02}": level for number, (_, _, level) in enumerate(levels.PAIRS)}


NAMES = [("martha", "marhta"), ("dwayne", "duane"), ("dixon", "dicksonx"), ("jones", "johnson"), ("abroms", "abrams")]  # fmt: skip
LATIN = Plan(
    version="latin",
    columns=("key", "name"),
    fields=(
        Field(
            "jaro",
            "name",
            tuple(
                Level(f"{least}", f"jaro_winkler_similarity(name_l, name_r) >= {least}", 0.2, 0.1)
                for least in (0.95, 0.9, 0.82)
            ),
            (0.4, 0.7),
        ),
        Field(
            "edits",
            "name",
            (Level("one or two", "damerau_levenshtein(name_l, name_r) <= 2", 0.6, 0.1),),
            (0.4, 0.9),
        ),
        Field("key", "key", (Level("the same", equal("key"), 0.9, 0.1),), (0.1, 0.9)),
    ),
    blocks=(("key",),),
    vetoes=(),
)


def test_similarities_of_latin_names_between_two_tables_are_those_of_duckdb():
    tables = [
        [{"unique_id": f"{side}{n}", "key": str(n), "name": pair[at]} for n, pair in enumerate(NAMES)]
        for at, side in enumerate("ab")
    ]

    here, there = (find(tables, LATIN, least=0.0, engine=engine) for engine in (DUCKDB, HERE))

    assert len(here.pairs) == len(NAMES)
    assert len({pair.evidence[:2] for pair in here.pairs}) > 2, "else the levels say nothing"
    assert told(there) == told(here)


def test_the_command_searches_on_the_cluster_that_is_set(
    postgres_url: str, spark_events: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(steward._fill(postgres_url))
    monkeypatch.setenv("TIELINE_POSTGRES_URL", postgres_url)
    monkeypatch.setenv("TIELINE_SPARK_MASTER", HERE.master)
    before = set(spark_events.iterdir())

    done = CliRunner().invoke(app, ["identity", "suggest", *steward.at(tmp_path)])

    assert "4 profiles: 1 suggestions" in done.output
    assert len(set(spark_events.iterdir()) - before) == 1, "no Spark did this"


def test_a_cluster_that_gives_up_is_named_and_no_value_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    twins = [Person("a", "王小明", phone="+886912345671"), Person("b", "王小明", phone="+886912345671")]

    with pytest.raises(UnavailableError) as raised:
        find_people(twins, engine=Engine("local[1]", "nowhere://cluster/folder"))

    assert "Spark at local[1] gave up: org.apache.hadoop.fs.UnsupportedFileSystemException" in str(
        raised.value
    )
    assert "王小明" not in str(raised.value)
    assert list(tmp_path.glob("tieline-spark-*")) == []


SEARCH = """
import sys
from tieline.suggest.engine import Engine
from tieline.suggest.find import find_people
from tieline.suggest.person import Person
find_people([Person(str(n), "王小明", phone=f"+8869123{n:05}") for n in range(2_000)], engine=Engine("local[1]"))
"""


def test_a_search_that_is_told_to_stop_takes_its_files_along(tmp_path: Path) -> None:
    search = subprocess.Popen(
        [sys.executable, "-c", SEARCH], env={**os.environ, "TMPDIR": str(tmp_path)}, stderr=subprocess.DEVNULL
    )
    try:
        while not any(tmp_path.glob("tieline-spark-*/local-*/t0.parquet")):
            assert search.poll() is None, "it ended before it wrote anything"
            time.sleep(0.05)
        search.send_signal(signal.SIGTERM)
        search.wait(60)
    finally:
        search.kill()

    assert search.returncode == -signal.SIGTERM
    assert list(tmp_path.glob("tieline-spark-*")) == []
