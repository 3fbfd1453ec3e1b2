from tieline.connect import exported


def test_files_of_people_go_when_somebody_is_erased(tmp_path):
    (tmp_path / "a.csv").write_text("name\n王小明\n")
    (tmp_path / "note.txt").write_text("stays")

    assert exported.forget(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
    assert exported.forget(tmp_path / "nothing") == 0
