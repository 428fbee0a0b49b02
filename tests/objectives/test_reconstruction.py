import numpy as np
import pytest
import tensorflow as tf

from kgan.objectives import reconstruction


@pytest.mark.parametrize(
    ("name", "by_hand"), [("l1", [0.5, 0.25]), ("l2", [0.5, 0.125])]
)
def test_means_of_each_example(name, by_hand):
    examples = np.array([[[0.0], [1.0]], [[-1.0], [0.5]]], "float32")
    outputs = np.array([[[0.0], [0.0]], [[-1.0], [1.0]]], "float32")
    losses = reconstruction.get(name)(examples, outputs)
    np.testing.assert_allclose(losses, by_hand)


def test_half_precision_is_not_the_precision_of_the_loss():
    outputs = tf.cast(tf.fill([1, 4], 0.5), tf.bfloat16)
    losses = reconstruction.l1(np.full((1, 4), 0.3, "float32"), outputs)
    assert losses.dtype == tf.float32
    np.testing.assert_allclose(losses, [0.2], rtol=1e-6)


def test_unknown_name():
    with pytest.raises(ValueError, match=r"loss: l1, l2\. Received: 'l3'"):
        reconstruction.get("l3")
