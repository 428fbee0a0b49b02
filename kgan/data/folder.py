"""A folder or archive of images: flat, one subfolder per class, or side by side."""

from __future__ import annotations

import collections
import logging
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import tensorflow as tf

from kgan.data.decoding import Header, losses, read_each, read_header, read_pixels
from kgan.data.files import Files
from kgan.data.memory import held
from kgan.data.reading import Reading
from kgan.data.sizes import fit_in
from kgan.data.sources import Source
from kgan.spaces import Images, Labels, Space

_log = logging.getLogger("kgan")


def open_folder(
    files: Files, reading: Reading, target: Literal["left", "right"] | None = None
) -> Source:
    """Opens image files.

    Args:
        files: of a folder or archive.
        reading: how they are read.
        target: which half of each image is the target, if images are pairs side by
            side.

    Returns:
        A `FolderSource`, or a source of its images in memory.

    Raises:
        ValueError: if the folder has no images; if it has other files and
            `skip_corrupt` is False; if its images have several sizes, `size` is None
            and there are no crops; if they have several numbers of channels and
            `channels` is None; if labels are asked for and there is no subfolder per
            class; or if images side by side have an odd width.
    """
    if reading.labels and files.classes() is None:
        raise ValueError(
            "Expected one subfolder per class, because labels are asked for. "
            f"Received: {files.root}, without a subfolder per class. Sort the images "
            "into subfolders, such as cat/1.png and dog/1.png; or, for a model "
            "without labels, leave out labels (--no-labels); where all images are "
            "normal, leave out normal classes (--normal, and no name)."
        )
    headers = scan(files, reading.skip_corrupt)
    return held(of_headers(files, headers, reading, target), reading.in_memory)


class FolderSource(Source):
    """Images in files. Each batch decodes its own files, so memory is bounded.

        >>> Path("digits").mkdir()
        >>> for i in range(4):
        ...     keras.utils.save_img(f"digits/{i}.png", np.full((8, 8, 1), 60 * i))
        >>> source = kgan.data.open_source("digits", channels=1, in_memory=False)
        >>> source.size, source.image_shape
        (4, (8, 8, 1))

    Args:
        files: the image files.
        image_shape: (height, width, channels) of an example; None for sides of any
            size.
        classes: the names of the subfolders, for labels, which are their numbers; a
            class may have no image here. Or None.
        skipped: the number of files left out as corrupt.
        target: which half of each image is the target, or None for single images.
    """

    def __init__(
        self,
        files: Files,
        image_shape: tuple[int | None, int | None, int],
        classes: Sequence[str] | None = None,
        skipped: int = 0,
        target: Literal["left", "right"] | None = None,
    ) -> None:
        super().__init__(
            str(files.root),
            len(files.names),
            Images(image_shape),
            num_classes=None if classes is None else len(classes),
            skipped=skipped,
            class_names=classes,
        )
        self._files, self._target = files, target
        number = {name: i for i, name in enumerate(classes or ())}
        tops = [name.partition("/")[0] for name in files.names]
        self._labels = np.array([number.get(top, 0) for top in tops], "int32")

    def all_labels(self) -> np.ndarray | None:
        return None if self.num_classes is None else self._labels

    @property
    def spaces(self) -> tuple[Space, ...]:
        if self._target:
            return self.space, self.space
        if self.num_classes is None:
            return (self.space,)
        return self.space, Labels(self.num_classes, self.class_names)

    def fetch(self, element: Any, key: Any = None) -> tuple[Any, ...]:
        count = 2 if self._target else 1
        images = tf.numpy_function(self._pixels, [element], [tf.uint8] * count)
        images = tuple(self._fitted(image) for image in images)
        if self.num_classes is None:
            return images
        return *images, tf.gather(self._labels, element)

    def _pixels(self, index: Any):
        name = self._files.names[index]
        root = self._files.root
        pixels = read_pixels(
            self._files.open(name), self.image_shape[2], f"{root / name}"
        )
        if not self._target:
            return [pixels]
        half = pixels.shape[1] // 2
        left, right = np.ascontiguousarray(pixels[:, :half]), pixels[:, half:].copy()
        return [right, left] if self._target == "left" else [left, right]

    def _fitted(self, image: Any):
        *size, channels = self.image_shape
        image.set_shape([None, None, channels])
        if None in size:
            return image
        return tf.ensure_shape(fit_in(image, tuple(size)), self.image_shape)


def scan(
    files: Files, skip_corrupt: bool, whole: bool | None = None
) -> dict[str, Header]:
    """Reads every header, and says what is left out of the images.

    Args:
        files: of a folder or archive.
        skip_corrupt: whether to leave out files that are no images.
        whole: whether pixels are decoded too, so that damage is noticed. Default:
            with `skip_corrupt`.

    Returns:
        name -> its header, of the files that are images.

    Raises:
        ValueError: if no file is an image; if there are others and `skip_corrupt` is
            False.
    """
    whole = skip_corrupt if whole is None else whole
    readable, unreadable = read_each(files, lambda file: read_header(file, whole))
    if unreadable and not skip_corrupt:
        names = ", ".join(f"{n} ({r})" for n, r in list(unreadable.items())[:3])
        raise ValueError(
            f"Expected only images in {files.root}. Received: {len(unreadable)} of "
            f"{len(files.names)} files that are not readable images: {names}"
            f"{', ...' if len(unreadable) > 3 else ''}. Remove these files, or leave "
            "them out with skip_corrupt (--skip-corrupt)."
        )
    if unreadable:
        _log.warning(
            "kgan: skipped %d corrupt files of %s", len(unreadable), files.root
        )
    for what, names in losses(readable).items():
        _log.warning(
            "kgan: %d of the images in %s, such as %s, are read in part: %s",
            len(names),
            files.root,
            names[0],
            what,
        )
    return readable


def of_headers(
    files: Files,
    headers: dict[str, Header],
    reading: Reading,
    target: Literal["left", "right"] | None = None,
) -> FolderSource:
    """The source of those files that have headers. Arguments as for `open_folder`."""
    readable = files.only(headers)
    classes = readable.classes() if reading.labels else None
    if target:
        headers = _halves(files, headers)
    size = reading.size or _only_size(files, headers, reading.crop)
    channels = reading.channels or _only_channels(files, headers)
    skipped = len(files.names) - len(headers)
    return FolderSource(readable, (*size, channels), classes, skipped, target)


def _halves(files: Files, headers: Any):
    """The headers of the halves of images side by side."""
    odd = [name for name, header in headers.items() if header.width % 2]
    if odd:
        raise ValueError(
            "Expected images of even width, with source and target side by side. "
            f"Received: {odd[0]} in {files.root}, {headers[odd[0]].width} pixels wide"
            f"{f', and {len(odd) - 1} more of odd width' if odd[1:] else ''}. Remove "
            "such files, or leave out target."
        )
    return {n: h._replace(width=h.width // 2) for n, h in headers.items()}


def _only_size(files: Files, headers: dict[str, Header], crop: int | None):
    sizes = collections.Counter((h.height, h.width) for h in headers.values())
    (height, width), count = sizes.most_common(1)[0]
    if len(sizes) == 1:
        return height, width
    if crop is None:
        usual = height, width
        other = next(n for n, h in headers.items() if (h.height, h.width) != usual)
        raise ValueError(
            f"Expected images of one size in {files.root}. Received: {len(sizes)} "
            f"sizes; the most frequent is {height}x{width} ({count} files), and "
            f"{other} has {headers[other].height}x{headers[other].width}. Choose the "
            "size to crop and resize to with image_size (--image-size), or random "
            "crops with crop (--crop)."
        )
    small = [n for n, h in headers.items() if min(h.height, h.width) < crop]
    if small:
        raise ValueError(
            f"Expected images of at least {crop} x {crop} pixels in {files.root}, "
            f"because of crop={crop}. Received: {len(small)} smaller ones, such as "
            f"{small[0]}. Choose a smaller crop (--crop), or the size to resize to "
            "with image_size (--image-size)."
        )
    return None, None


def _only_channels(files: Files, headers: dict[str, Header]):
    # Number of channels -> the name of an example.
    examples = {header.channels: name for name, header in headers.items()}
    if len(examples) > 1:
        names = ", ".join(f"{n} ({name})" for n, name in sorted(examples.items()))
        raise ValueError(
            f"Expected images with one number of channels in {files.root}. "
            f"Received: {names}. Choose the number of channels to convert to, 1, 3 or "
            "4, with channels (--channels)."
        )
    return next(iter(examples))
