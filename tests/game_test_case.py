"""What every game of kgan must pass, through public methods only."""

import contextlib
import json
import shutil

import keras
import numpy as np
import tensorflow as tf

import kgan
from kgan.data.sources import Source


def run_game_test(build, tmp_path, eagerly=False, endpoints=True, steps=1, **kwargs):
    """Checks a game from every side.

    Args:
        build: (**kwargs) -> an uncompiled game with tiny networks; the same weights
            each time. It passes `ema_decay` on.
        tmp_path: an empty directory.
        eagerly: whether replicas are compared without a graph, which takes half of the
            time.
        endpoints: whether the endpoints are asked and exported too. Not needed for a
            model that changes the losses alone of one that is tested so.
        steps: that replicas are compared for: of a game that does not do the same in
            all of them, more.
        **kwargs: with what replicas are compared, such as `discriminator_steps=2`.
    """
    check_each_update_is_alone(build)
    model = check_training_and_resume(build, tmp_path)
    check_keras_round_trip(model, tmp_path)
    check_replicas(build, eagerly, steps, **kwargs)
    if endpoints:
        check_endpoints(model, tmp_path)


def check_steps(build):
    """What no model is spared: its updates, and two replicas that equal one.

    The quick part of `run_game_test`, for a model that changes the losses or the labels
    alone of one that is tested in full; in full it is tested with the slow tests.
    """
    check_each_update_is_alone(build)
    check_replicas(build, eagerly=True)


def two_replicas():
    # The one that train.py would use: the collectives of another have the same keys.
    return kgan.distribute.strategy("cpu:2")


def batch_for(model, n=8, seed=0):
    """n examples of each space of the model's data; one array if there is one space."""
    parts = []
    for i, space in enumerate(model.spaces):
        public = space.request(100 + n + 17 * seed + i)
        first = tf.nest.map_structure(lambda x: x[:n], public)
        inside = space.from_public(first)
        parts.append(tf.nest.map_structure(np.asarray, inside))
    return parts[0] if len(parts) == 1 else tuple(parts)


def compiled(build, optimizer=None, **kwargs):
    model = build(**kwargs)
    make = optimizer or (lambda: keras.optimizers.Adam(1e-3, beta_1=0.5))
    model.compile(**{f"{name}_optimizer": make() for name in model.players})
    return model


_KEPT = {}


def as_new(build, *key):
    """A compiled model as `build` makes it: one for all calls with this key.

    Every variable gets back what it was made with, and the graph of a step, which takes
    longer to trace than a test to train, is kept. A model that is compared with another
    of the same key has to be made apart, or its values taken before.
    """
    key = key or (build,)
    if key not in _KEPT:
        model = build()
        _KEPT[key] = model, [v.numpy() for v in model.saved_variables]
    model, first = _KEPT[key]
    for variable, value in zip(model.saved_variables, first, strict=True):
        variable.assign(value)
    return model


def dataset_of(batch, times=1):
    """A dataset of one batch of any structure.

    Without autotuning, whose thread ends late under strategies: `fit` would wait for it
    as long as it ran.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return tf.data.Dataset.from_tensors(batch).repeat(times).with_options(options)


def step(model, batch):
    """One training step on a batch of any structure."""
    return model.fit(dataset_of(batch), verbose=0).history


def check_each_update_is_alone(build):
    """A player's update changes its variables, its buffers and its slots alone."""
    model = compiled(build)
    batch = batch_for(model)
    parts = batch if isinstance(batch, tuple) else (batch,)
    data = tf.nest.map_structure(tf.constant, parts)
    weights = [*model.weights, *model.optimizer.variables]
    for name, player in model.players.items():
        own = {id(v) for v in player.buffers}
        before = values(weights)
        played, tape = model.record(data, name)
        assert not changed(weights, before) - own, f"record for {name}"
        own |= {id(v) for v in player.variables}
        own |= {id(v) for v in model.optimizer.by_player[name].variables}
        before = values(weights)
        model.update(name, played, tape)
        assert not changed(weights, before) - own, f"update of {name}"
        assert changed(player.variables, before), f"{name} learns nothing"
    # Nobody updates on this pass: nothing moves.
    before = values(weights)
    model.record(data)
    assert not changed(weights, before)


class _Copy(keras.callbacks.Callback):
    """Copies a folder in the middle of training, as a killed process leaves it."""

    def __init__(self, folder, to, at):
        super().__init__()
        self.folder, self.to, self.left = folder, to, at

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            shutil.copytree(self.folder, self.to)


def check_training_and_resume(build, tmp_path):
    """Broken and resumed equals never broken, bit for bit. Returns the model."""
    folder, killed = tmp_path / "unbroken", tmp_path / "killed"

    def start(folder):
        model = compiled(build, ema_decay=0.9)
        data = TreeSource(batch_for(model, 8)).batches(4, seed=1)
        return model, data, kgan.callbacks.Checkpoint(folder, data, save_every=1)

    def run(epochs, model, data, *callbacks):
        return model.fit(data, epochs=epochs, callbacks=callbacks, verbose=0).history

    model, data, state = start(folder)
    with graphs_as_traced():
        logs = run(1, model, data, state)
    assert {f"{name}_loss" for name in model.players} <= logs.keys()
    assert "loss" not in logs
    assert all(np.isfinite(v).all() for v in logs.values()), logs
    # From here on without graphs, of which each takes longer than all these steps.
    run_eagerly(model)
    # All 4 steps are made, and 3 are saved: one and a half of two epochs.
    run(2, model, data, state, _Copy(folder, killed, at=2))
    assert int(model.steps) == 4
    resumed, data, state = start(killed)
    run_eagerly(resumed)
    run(2, resumed, data, state)
    assert_same(model.saved_variables, resumed.saved_variables)
    return model


@contextlib.contextmanager
def graphs_as_traced():
    """Not optimized, which for a few small steps takes longer than to run them.

    Not for exports: they and the model are compared bit for bit, optimized as usual.
    """
    option = "disable_meta_optimizer"
    before = tf.config.optimizer.get_experimental_options().get(option, False)
    tf.config.optimizer.set_experimental_options({option: True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({option: before})


def run_eagerly(model):
    """Makes a compiled model step without a graph from here on."""
    model.run_eagerly = True
    model.make_train_function(force=True)


def check_keras_round_trip(model, tmp_path):
    """A file holds all; looking changes nothing."""
    batch = batch_for(model, 4)
    watched = [v for v in everything(model) if v is not model.draws.test_seeds.state]
    before = values(watched)
    data = dataset_of(batch)
    model.run_eagerly = False
    with graphs_as_traced():
        logs = model.evaluate(data, verbose=0, return_dict=True)
    assert not changed(watched, before)
    assert {f"{name}_loss" for name in model.players} <= logs.keys()

    path = tmp_path / "model.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    assert json.dumps(loaded.get_config()) == json.dumps(model.get_config())
    assert_same(everything(model), everything(loaded))
    # Both go on alike: slots, seeds, states and averages came along.
    for each in (model, loaded):
        run_eagerly(each)
        step(each, batch)
    assert_same(everything(model), everything(loaded))


def check_replicas(build, eagerly=False, steps=1, **kwargs):
    """Two replicas compute what one computes, with noise, dropout and averages.

    From where one is after a step: with momentum, moved averages and states.
    """
    with in_float64():
        one = _for_replicas(build, eagerly, **kwargs)
        first = [v.numpy() for v in everything(one)]
        data = dataset_of(batch_for(one))
        one.fit(data, verbose=0)
        with two_replicas().scope():
            two = _for_replicas(build, eagerly, **kwargs)
        pairs = zip(everything(two), everything(one), first, strict=True)
        for variable, after, begun in pairs:
            np.testing.assert_array_equal(variable.numpy(), begun, variable.path)
            variable.assign(after)
        for model in (one, two):
            model.fit(data.repeat(steps), verbose=0)
    for a, b in zip(one.weights, two.weights, strict=True):
        # An entry near 0 is a difference of numbers of size 1, of 2e-16 precision each.
        np.testing.assert_allclose(b.numpy(), a.numpy(), 1e-12, 1e-14, err_msg=a.path)


def _sgd():
    return keras.optimizers.SGD(0.05, momentum=0.5)


def _for_replicas(build, eagerly, **kwargs):
    # By SGD, which unlike Adam sees the size of a gradient.
    model = compiled(build, _sgd, ema_decay=0.9, **kwargs)
    model.run_eagerly = eagerly
    return model


@contextlib.contextmanager
def in_float64():
    """Rounding cannot hide a mistake."""
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        yield
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")


def check_endpoints(model, tmp_path):
    """Each endpoint answers in Python, and the same through the server's loader."""
    for name in model.endpoints():
        endpoint = model.endpoint(name)
        given = {n: endpoint.takes[n].request(5) for n in endpoint.given}
        n = None if given else 5
        first = endpoint.sample(n, seed=1, **given)
        again = endpoint.sample(n, seed=1, **given)
        tf.nest.map_structure(np.testing.assert_array_equal, first, again)
        if endpoint.drawn:
            others = endpoint.sample(n, seed=2, **given)
            pairs = zip(tf.nest.flatten(first), tf.nest.flatten(others), strict=True)
            assert any(np.abs(a - b).max() > 0 for a, b in pairs)
    # Which loads it as a server does, and compares the answers with the model's.
    model.export(tmp_path / "export" / "1", force=True, limit=40)
    examples = batch_for(model, 64)
    examples = examples if isinstance(examples, tuple) else (examples,)
    for picture in model.pictures(examples, n=6).values():
        assert picture.draw().dtype == np.uint8


class TreeSource(Source):
    """Arrays in memory, of any structure."""

    def __init__(self, examples):
        self.examples = examples
        size = len(tf.nest.flatten(examples)[0])
        super().__init__("tree", size, space=None)

    def read(self, stream, batch_size):
        def gather(indices):
            return tf.nest.map_structure(
                lambda x: tf.ensure_shape(
                    tf.gather(x, indices), [batch_size, *x.shape[1:]]
                ),
                self.examples,
            )

        return stream.map(gather)


def everything(model):
    """Weights, buffers, states, seeds, and the slots of all optimizers."""
    return [*model.variables, *model.optimizer.variables]


def values(variables):
    return {id(v): v.numpy() for v in variables}


def changed(variables, before):
    """The ids of variables with another value than before."""
    return {id(v) for v in variables if not np.array_equal(v.numpy(), before[id(v)])}


def assert_same(variables, others):
    for a, b in zip(variables, others, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), a.path)
