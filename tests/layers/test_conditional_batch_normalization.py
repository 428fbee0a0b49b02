import numpy as np

import kgan


def test_by_class_in_numpy():
    rng = np.random.default_rng(0)
    x = rng.normal(1.0, 2.0, (6, 3, 3, 2)).astype("float32")
    labels = np.array([0, 1, 2, 0, 2, 2])
    layer = kgan.layers.ConditionalBatchNormalization(3, momentum=0.9)
    layer(x, labels)
    gamma, beta = rng.normal(size=(2, 3, 2)).astype("float32")
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)

    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    normal = (x - mean) / np.sqrt(variance + 1e-5)
    expected = gamma[labels][:, None, None] * normal + beta[labels][:, None, None]
    y = layer(x, labels, training=True)
    np.testing.assert_allclose(y, expected, atol=1e-5)
    # One-hot shares are the label itself; halves are the mean of two.
    np.testing.assert_allclose(
        layer(x, np.eye(3, dtype="float32")[labels]), layer(x, labels), atol=1e-6
    )
    moving = layer.normalize.moving_mean.numpy()
    np.testing.assert_allclose(moving, 0.1 * mean, rtol=1e-4)
    halves = layer(x, np.tile(np.float32([0.5, 0.5, 0.0]), (6, 1)))
    ends = [layer(x, np.full(6, k)) for k in (0, 1)]
    np.testing.assert_allclose(halves, (ends[0] + ends[1]) / 2, atol=1e-5)


def test_batch_normalization_without_scale_is_the_same():
    """The fused kernel does without gamma and beta, as Keras' layer does."""
    import keras

    x = np.random.default_rng(1).normal(2.0, 3.0, (5, 4, 4, 3)).astype("float32")
    ours = kgan.layers.BatchNormalization(center=False, scale=False)
    theirs = keras.layers.BatchNormalization(
        momentum=0.9, epsilon=1e-5, center=False, scale=False
    )
    for _ in range(2):
        np.testing.assert_allclose(
            ours(x, training=True), theirs(x, training=True), atol=1e-5
        )
    np.testing.assert_allclose(ours.moving_mean, theirs.moving_mean, rtol=1e-5)
    np.testing.assert_allclose(ours.moving_variance, theirs.moving_variance, rtol=1e-4)
