"""The command reads what git knows, prints sentences and says by its status whether a rule is broken."""

import subprocess

import house
import pytest


@pytest.fixture
def repository(tmp_path):
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "src/tieline").mkdir(parents=True)
    return tmp_path


def test_a_clean_repository_exits_with_zero(repository, capsys):
    (repository / "src/tieline/a.py").write_text("x = 1\n")

    assert house.main(repository) == 0
    assert capsys.readouterr().out == f"1 files, {len(house.RULES)} house rules, 0 broken.\n"


def test_a_broken_rule_exits_with_one(repository, capsys):
    (repository / "src/tieline/a.py").write_text("print(1)\n")

    assert house.main(repository) == 1
    assert capsys.readouterr().out.startswith("src/tieline/a.py:1: print: ")


def test_ignored_and_deleted_files_are_not_read(repository):
    (repository / ".gitignore").write_text("ignored.py\n")
    (repository / "src/tieline/ignored.py").write_text("print(1)\n")
    gone = repository / "src/tieline/gone.py"
    gone.write_text("print(1)\n")
    subprocess.run(["git", "-C", str(repository), "add", "src"], check=True)
    gone.unlink()

    assert sorted(house.read(repository)) == [".gitignore"]


def test_bytes_that_are_no_text_are_passed_over(repository):
    (repository / "image.png").write_bytes(b"\x89PNG\xff")

    assert house.read(repository) == {"image.png": ""}
