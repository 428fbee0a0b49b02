"""What a game promises beside what `run_game_test` checks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import kgan
from kgan.core.state import State
from kgan.spaces import Endpoint, Images, Points
from tests.core.test_gan import linear_gan
from tests.game_test_case import (
    batch_for,
    compiled,
    dataset_of,
    step,
    two_replicas,
    values,
)
from tests.games import nets
from tests.games.conditional import Conditional
from tests.games.controller import Controller
from tests.games.three_players import ThreePlayers

layers = keras.layers


class Watcher(kgan.GAN):
    """Keeps the mean of its real examples."""

    def __init__(self, *networks, **kwargs):
        super().__init__(*networks, **kwargs)
        self.seen = self.state("seen", 0.0)

    def after_step(self, batch, terms):
        self.seen.assign(tf.reduce_mean(batch.real))


def watcher(**kwargs):
    model = linear_gan(**kwargs)
    return Watcher(model.generator, model.discriminator, seed=0)


# State


def test_a_state_is_the_mean_over_replicas():
    """A plain variable would be 0.0 on the one and 1.0 on the other."""
    with two_replicas().scope():
        model = compiled(watcher)
    step(model, np.array([[0.0], [0.0], [1.0], [1.0]], "float32"))
    replicas = [float(v) for v in model.seen.variable.value.values]
    assert replicas == [0.5, 0.5]
    assert float(model.seen.value) == 0.5


def test_a_state_is_saved_and_resumed(tmp_path):
    model = compiled(Controller)
    model.k.assign(0.25)
    model.save(tmp_path / "game.keras")
    assert float(keras.models.load_model(tmp_path / "game.keras").k.value) == 0.25
    assert any(v is model.k.variable for v in model.saved_variables)


def test_a_controller_by_hand():
    model = compiled(Controller, lambda: keras.optimizers.SGD(0.0), gain=-0.5)
    batch = batch_for(model)
    k = 0.0
    for _ in range(3):
        logs = step(model, batch)
        assert logs["k"][0] == pytest.approx(k, abs=1e-6)
        balance = 0.5 * logs["d/real"][0] - logs["g_loss"][0]
        k = float(np.clip(k - 0.5 * balance, 0.0, 1.0))
    assert float(model.k.value) == pytest.approx(k, rel=1e-5)
    assert k != 0.0


def test_a_state_of_several_numbers():
    model = linear_gan()
    start = np.arange(6.0, dtype="float32").reshape(2, 3)
    state = model.state("table", start)
    np.testing.assert_array_equal(state.value, start)
    state.assign(start + 1)
    np.testing.assert_array_equal(state.value, start + 1)


@pytest.mark.parametrize("bad", [np.nan, [1.0, np.inf]])
def test_a_state_begins_finite(bad):
    with pytest.raises(ValueError, match="state 'bad' to begin finite"):
        State(linear_gan(), "bad", bad)


# Players


def test_the_third_optimizer_is_saved(tmp_path):
    model = compiled(ThreePlayers)
    step(model, batch_for(model))
    third = model.encoder_optimizer.variables
    assert len(third) > 2
    saved = {id(v) for v in model.saved_variables}
    assert all(id(v) in saved for v in third)
    model.save(tmp_path / "three.keras")
    loaded = keras.models.load_model(tmp_path / "three.keras").encoder_optimizer
    for a, b in zip(third, loaded.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), a.path)
    assert int(loaded.iterations) == 1


def test_statistics_of_g_move_once_a_step():
    """In the pass that G's own update takes up, and in none of D's."""
    model = compiled(
        lambda **kw: kgan.DCGAN((28, 28, 1), 4, 2, seed=0, **kw), discriminator_steps=2
    )
    parts = model.split((tf.constant(batch_for(model, 8)),), 2)
    before = values(model.generator.weights)
    batch, _ = model.record(parts[0])
    model.update("d", batch)
    after = values(model.generator.weights)
    for weight in model.generator.weights:
        np.testing.assert_array_equal(before[id(weight)], after[id(weight)])
    model.record(parts[1], "g")
    moved = [
        weight.path
        for weight in model.generator.weights
        if not np.array_equal(before[id(weight)], weight.numpy())
    ]
    assert moved
    assert all("moving" in path for path in moved)


def test_a_gate_leaves_a_player_as_it_is():
    """Its moments, its count and its buffers too, on two replicas as on one."""
    for strategy in (tf.distribute.get_strategy(), two_replicas()):
        with strategy.scope():
            model = compiled(ThreePlayers)
        step(model, batch_for(model))
        player = model.players["encoder"]
        own = [*player.variables, *player.buffers, *model.encoder_optimizer.variables]
        before = values(own)
        # The gate closes where D's loss is high.
        model.discriminator.weights[-1].assign([100.0])
        logs = step(model, batch_for(model))
        assert logs["encoder/updated"] == [0.0]
        for variable in own:
            np.testing.assert_array_equal(variable.numpy(), before[id(variable)])
        model.discriminator.weights[-1].assign([0.0])
        assert step(model, batch_for(model))["encoder/updated"] == [1.0]
        assert model.encoder_optimizer.iterations.numpy() == 2


def test_a_layer_hears_once_of_an_update():
    calls = []

    @keras.saving.register_keras_serializable("test")
    class Counted(layers.Dense):
        def before_update(self):
            calls.append(self.name)

    z, x = layers.Input((1,)), layers.Input((1,))
    generator = keras.Model(z, Counted(1, name="g")(z))
    discriminator = keras.Model(x, Counted(1, name="d")(x))
    model = kgan.GAN(generator, discriminator, discriminator_steps=2, seed=0)
    model.compile()
    model.run_eagerly = True
    step(model, batch_for(model, 8))
    # D twice; G once, before the pass that its update takes up.
    assert calls == ["d", "g", "d"]


def mlp(name, inputs=1):
    x = layers.Input((inputs,))
    return keras.Model(x, layers.Dense(1)(x), name=name)


def test_players_that_cannot_play():
    def loss(batch):
        return {}

    frozen = mlp("frozen")
    frozen.trainable = False
    with pytest.raises(ValueError, match="something to train for the player 'a'"):
        kgan.Player("a", frozen, loss)
    with pytest.raises(ValueError, match=r"something to train.*Received: none"):
        kgan.Player("a", [], loss)
    with pytest.raises(ValueError, match="Give it an Input, or call it once"):
        kgan.Player("a", keras.Sequential([layers.Dense(1)]), loss)
    with pytest.raises(ValueError, match="in lower case"):
        kgan.Player("The Generator", mlp("g"), loss)
    shared, other = mlp("shared"), mlp("other")
    players = [kgan.Player("a", shared, loss), kgan.Player("b", [other, shared], loss)]
    with pytest.raises(ValueError, match=r"dense.*/kernel in 'a' and in 'b'"):
        kgan.Game(players, Points(1))
    twice = [kgan.Player("a", shared, loss), kgan.Player("a", other, loss)]
    with pytest.raises(ValueError, match="'a' twice"):
        kgan.Game(twice, Points(1))


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (tf.constant(1.0), "player 'g' to return a dictionary.*Received: .*Tensor"),
        ({}, "Received: an empty one"),
        ({"a": tf.ones([2])}, r"term 'a' of the player 'g'.*Received: shape \(2,\)"),
        ({"a": None}, "term 'a' of the player 'g'.*Received: None"),
    ],
)
def test_losses_that_are_none(terms, message):
    model = compiled(linear_gan)
    model.generator_loss = lambda batch: terms
    with pytest.raises(ValueError, match=message):
        step(model, batch_for(model))


def test_optimizers_by_player():
    model = ThreePlayers()
    with pytest.raises(ValueError, match=r"without encoder_optimizer"):
        model.compile("adam", "adam")
    with pytest.raises(ValueError, match=r"expected compile\(d_opt.*with q_optimizer"):
        model.compile("adam", "adam", encoder_optimizer="sgd", q_optimizer="sgd")
    model.compile("adam", "adam", encoder_optimizer="sgd")
    assert [o.name for o in model.optimizer.optimizers] == ["d", "g", "encoder"]


@pytest.mark.parametrize("rate", [-1.0, np.nan, np.inf])
def test_learning_rates(rate):
    with pytest.raises(ValueError, match=f"player 'g'.*learning_rate={rate:g}"):
        linear_gan().compile("sgd", keras.optimizers.SGD(rate))


# Data


def test_labels_that_do_not_fit():
    model = compiled(Conditional)
    images, labels = batch_for(model)
    with pytest.raises(ValueError, match=r"2 parts: image 4x4x1, label.*labels=True"):
        step(model, images)
    with pytest.raises(ValueError, match=r"from 0 to 2. Received: labels from 1 to 3"):
        step(model, (images, labels + 1))
    # Later batches are checked in the step.
    with pytest.raises(tf.errors.InvalidArgumentError, match="labels from 0 to 2"):
        model.train_on_batch(images, labels + 1)
    with pytest.raises(ValueError, match=r"labels as int32. Received: float32"):
        step(model, (images, labels.astype("float32")))
    plain = compiled(linear_gan)
    with pytest.raises(ValueError, match=r"1 part: point 1. Received: 2. Leave out"):
        step(plain, (np.zeros((2, 1), "float32"), np.zeros(2, "int32")))


def test_labels_when_asked():
    model = Conditional()
    images = model.generate(labels=[0, 1, 2], seed=1)
    assert images.shape == (3, 4, 4, 1)
    with pytest.raises(ValueError, match=r"labels beside the seed.*Received: none"):
        model.generate(3, seed=1)
    with pytest.raises(ValueError, match=r"labels for each of n=5 examples.*: 3"):
        model.generate(5, seed=1, labels=[0, 1, 2])
    with pytest.raises(ValueError, match="labels: Expected labels from 0 to 2"):
        model.generate(labels=[3])
    with pytest.raises(ValueError, match="Received: 'labels' too"):
        linear_gan().generate(3, labels=[1, 1, 1])


def test_names_of_classes_come_with_the_data(tmp_path):
    images = np.zeros((8, *nets.IMAGE), "uint8")
    names = ["boot", "coat", "hat"]
    labels = np.array([0, 1, 2, 0, 1, 2, 0, 1])

    def data(names):
        source = kgan.data.ArraySource(images, labels, class_names=names)
        return source.batches(4)

    model = compiled(Conditional)
    model.generate(labels=[0], seed=0)
    model.fit(data(names), verbose=0)
    assert model.labels.names == names
    assert model.generate(labels=["hat"], seed=0).shape == (1, *nets.IMAGE)
    # Names that are known stay, and are saved.
    model.fit(data(["a", "b", "c"]), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.labels.names == names
    more = compiled(Conditional, classes=4)
    more.fit(data(names), verbose=0)
    assert more.labels.names is None


def test_names_in_the_constructor():
    names = ["boot", "coat", "hat"]
    model = Conditional(class_names=names)
    assert model.labels.names == names
    with pytest.raises(ValueError, match="each of 4 classes"):
        Conditional(classes=4, class_names=names)
    assert linear_gan(class_names=names).spaces == linear_gan().spaces


def test_split_takes_every_kth_row_of_any_tree():
    model = linear_gan()
    tree = {"a": tf.range(6), "b": (tf.range(12, delta=2),)}
    parts = model.split(tree, 3)
    np.testing.assert_array_equal(parts[1]["a"], [1, 4])
    np.testing.assert_array_equal(parts[2]["b"][0], [4, 10])


# Endpoints


def test_answers_that_are_not_in_their_space():
    def endpoint(answer):
        image = {"images": Images((4, 4, 1))}
        return Endpoint(lambda images: answer(images), image, image)

    x = np.zeros((2, 4, 4, 1), "float32")
    assert endpoint(lambda x: {"images": x})(images=x)["images"].shape == x.shape
    with pytest.raises(ValueError, match=r"dictionary of images. Received: Sym"):
        endpoint(lambda x: x)(images=x)
    with pytest.raises(ValueError, match=r"answer 'images'.*\[batch, 2, 4, 1\]"):
        endpoint(lambda x: {"images": x[:, :2]})(images=x)
    with pytest.raises(ValueError, match=r"not in its space.*Received: int32"):
        endpoint(lambda x: {"images": tf.cast(x, tf.int32)})(images=x)
    with pytest.raises(ValueError, match=r"\['picture'\]"):
        endpoint(lambda x: {"picture": x})(images=x)
    with pytest.raises(ValueError, match="takes and gives something"):
        Endpoint(lambda: {}, {}, {})


def test_unknown_endpoint():
    with pytest.raises(ValueError, match=r"generate. Received: 'translate'"):
        linear_gan().endpoint("translate")


# Config


@keras.saving.register_keras_serializable("test")
class Subclass(kgan.DCGAN):
    def __init__(self, *, sharpness=1.0, table=(1, 2), **kwargs):
        super().__init__((28, 28, 1), 4, 2, **kwargs)
        self.sharpness, self.table = sharpness, table


def test_arguments_of_a_subclass_are_saved(tmp_path):
    model = Subclass(sharpness=3.0, table=(5,), ema_decay=0.5, seed=1)
    model.compile()
    model.save(tmp_path / "sub.keras")
    loaded = keras.models.load_model(tmp_path / "sub.keras")
    assert (loaded.sharpness, loaded.table) == (3.0, (5,))
    assert loaded.averaging.decay == 0.5
    assert loaded.get_config() == model.get_config()


def test_an_argument_that_cannot_be_saved():
    class Opaque:
        pass

    model = Subclass(table=Opaque())
    with pytest.raises(ValueError, match="argument 'table' that can be saved"):
        model.get_config()


# Keras' callbacks


def test_keras_callbacks_change_both_rates(tmp_path):
    model = compiled(linear_gan, lambda: keras.optimizers.SGD(0.5))
    data = dataset_of(batch_for(model))
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    board = keras.callbacks.TensorBoard(str(tmp_path))
    history = model.fit(data, epochs=2, callbacks=[halve, board], verbose=0).history
    for optimizer in (model.d_optimizer, model.g_optimizer):
        assert float(optimizer.learning_rate) == 0.125
    assert history["learning_rate_d"] == [0.25, 0.125]
    events = EventAccumulator(str(tmp_path / "train"), size_guidance={"tensors": 0})
    events.Reload()
    rates = events.Tensors("epoch_learning_rate_g")
    assert [tf.make_ndarray(e.tensor_proto).item() for e in rates] == [0.25, 0.125]

    plateau = keras.callbacks.ReduceLROnPlateau(
        "d_loss", factor=0.1, patience=1, min_delta=1e9, mode="min"
    )
    model.fit(data, epochs=3, callbacks=[plateau], verbose=0)
    for optimizer in (model.d_optimizer, model.g_optimizer):
        assert float(optimizer.learning_rate) < 0.02


def test_schedules_follow_the_images_seen(tmp_path):
    rate = kgan.schedules.Linear(0.4, 0.0, images=32)
    beta = kgan.schedules.Linear(0.5, 0.9, images=16)
    model = linear_gan()
    model.compile(
        keras.optimizers.SGD(1.0),
        keras.optimizers.Adam(1.0),
        schedules={"learning_rate": rate, "g": {"beta_2": beta}},
    )
    data = dataset_of(batch_for(model, 8), 2)
    model.fit(data, verbose=0)
    # The second step began after 8 of the 32 images.
    assert float(model.d_optimizer.learning_rate) == pytest.approx(0.3)
    assert float(model.g_optimizer.learning_rate) == pytest.approx(0.3)
    assert float(model.g_optimizer.beta_2) == pytest.approx(0.7)
    model.save(tmp_path / "scheduled.keras")
    loaded = keras.models.load_model(tmp_path / "scheduled.keras")
    for one in (model, loaded):
        one.fit(data, verbose=0)
    assert float(loaded.g_optimizer.learning_rate) == pytest.approx(0.1)
    for a, b in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), a.path)


def test_what_cannot_be_scheduled():
    model = linear_gan()
    rate = kgan.schedules.Constant(0.1)
    with pytest.raises(ValueError, match="'beta_7' to be a number of Adam"):
        model.compile(schedules={"beta_7": rate})
    with pytest.raises(ValueError, match=r"a schedule by|Received: identifier='fast'"):
        model.compile(schedules={"learning_rate": "fast"})
    decay = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    with pytest.raises(ValueError, match="with a schedule of its own"):
        model.compile(
            keras.optimizers.SGD(decay), "sgd", schedules={"learning_rate": rate}
        )


# Words


def test_a_file_gets_a_line_per_epoch(capfd):
    model = compiled(linear_gan)
    data = dataset_of(batch_for(model), 50)
    model.fit(data, epochs=2)
    out = capfd.readouterr().out
    assert len(out) < 1000
    assert out.count("d_loss") == 2


# What an outside look found


@keras.saving.register_keras_serializable("test")
class Bare(kgan.Game):
    """No attribute of its own has its network."""

    def __init__(self, seed=0, **kwargs):
        x = layers.Input((2,))
        network = keras.Model(x, layers.Dense(2)(x))
        players = [kgan.Player("a", network, self.distance)]
        super().__init__(players, Points(2), seed=seed, **kwargs)

    def play(self, data, training):
        return data[0], self.networks[0](data[0], training=training)

    def distance(self, batch):
        return {"squared": tf.reduce_mean((batch[0] - batch[1]) ** 2)}

    def turns(self, data):
        batch, tape = self.record(data, "a")
        return batch, {"a": self.update("a", batch, tape)}


def test_networks_of_players_are_saved(tmp_path):
    model = compiled(Bare)
    step(model, batch_for(model))
    assert len(model.trainable_variables) == 2
    model.save(tmp_path / "bare.keras")
    loaded = keras.models.load_model(tmp_path / "bare.keras")
    for a, b in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), a.path)
    with pytest.raises(ValueError, match="Received: 'of any name'"):
        model(np.zeros((1, 2), "float32"))
    with pytest.raises(ValueError, match="Expected a model with endpoints"):
        model.export(tmp_path / "1", force=True)
    with pytest.raises(ValueError, match=r"Expected a player: a. Received: 'b'"):
        model.record((tf.zeros((1, 2)),), "b")
    with pytest.raises(ValueError, match="which is no player's"):
        Bare(averaged=[mlp("stranger")], ema_decay=0.9)


def test_a_closed_gate_gives_back_what_the_recorded_pass_moved():
    model = compiled(lambda **kw: kgan.DCGAN((28, 28, 1), 4, 2, seed=0, **kw))
    player = model.players["g"]
    own = [*player.variables, *player.buffers, *model.g_optimizer.variables]
    before = values(own)
    batch, tape = model.record((tf.constant(batch_for(model)),), "g")
    model.update("g", batch, tape, gate=tf.constant(False))
    for variable in own:
        np.testing.assert_array_equal(variable.numpy(), before[id(variable)])


def test_images_are_counted_also_in_small_batches():
    model = compiled(linear_gan)
    for n in (4, 4, 2):
        step(model, batch_for(model, n))
    assert int(model.images.numpy()) == 10
    assert int(model.steps.numpy()) == 3


def test_evaluation_logs_only_what_it_observes():
    model = compiled(ThreePlayers)
    data = dataset_of(batch_for(model))
    history = model.fit(data, validation_data=data, verbose=0).history
    assert "encoder/updated" in history
    assert "val_encoder/updated" not in history
    assert "val_encoder_loss" in history


def test_rates_that_a_schedule_sets_are_set_by_nothing_else(tmp_path):
    model = linear_gan()
    rate = kgan.schedules.Linear(0.1, 0.0, images=100)
    model.compile("sgd", "sgd", schedules={"learning_rate": rate})
    data = dataset_of(batch_for(model))
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    with pytest.raises(ValueError, match="Received: LearningRateScheduler"):
        model.fit(data, callbacks=[halve], verbose=0)
    rising = kgan.schedules.Linear(0.1, -1.0, images=100)
    with pytest.raises(ValueError, match=r"a schedule from 0.1 to -1"):
        model.compile("sgd", "sgd", schedules={"g": {"learning_rate": rising}})
    with pytest.raises(ValueError, match=r"number -> schedule. Received: 0.9"):
        model.compile("sgd", "sgd", schedules={"g": 0.9})


def test_optimizers_of_a_schedule_can_be_compiled_again(tmp_path):
    model = linear_gan()
    adams = keras.optimizers.Adam(0.1), keras.optimizers.Adam(0.1)
    schedule = {"beta_2": kgan.schedules.Linear(0.5, 0.9, images=100)}
    for _ in range(2):
        model.compile(*adams, schedules=schedule)
    assert adams[0].get_config()["beta_2"] == 0.999
    step(model, batch_for(model))
    model.save(tmp_path / "again.keras")
    loaded = keras.models.load_model(tmp_path / "again.keras")
    assert_equal_variables(loaded.optimizer, model.optimizer)


def assert_equal_variables(one, other):
    for a, b in zip(one.variables, other.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), a.path)


def test_precision_is_saved(tmp_path):
    keras.config.set_dtype_policy("mixed_float16")
    model = compiled(lambda **kw: kgan.DCGAN((28, 28, 1), 4, 2, seed=0, **kw))
    step(model, batch_for(model))
    model.save(tmp_path / "half.keras")
    keras.config.set_dtype_policy("float32")
    loaded = keras.models.load_model(tmp_path / "half.keras")
    assert keras.config.dtype_policy().name == "float32"
    assert loaded.generator.layers[1].compute_dtype == "float16"
    assert_equal_variables(loaded.optimizer, model.optimizer)


@keras.saving.register_keras_serializable("test")
class Alone(kgan.DCGAN):
    def __init__(self, sharpness=1.0, table=None):
        super().__init__((28, 28, 1), 4, 2, seed=0)
        self.sharpness, self.table = sharpness, table


def test_a_subclass_without_a_name_and_nested_tuples(tmp_path):
    model = Alone(2.0, table=((1, 2), [3, (4,)]))
    model.save(tmp_path / "alone.keras")
    loaded = keras.models.load_model(tmp_path / "alone.keras")
    assert loaded.sharpness == 2.0
    assert loaded.table == ((1, 2), [3, (4,)])
    with pytest.raises(ValueError, match="Received: a lambda"):
        Alone(table=lambda x: x).get_config()


def test_one_learning_rate_for_callbacks():
    model = compiled(linear_gan, lambda: keras.optimizers.SGD(0.5))
    model.optimizer.learning_rate = 0.25
    assert float(model.optimizer.learning_rate) == 0.25
    assert float(model.g_optimizer.learning_rate) == 0.25
    model.g_optimizer.learning_rate = 0.125
    with pytest.raises(AttributeError, match=r"d=0.25, g=0.125.*model.d_optimizer"):
        _ = model.optimizer.learning_rate
    schedules = {"learning_rate": kgan.schedules.Linear(0.4, 0.0, images=32)}
    model.compile("sgd", "sgd", schedules=schedules)
    with pytest.raises(AttributeError, match="Change `schedules`"):
        model.optimizer.learning_rate = 0.1


def test_what_a_game_has_instead_of_arguments_of_compile():
    model = linear_gan()
    with pytest.raises(ValueError, match=r"with metrics.*kgan\.callbacks\.Evaluate"):
        model.compile(metrics=["mae"])
    with pytest.raises(ValueError, match=r"with loss.*Losses belong to the model"):
        model.compile(loss="mse")


def test_the_summary_names_the_averaged_network():
    lines = []
    model = kgan.DCGAN((28, 28, 1), 4, 2, ema_decay=0.9)
    model.summary(print_fn=lambda line, **_: lines.append(line))
    assert "ema_generator" in "".join(lines)
    assert list(model.built_endpoints()) == ["generate"]
    assert model.built_endpoints()["generate"] is model.endpoint("generate")
