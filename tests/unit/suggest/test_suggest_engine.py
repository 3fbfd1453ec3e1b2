"""A cluster that cannot be used is refused before anybody is read, and the sentence says what is missing."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tieline.errors import UnavailableError
from tieline.suggest.engine import DUCKDB, Engine
from tieline.suggest.find import find_people

NEEDS_NO_SPARK = pytest.mark.skipif(find_spec("pyspark") is not None, reason="pyspark is installed here")
HERE = Engine("local[1]")


@pytest.fixture
def java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a Java of some version on an otherwise empty path."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    def install(version: str, folder: Path = tmp_path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / "java"
        program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n", "utf-8")
        program.chmod(0o755)

    return install


def refused(engine: Engine) -> str:
    with pytest.raises(UnavailableError) as raised:
        engine.check()
    return str(raised.value)


@pytest.mark.usefixtures("java")
def test_without_java_the_sentence_says_how_to_get_it():
    said = refused(HERE)

    assert "TIELINE_SPARK_MASTER is 'local[1]', and there is no Java" in said
    assert "openjdk-17" in said


@pytest.mark.parametrize(("version", "says"), [("11.0.2", "version 11"), ("1.8.0_402", "version 8")])
def test_an_old_java_is_named_with_its_version(java, version, says):
    java(version)

    assert f"Java is {says}" in refused(HERE)


@NEEDS_NO_SPARK
def test_without_the_extra_the_sentence_says_how_to_install_it(java):
    java("17.0.15")

    assert "pip install 'tieline[spark]'" in refused(HERE)


@NEEDS_NO_SPARK
def test_java_home_goes_before_the_path(java, tmp_path, monkeypatch):
    java("11.0.2")
    java("21", tmp_path / "newer" / "bin")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "newer"))

    assert "pyspark is not installed" in refused(HERE)


def test_a_cluster_of_several_machines_needs_a_folder_they_all_reach():
    assert "TIELINE_SPARK_FOLDER is not set" in refused(Engine("spark://cluster:7077"))


@pytest.mark.usefixtures("java")
def test_duckdb_needs_nothing_else():
    DUCKDB.check()

    assert find_people([], engine=DUCKDB).pairs == []
