import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan import metrics


def rows(n, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 2)).astype("float32")


def test_registry():
    assert kgan.metrics.get("precision_recall").k == 3
    metric = metrics.PrecisionRecall(k=1)
    assert kgan.metrics.get(metric) is metric
    with pytest.raises(ValueError, match=r"precision_recall.*identifier='fid'"):
        kgan.metrics.get("fid")


def test_capacity():
    metric = metrics.PrecisionRecall(capacity=10)
    metric.update_state(real=rows(10))
    with pytest.raises(tf.errors.InvalidArgumentError, match="capacity=10 real ex"):
        metric.update_state(real=rows(1))
    metric.reset_state()
    metric.update_state(real=rows(10, seed=1), fake=rows(10, seed=1))
    assert metric.result() == {"precision": 1.0, "recall": 1.0}
    with pytest.raises(ValueError, match="capacity >= 1"):
        metrics.PrecisionRecall(capacity=0)


def test_build_under_a_strategy():
    strategy = kgan.distribute.strategy("cpu:2")
    metric = metrics.PrecisionRecall(capacity=10)
    with pytest.raises(ValueError, match=r"Call the metric's build\(\(2,\)\)"):
        strategy.run(lambda: metric.update_state(real=rows(4)))
    metric.build((2,))
    with pytest.raises(ValueError, match="was built outside"):
        strategy.run(lambda: metric.update_state(real=rows(4)))


def test_distributed_dataset():
    strategy = kgan.distribute.strategy("cpu:2")
    examples = rows(25)
    with strategy.scope():
        metric = metrics.PrecisionRecall(capacity=25)
        metric.build((2,))
    update = tf.function(lambda batch: strategy.run(metric.update_state, args=(batch,)))
    # Of the last batch, 1 example goes to the first replica and none to the second.
    data = tf.data.Dataset.from_tensor_slices(examples).batch(8)
    for _ in range(2):
        for batch in strategy.experimental_distribute_dataset(data):
            update(batch)
        kept = metric._accumulators["real"].numpy()
        np.testing.assert_array_equal(kept, examples)
        metric.reset_state()


def test_result_belongs_outside():
    metric = metrics.PrecisionRecall(capacity=10)
    metric.update_state(real=rows(10), fake=rows(10))
    with pytest.raises(RuntimeError, match="once the stream has ended"):
        tf.function(metric.result)()
    strategy = kgan.distribute.strategy("cpu:2")
    with strategy.scope(), pytest.raises(ValueError, match=r"within strategy.run"):
        metric.update_state(real=rows(4))
    with pytest.raises(RuntimeError, match=r"outside of tf.function and strategy.run"):
        strategy.run(metric.result)


def test_update_inside_a_function():
    metric = metrics.PrecisionRecall(k=1, capacity=10)
    update = tf.function(metric.update_state)
    update(rows(4), rows(3))
    update(fake=rows(3))
    assert (
        metric.values()["precision"].how == "standard error over 6 generated examples"
    )


def test_unknown_side():
    with pytest.raises(ValueError, match=r"given real, fake. Received: training"):
        metrics.PrecisionRecall().update_state(training=rows(4))


def test_value_reads_well():
    assert str(metrics.Value(1.23456789, 0.0123, "why")) == "1.23457 +- 0.0123 (why)"
    assert str(metrics.Value(2.0, None, "why")) == "2 (why)"
