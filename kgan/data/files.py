"""Image files where they are: below a folder, or in an archive, without unpacking."""

from __future__ import annotations

import copy
import io
import os
import re
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

ARCHIVES = (".zip", ".tar")
_COMPRESSED = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".gz", ".bz2", ".xz", ".7z")
# Subfolders of these names are splits, not classes.
_SPLIT = re.compile(r"(train|test|val|valid|validation)(?:_?([AB]))?")


class Files:
    """Files below one root.

        >>> Path("photos/cats").mkdir(parents=True)
        >>> _ = Path("photos/cats/tom.png").write_bytes(b"")
        >>> kgan.data.files.open_files("photos").names
        ['cats/tom.png']

    Attributes:
        root: the path of the folder or archive.
        names: the paths of the files below it, sorted, with / between their parts.
    """

    def __init__(self, root: Path, names: Iterable[str]) -> None:
        self.root = root
        self.names = sorted(names)

    def open(self, name: str) -> Any:
        """What Pillow opens: a path, or a file in memory."""
        return str(self.root / name)

    def only(self, names: Iterable[str]) -> Files:
        """Some of the files, in the order of `names`."""
        some = copy.copy(self)
        some.names = list(names)
        return some

    def classes(self) -> list[str] | None:
        """The names of the subfolders; None if files stand beside them, or alone."""
        tops = {name.partition("/")[0] for name in self.names}
        flat = any("/" not in name for name in self.names)
        return None if flat else sorted(tops)

    def splits(self) -> list[str] | None:
        """The names of the subfolders if they are splits: train, testA; else None."""
        tops = self.classes()
        return tops if tops and all(map(_SPLIT.fullmatch, tops)) else None

    def of_split(self, split: str | None) -> Files:
        """The files of a split; all files if the subfolders are no splits.

        Raises:
            ValueError: if the subfolders are splits, and none is called `split`.
        """
        splits = self.splits()
        if splits is None:
            return self
        if split not in splits:
            raise ValueError(
                f"Expected a split of {self.root}: {', '.join(splits)}. "
                f"Received: split={split!r}. Choose one with split (--split)."
            )
        return Below(self, split)


class Below(Files):
    """The files below one subfolder of others, which is a split."""

    def __init__(self, files: Files, folder: str) -> None:
        start = f"{folder}/"
        names = [n.removeprefix(start) for n in files.names if n.startswith(start)]
        super().__init__(files.root / folder, names)
        self._files, self._start = files, start
        self._classes = self._of_all_splits(_domain(folder))

    def open(self, name: str) -> Any:
        return self._files.open(self._start + name)

    def classes(self) -> list[str] | None:
        """Those of all splits: a class has one number, also where a split lacks it."""
        return None if super().classes() is None else self._classes

    def _of_all_splits(self, domain: str | None):
        parts = [name.split("/") for name in self._files.names]
        split = [p[1:] for p in parts if _domain(p[0]) == domain]
        return sorted({below[0] for below in split if len(below) > 1})


def _domain(split: str):
    """A of trainA and testA, whose images are others than those of trainB; or None."""
    found = _SPLIT.fullmatch(split)
    return found and found[2]


class _Zip(Files):
    def __init__(self, path: Path) -> None:
        # Reading from several threads is safe: zipfile locks each read.
        self._archive = zipfile.ZipFile(path)
        members = [m for m in self._archive.infolist() if not m.is_dir()]
        if any(member.flag_bits & 1 for member in members):
            raise ValueError(
                f"Expected an archive without a password. Received: {path}. Unpack it, "
                "and name the folder."
            )
        self._members = _members(path, {m.filename: m for m in members})
        super().__init__(path, self._members)

    def open(self, name: str) -> Any:
        return io.BytesIO(self._archive.read(self._members[name]))


class _Tar(Files):
    def __init__(self, path: Path) -> None:
        with tarfile.open(path, "r:") as archive:
            members = {m.name: (m.offset_data, m.size) for m in archive if m.isreg()}
        self._members = _members(path, members)
        self._file = _Descriptor(path)
        super().__init__(path, self._members)

    def open(self, name: str) -> Any:
        offset, size = self._members[name]
        # Unlike seek and read, also right in several threads.
        return io.BytesIO(os.pread(self._file.number, size, offset))


class _Descriptor:
    """An open file; it closes with the last of those who share it."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY)

    def __del__(self) -> None:
        os.close(self.number)


def open_files(path: str | os.PathLike) -> Files:
    """The files of a folder or archive, except hidden ones.

    Args:
        path: a folder, which may have subfolders, or a .zip or .tar file.

    Raises:
        ValueError: if there are none; for an archive that is compressed as a whole,
            damaged, encrypted, or has paths that leave it.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        files = Files(path, _below(path))
    elif path.suffix.lower() in ARCHIVES:
        files = _open_archive(path)
    else:
        what = "is another kind of file" if path.exists() else "does not exist"
        raise ValueError(
            f"Expected a folder, a .zip or a .tar of images. Received: {path}, which "
            f"{what}."
        )
    if not files.names:
        raise ValueError(
            f"Expected a folder of images. Received: {path}, which is empty."
        )
    return files


def is_archive(path: str | os.PathLike) -> bool:
    """Whether `path` is the name of an archive that `open_files` reads.

    Raises:
        ValueError: for an archive whose files cannot be read without unpacking.
    """
    name = str(path).lower()
    if name.endswith(_COMPRESSED):
        raise ValueError(
            "Expected a .zip or .tar, whose files can be read in any order. Received: "
            f"{path}, which is compressed as a whole. Unpack it, and name the folder."
        )
    return name.endswith(ARCHIVES)


def _open_archive(path: Path):
    if not path.is_file():
        raise ValueError(
            f"Expected an archive of images. Received: {str(path)!r}, which is not a "
            "file."
        )
    try:
        return _Zip(path) if path.suffix.lower() == ".zip" else _Tar(path)
    except (zipfile.BadZipFile, tarfile.TarError, OSError) as error:
        raise ValueError(
            f"Expected a whole archive. Received: {path} ({error}). Fetch or pack it "
            "again."
        ) from None


def _below(folder: Path):
    for directory, subfolders, names in os.walk(folder, followlinks=True):
        subfolders[:] = sorted(s for s in subfolders if not s.startswith("."))
        start = Path(directory).relative_to(folder)
        yield from ((start / n).as_posix() for n in names if not n.startswith("."))


def _members(path: Path, members: dict[str, Any]):
    """Visible members by name, without the folder that has them all."""
    visible = {}
    for name, member in members.items():
        parts = PurePosixPath(name).parts
        if ".." in parts or name.startswith("/") or re.match(r"[A-Za-z]:|\\", name):
            raise ValueError(
                f"Expected an archive of paths inside of it. Received: {name!r} in "
                f"{path}, which leaves it. Do not trust this archive."
            )
        parts = tuple(part for part in parts if part != ".")
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        if parts and not hidden:
            visible[parts] = member
    while visible and len({parts[0] for parts in visible}) == 1:
        if any(len(parts) == 1 for parts in visible):
            break
        visible = {parts[1:]: member for parts, member in visible.items()}
    return {"/".join(parts): member for parts, member in visible.items()}
