"""Operations of a step, counted by hand."""

import numpy as np
import pytest
import tensorflow as tf

from tests.scripts import load_script

operations = load_script("operations", "benchmarks").operations


class Model:
    """A step: a product and its gradient; every fourth step needs another product."""

    def __init__(self, forward, *shape):
        self.forward = forward
        self.w = tf.Variable(tf.ones(shape))
        self.steps = tf.Variable(0)
        self.other = tf.Variable(tf.ones((6, 6)))

    def train_step(self, batch):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(self.forward(batch, self.w) ** 2)
        self.w.assign_sub(tape.gradient(loss, self.w))
        # Nobody needs this one.
        tf.matmul(self.w[:2, :2], self.w[:2, :2]) if len(self.w.shape) == 2 else None
        due = self.steps % 4 == 0
        product = tf.cond(due, lambda: self.other @ self.other, lambda: self.other)
        self.other.assign(product)
        self.steps.assign_add(1)
        return {}


def count(forward, batch, *shape):
    model = Model(forward, *shape)
    found = operations(model, [tf.ones(batch)] * 16)
    assert int(model.steps) == 16
    return found - 2 * 6**3 / 4


def test_matrices():
    # Forwards and by w; nobody needs the slope by x.
    assert count(tf.matmul, (8, 4), 4, 3) == 2 * 2 * 8 * 4 * 3
    sums = lambda x, w: tf.einsum("bij,jk->bik", x, w)  # noqa: E731
    assert count(sums, (8, 5, 4), 4, 3) == 2 * 2 * 8 * 5 * 4 * 3


def test_convolutions():
    down = lambda x, w: tf.nn.conv2d(x, w, 2, "SAME")  # noqa: E731
    each = 2 * (2 * 4 * 4 * 5) * (4 * 4 * 3)
    assert count(down, (2, 8, 8, 3), 4, 4, 3, 5) == 2 * each
    # To [2, 8, 8, 5]: each number of the smaller image is a product with a kernel.
    up = lambda x, w: tf.nn.conv2d_transpose(x, w, (2, 8, 8, 5), 2)  # noqa: E731
    each = 2 * (2 * 4 * 4 * 3) * (4 * 4 * 5)
    assert count(up, (2, 4, 4, 3), 4, 4, 5, 3) == 2 * each
    channels = lambda x, w: tf.nn.depthwise_conv2d(x, w, [1] * 4, "SAME")  # noqa: E731
    assert count(channels, (2, 6, 6, 3), 3, 3, 3, 1) == 2 * 2 * 9 * (2 * 6 * 6 * 3)


def test_what_cannot_be_counted():
    def loop(x, w):
        return tf.while_loop(lambda y: y[0, 0] < 9.0, lambda y: (y @ w,), [x])[0]

    with pytest.raises(ValueError, match="no products in a loop"):
        count(loop, np.ones((4, 4), "float32").shape, 4, 4)
