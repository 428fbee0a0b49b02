import io
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.data.files import open_files


def png(value, height=8, width=8):
    file = io.BytesIO()
    Image.fromarray(np.full((height, width), value, "uint8")).save(file, "png")
    return file.getvalue()


def pack(path, members):
    """Writes an archive of name -> bytes, by the suffix of its path."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return path
    with tarfile.open(path, "w:gz" if path.suffix == ".tgz" else "w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture(params=["photos.zip", "photos.tar"])
def path(request, tmp_path):
    return tmp_path / request.param


@pytest.mark.parametrize("in_memory", [True, False])
def test_images_are_read_in_the_archive(path, in_memory):
    pack(path, {f"photos/{i}.png": png(40 * i) for i in range(6)})
    source = kgan.data.open_source(path, in_memory=in_memory)
    (batch,) = source.batches(6, shuffle=False)
    levels = kgan.spaces.to_uint8(batch.numpy())[:, 0, 0, 0]
    np.testing.assert_array_equal(levels, [0, 40, 80, 120, 160, 200])
    assert list(path.parent.iterdir()) == [path]


def test_classes_hidden_files_and_the_folder_of_all(path):
    members = {"set/cat/a.png": png(1), "set/dog/b.png": png(2)}
    pack(path, {**members, "__MACOSX/set/._a.png": b"", "set/.DS_Store": b""})
    source = kgan.data.open_source(path, labels=True)
    assert source.class_names == ["cat", "dog"]
    assert source.labels.tolist() == [0, 1]


def test_splits(path):
    pack(path, {"train/a.png": png(1), "train/b.png": png(2), "test/c.png": png(3)})
    assert open_files(path).splits() == ["test", "train"]
    assert kgan.data.open_source(path).size == 2
    assert kgan.data.open_source(path, split="test").size == 1
    with pytest.raises(ValueError, match=r"test, train. Received: split='val'"):
        kgan.data.open_source(path, split="val")


@pytest.mark.parametrize("name", ["../x.png", "/etc/x.png", "a/../../x.png", "C:x.png"])
def test_paths_that_leave_the_archive(path, name):
    pack(path, {"a.png": png(1), name: png(2)})
    with pytest.raises(ValueError, match=r"paths inside of it.*which leaves it"):
        kgan.data.open_source(path)


def test_links_are_no_files(tmp_path):
    path = pack(tmp_path / "photos.tar", {"a.png": png(1)})
    with tarfile.open(path, "a") as archive:
        link = tarfile.TarInfo("b.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert open_files(path).names == ["a.png"]


def test_damaged_empty_and_missing_archives(path):
    with pytest.raises(ValueError, match="which is not a file"):
        kgan.data.open_source(path)
    path.write_bytes(b"no archive of any kind, but longer than a header" * 20)
    with pytest.raises(ValueError, match="Expected a whole archive"):
        kgan.data.open_source(path)
    pack(path, {".hidden": b""})
    with pytest.raises(ValueError, match="is empty"):
        kgan.data.open_source(path)


def test_archives_compressed_as_a_whole(tmp_path):
    path = pack(tmp_path / "photos.tgz", {"a.png": png(1)})
    with pytest.raises(ValueError, match="which is compressed as a whole"):
        kgan.data.open_source(path)


def test_a_file_of_another_kind(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(ValueError, match=r"folder, a .zip or a .tar.*notes.txt"):
        open_files(tmp_path / "notes.txt")
