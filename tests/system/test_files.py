import pytest

from kgan.system.files import atomic_file, new_directory


def test_atomic_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")
    with pytest.raises(RuntimeError), atomic_file(path) as partial:
        partial.write_text("half")
        raise RuntimeError
    assert path.read_text() == "before"
    with atomic_file(path) as partial:
        partial.write_text("after")
    assert path.read_text() == "after"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_new_directory(tmp_path):
    path = tmp_path / "base" / "1"
    with pytest.raises(RuntimeError), new_directory(path) as partial:
        (partial / "x").touch()
        raise RuntimeError
    assert list((tmp_path / "base").iterdir()) == []
    with new_directory(path) as partial:
        (partial / "x").touch()
        assert not path.exists()
    assert (path / "x").exists()
    with pytest.raises(FileExistsError, match="nothing is overwritten"):
        new_directory(path).__enter__()


def test_new_directory_that_appears_meanwhile(tmp_path):
    path = tmp_path / "1"
    with pytest.raises(FileExistsError, match="nothing is"), new_directory(path) as new:
        (new / "x").touch()
        path.mkdir()
        (path / "theirs").touch()
    assert [p.name for p in path.iterdir()] == ["theirs"]
    assert [p.name for p in tmp_path.iterdir()] == ["1"]
    link = tmp_path / "link"
    with pytest.raises(FileExistsError, match="nothing is"), new_directory(link) as new:
        (new / "x").touch()
        link.symlink_to(path)
    assert not (path / "x").exists()
