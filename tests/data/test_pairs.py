import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.data import degradations
from kgan.data.pairs import AlignedSource, UnpairedSource


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def noise(seed, height=8, width=8):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), "uint8")


def two_folders(path, n=6):
    for i in range(n):
        save(path / "a" / f"{i}.png", noise(i))
        # The same photo, of other colors.
        save(path / "b" / f"{i}.bmp", 255 - noise(i))
    return path / "a", path / "b"


def arrays(n, offset=0):
    """Images whose pixels all tell the index."""
    numbers = (np.arange(n) + offset).astype("uint8")
    return np.broadcast_to(numbers[:, None, None, None], (n, 4, 4, 1)).copy()


def bytes_of(batch):
    return [kgan.spaces.to_uint8(np.asarray(part)) for part in batch]


@pytest.mark.parametrize("in_memory", [True, False])
def test_two_folders(tmp_path, in_memory):
    a, b = two_folders(tmp_path)
    source = kgan.data.open_source(a, target=b, in_memory=in_memory)
    assert source.size == 6
    assert source.spaces == (kgan.spaces.Images((8, 8, 3)),) * 2
    for batch in source.batches(3, seed=1):
        first, second = bytes_of(batch)
        np.testing.assert_array_equal(first, 255 - second)


@pytest.mark.parametrize("in_memory", [True, False])
def test_crops_and_flips_are_those_of_the_partner(tmp_path, in_memory):
    a, b = two_folders(tmp_path)
    options = {"crop": 5, "flip": True, "in_memory": in_memory}
    source = kgan.data.open_source(a, target=b, **options)
    seen = set()
    data = source.batches(6, seed=1)
    for _ in range(6):
        for first, second in zip(*bytes_of(next(iter(data))), strict=True):
            np.testing.assert_array_equal(first, 255 - second)
            seen.add(first.tobytes())
    # 6 images x 6 epochs of 32 windows each: most windows differ.
    assert len(seen) > 25
    first, _ = source.parts(6)
    centres = {noise(i)[1:6, 1:6].tobytes() for i in range(6)}
    assert {x.tobytes() for x in kgan.spaces.to_uint8(first)} == centres


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("target", ["left", "right"])
def test_side_by_side(tmp_path, target, in_memory):
    for i in range(4):
        save(tmp_path / f"{i}.png", np.concatenate([noise(i), 255 - noise(i)], axis=1))
    source = kgan.data.open_source(tmp_path, target=target, in_memory=in_memory)
    (batch,) = source.batches(4, shuffle=False)
    first, second = bytes_of(batch)
    left = np.stack([noise(i) for i in range(4)])
    np.testing.assert_array_equal(second if target == "left" else first, left)
    np.testing.assert_array_equal(first if target == "left" else second, 255 - left)


def test_side_by_side_of_odd_width(tmp_path):
    save(tmp_path / "even.png", noise(0))
    save(tmp_path / "odd.png", noise(0, 8, 9))
    with pytest.raises(ValueError, match=r"even width.*odd.png.*9 pixels wide"):
        kgan.data.open_source(tmp_path, target="right", image_size=4)
    with pytest.raises(ValueError, match=r"side by side, because target is 'left'"):
        kgan.data.open_source("mnist_10k:1.0.0", target="left")


def test_names_without_partners(tmp_path):
    a, b = two_folders(tmp_path)
    (a / "3.png").rename(a / "three.png")
    with pytest.raises(
        ValueError, match=r"only in \S*a: three.png; 1 only in \S*b: 3.bmp"
    ):
        kgan.data.open_source(a, target=b)
    source = kgan.data.open_source(a, target=b, paired=False)
    assert isinstance(source, UnpairedSource)


def test_pairs_of_different_sizes_are_named(tmp_path):
    a, b = two_folders(tmp_path)
    save(b / "3.bmp", noise(3, 8, 12))
    message = r"8x8 of \S*a/3.png and 8x12 of \S*b/3.bmp. Remove.*--image-size"
    with pytest.raises(ValueError, match=message):
        kgan.data.open_source(a, target=b)
    # Crops of images of several sizes, but of one size in each pair.
    save(a / "5.png", noise(5, 20, 9))
    save(b / "5.bmp", noise(5, 20, 9))
    with pytest.raises(ValueError, match=r"8x8 of \S*a/3.png and 8x12"):
        kgan.data.open_source(a, target=b, crop=4)
    save(b / "4.bmp", noise(4, 9, 8))
    with pytest.raises(ValueError, match=r"b/3.bmp, and 1 more such pairs"):
        kgan.data.open_source(a, target=b, crop=4)
    for i in (3, 4):
        save(b / f"{i}.bmp", noise(i))
    assert kgan.data.open_source(a, target=b, crop=4).size == 6


def test_targets_may_be_larger_all_by_one_factor(tmp_path):
    a, b = two_folders(tmp_path)
    for i in range(6):
        save(b / f"{i}.bmp", noise(i, 32, 32))
    source = kgan.data.open_source(a, target=b)
    assert [space.shape for space in source.spaces] == [(8, 8, 3), (32, 32, 3)]
    save(b / "2.bmp", noise(2, 16, 16))
    with pytest.raises(ValueError, match=r"8x8 of \S*a/2.png and 16x16 of"):
        kgan.data.open_source(a, target=b)


def test_other_proportions_are_said(tmp_path, caplog):
    a, b = two_folders(tmp_path)
    kgan.data.open_source(a, target=b, image_size=4)
    assert not caplog.text
    save(b / "3.bmp", noise(3, 8, 12))
    kgan.data.open_source(a, target=b, image_size=4)
    assert "of 1 pairs have different proportions, such as 8x8 of" in caplog.text


def test_a_target_that_does_not_exist(tmp_path):
    a, b = two_folders(tmp_path)
    for target in ("nowhere", f"{b}s", "trainB"):
        with pytest.raises(ValueError, match=r"which does not exist|not a directory"):
            kgan.data.open_source(a, target=target)


def test_sources_that_are_their_targets_are_said(tmp_path, caplog):
    for i in range(4):
        save(tmp_path / f"{i}.png", noise(i)[..., 0])
    source = kgan.data.open_source(tmp_path, degradation="gray", channels=3)
    assert "there is nothing to learn" in caplog.text
    assert source.size == 4
    caplog.clear()
    kgan.data.open_source("facades", degradation="gray")
    assert not caplog.text


def test_corrupt_files_leave_with_their_partners(tmp_path):
    a, b = two_folders(tmp_path)
    (a / "2.png").write_bytes(b"no image")
    with pytest.raises(ValueError, match=r"2.png.*--skip-corrupt"):
        kgan.data.open_source(a, target=b)
    source = kgan.data.open_source(a, target=b, skip_corrupt=True)
    assert (source.size, source.skipped) == (5, 1)
    first, second = bytes_of(source.parts(5))
    np.testing.assert_array_equal(first, 255 - second)


def test_unpaired_sets_of_different_length():
    source = kgan.data.open_source(arrays(10), target=arrays(4, 100), paired=False)
    data = source.batches(2, seed=3)
    assert int(data.cardinality()) == 5
    epochs = [[bytes_of(batch) for batch in data] for _ in range(4)]
    firsts = [np.concatenate([b[0][:, 0, 0, 0] for b in e]).tolist() for e in epochs]
    seconds = np.concatenate([b[1][:, 0, 0, 0] for e in epochs for b in e]).tolist()
    assert all(sorted(first) == list(range(10)) for first in firsts)
    assert firsts[0] != firsts[1]
    # Four at a time: each pass over the smaller set is a permutation.
    passes = [seconds[i : i + 4] for i in range(0, 40, 4)]
    assert all(sorted(p) == [100, 101, 102, 103] for p in passes)
    assert len({tuple(p) for p in passes}) > 3


def test_a_batch_larger_than_the_smaller_set():
    source = kgan.data.open_source(arrays(10), target=arrays(3, 100), paired=False)
    data = source.batches(5, seed=3)
    seconds = [bytes_of(b)[1][:, 0, 0, 0] for _ in range(3) for b in data]
    flat = np.concatenate(seconds).tolist()
    passes = [flat[i : i + 3] for i in range(0, 30, 3)]
    assert all(sorted(p) == [100, 101, 102] for p in passes)
    data.position.seek(1, 1)
    again = bytes_of(next(iter(data)))[1][:, 0, 0, 0]
    np.testing.assert_array_equal(again, seconds[3])


def sources(tmp_path):
    a, b = two_folders(tmp_path, 12)
    random = {"crop": 4, "flip": True}
    yield kgan.data.open_source(a, target=b, in_memory=False, **random)
    yield kgan.data.open_source(a, target=b, paired=False, **random)
    yield kgan.data.open_source(a, degradation="downscale2", **random)
    yield kgan.data.open_source(split="train[:12]", crop=9, in_memory=False)


def parts(data):
    batches = (b if isinstance(b, tuple) else (b,) for b in data)
    return [[np.asarray(part) for part in batch] for batch in batches]


def test_resume_is_exact(tmp_path):
    for source in sources(tmp_path):
        data = source.batches(4, seed=7)
        first, second = parts(data), parts(data)
        data = source.batches(4, seed=7)
        data.position.seek(0, 2)
        for got, expected in zip(parts(data), first[2:] + second[:2], strict=True):
            for x, y in zip(got, expected, strict=True):
                np.testing.assert_array_equal(x, y)


def test_parts_of_replicas_make_the_batch(tmp_path):
    for source in list(sources(tmp_path))[::3]:
        whole = parts(source.batches(4, seed=7))
        cut = [
            parts(source.batches(4, seed=7, replicas=(first, 1, 2))) for first in (0, 1)
        ]
        for step, batch in enumerate(whole):
            for i, part in enumerate(batch):
                halves = [cut[0][step][i], cut[1][step][i]]
                np.testing.assert_array_equal(np.concatenate(halves), part)


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("name", ["gray", "downscale2", "downscale4", "mask"])
def test_derived_pairs(tmp_path, name, in_memory):
    a, _ = two_folders(tmp_path)
    source = kgan.data.open_source(a, degradation=name, flip=True, in_memory=in_memory)
    first, second = bytes_of(next(iter(source.batches(6))))
    np.testing.assert_array_equal(degradations.get(name).apply(second), first)
    assert source.spaces[0].shape == first.shape[1:]
    assert source.image_shape == first.shape[1:]


def test_crops_of_images_of_several_sizes(tmp_path):
    for i, (height, width) in enumerate([(9, 20), (30, 8), (12, 12)]):
        save(tmp_path / f"{i}.png", noise(i, height, width))
    source = kgan.data.open_source(tmp_path, crop=8, degradation="downscale2")
    for small, large in source.batches(3):
        assert (small.shape, large.shape) == ((3, 4, 4, 3), (3, 8, 8, 3))
    with pytest.raises(ValueError, match=r"9 x 9 pixels.*1 smaller ones.*1.png"):
        kgan.data.open_source(tmp_path, crop=9)


def test_splits_are_subfolders(tmp_path):
    for name, n in {"trainA": 5, "trainB": 3, "testA": 2, "testB": 2}.items():
        for i in range(n):
            save(tmp_path / name / f"{name}{i}.png", noise(i))
    options = {"split": "trainA", "target": "trainB", "paired": False}
    assert kgan.data.open_source(tmp_path, **options).size == 5
    recipe = kgan.recipes.get("dcgan")
    data = kgan.recipes.Data(str(tmp_path), **options)
    recipe = recipe.__class__(**{**vars(recipe), "data": data})
    assert recipe.open_data().size == 5
    assert recipe.open_data("testA").size == 2
    with pytest.raises(ValueError, match=r"testA, testB, trainA, trainB.*'train'"):
        kgan.data.open_source(tmp_path)


@pytest.mark.parametrize("in_memory", [True, False])
def test_unpaired_splits_of_a_tfds_set(prepared_mnist, in_memory):
    source = kgan.data.open_source(
        prepared_mnist, target="test", paired=False, flip=True, in_memory=in_memory
    )
    assert source.size == 60
    data = source.batches(20, seed=1, augment=False)
    batches = [bytes_of(batch) for _ in range(2) for batch in data]
    # The first pixels count: from 0 in train, from 100 in test.
    firsts, seconds = (
        np.concatenate([batch[i][:, 0, 0, 0] for batch in batches]) for i in (0, 1)
    )
    assert sorted(firsts[:60]) == sorted(firsts[60:]) == list(range(60))
    for start in (0, 40, 80):
        assert sorted(seconds[start : start + 40]) == list(range(100, 140))


def test_pairs_of_arrays_and_splits():
    source = kgan.data.open_source(arrays(6), target=arrays(6, 100))
    for batch in source.batches(3):
        first, second = bytes_of(batch)
        np.testing.assert_array_equal(first + 100, second)
    halves = {"split": "train[:10]", "target": "train[10:20]"}
    source = kgan.data.open_source(**halves)
    assert isinstance(source, AlignedSource)
    whole = kgan.data.open_source(split="train[:20]").examples
    (batch,) = source.batches(10, shuffle=False)
    np.testing.assert_array_equal(np.concatenate(bytes_of(batch)), whole)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"target": arrays(5)}, "as many targets as sources.*6 of.*5 of"),
        ({"target": arrays(6), "labels": True}, "one of labels, target"),
        ({"target": arrays(6), "degradation": "mask"}, "target and degradation"),
        ({"degradation": "downscale8"}, "Expected a degradation"),
        ({"degradation": "gray"}, "targets of 3 channels.*1 channel. Choose.*in color"),
        ({"crop": 5}, "at least 5 x 5 pixels.*Received: 4 x 4"),
        ({"crop": 0}, "crop >= 1"),
        ({"target": "trainB"}, "as arrays or as a folder"),
    ],
)
def test_bad_input(kwargs, message):
    with pytest.raises(ValueError, match=message):
        kgan.data.open_source(arrays(6), **kwargs)


def test_sets_that_do_not_fit_together():
    color = np.zeros((6, 4, 4, 3), "uint8")
    with pytest.raises(ValueError, match=r"channels in both sets. Received: 1.*3"):
        kgan.data.open_source(arrays(6), target=color, paired=False)
    large = np.zeros((6, 8, 8, 1), "uint8")
    with pytest.raises(ValueError, match=r"one size, to crop both.*4x4x1.*8x8x1"):
        kgan.data.open_source(arrays(6), target=large, crop=4)
    with pytest.raises(ValueError, match=r"images to crop or flip.*points"):
        kgan.data.open_source("ring", flip=True)
    with pytest.raises(ValueError, match=r"images to degrade.*points"):
        kgan.data.open_source("ring", degradation="gray")
