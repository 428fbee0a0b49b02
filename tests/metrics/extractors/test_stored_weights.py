import hashlib

import keras
import numpy as np
import pytest

from kgan.metrics.extractors.stored_weights import load_arrays, path_of


@pytest.fixture
def network():
    x = keras.Input((3,))
    return keras.Model(x, keras.layers.Dense(2, name="dense")(x), name="small")


def stored(path, **arrays):
    np.savez(path, **arrays)
    return path


KERNEL, BIAS = np.arange(6.0).reshape(3, 2), np.array([7.0, 8.0])


def test_weights_by_name(network, tmp_path):
    path = stored(tmp_path / "x.npz", dense_bias=BIAS, dense_kernel=KERNEL)
    digest = load_arrays(network, path)
    assert len(digest) == 64
    np.testing.assert_array_equal(network.get_weights()[0], KERNEL)
    np.testing.assert_array_equal(network.get_weights()[1], BIAS)


def test_names_with_slashes_and_a_digest(network, tmp_path):
    path = stored(
        tmp_path / "x.npz", **{"dense/bias": BIAS, "dense/kernel": KERNEL.astype("f2")}
    )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert load_arrays(network, path, sha256=digest) == digest
    np.testing.assert_array_equal(network.get_weights()[0], KERNEL)
    with pytest.raises(ValueError, match=f"sha256 00. Received: the sha256 {digest}"):
        load_arrays(network, path, sha256="00")


def test_weights_of_another_network(network, tmp_path):
    path = stored(tmp_path / "x.npz", dense_kernel=KERNEL)
    with pytest.raises(ValueError, match=r"small, with dense_bias.*no such array"):
        load_arrays(network, path)
    path = stored(tmp_path / "y.npz", dense_kernel=KERNEL.T, dense_bias=BIAS)
    with pytest.raises(ValueError, match=r"shape \(3, 2\).*y.npz, with \(2, 3\)"):
        load_arrays(network, path)
    more = {"dense_kernel": KERNEL, "dense_bias": BIAS, "conv_bias": BIAS}
    with pytest.raises(ValueError, match=r"small alone.*with conv_bias too"):
        load_arrays(network, stored(tmp_path / "z.npz", **more))


def test_files_that_are_none(network, tmp_path):
    path = tmp_path / "x.npz"
    path.write_bytes(b"nonsense")
    with pytest.raises(ValueError, match="npz file of arrays without pickled"):
        load_arrays(network, path)
    stored(path, dense_kernel=np.array([{"a": 1}], dtype=object), dense_bias=BIAS)
    with pytest.raises(ValueError, match="without pickled objects"):
        load_arrays(network, path)


def test_places(tmp_path, monkeypatch):
    monkeypatch.delenv("KGAN_WEIGHTS", raising=False)
    with pytest.raises(ValueError, match=r"variable KGAN_WEIGHTS. Received: neither"):
        path_of("x.npz")
    monkeypatch.setenv("KGAN_WEIGHTS", str(tmp_path))
    with pytest.raises(ValueError, match=r"x.npz, which does not exist"):
        path_of("x.npz")
    stored(tmp_path / "x.npz", a=BIAS)
    assert path_of("x.npz") == tmp_path / "x.npz"
    other = stored(tmp_path / "other.npz", a=BIAS)
    assert path_of("x.npz", other) == other
