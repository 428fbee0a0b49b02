import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan import schedules
from kgan.models.molgan import Drawn
from tests.derivatives import along
from tests.game_test_case import batch_for, compiled, in_float64, run_game_test, step

SPACE = kgan.spaces.Molecules(nodes=3)
SIZES = {
    "latent_dim": 4,
    "generator_hidden": (8,),
    "convolutions": (4,),
    "aggregation": 4,
    "discriminator_hidden": (4,),
    "discriminator_steps": 1,
    "seed": 0,
}


@keras.saving.register_keras_serializable("test")
class Carbons(kgan.rewards.Reward):
    """A quarter for each carbon atom."""

    def of(self, molecule):
        return sum(atom.GetSymbol() == "C" for atom in molecule.GetAtoms()) / 4


def build(**kwargs):
    return kgan.MolGAN(SPACE, **{**SIZES, **kwargs})


def rewarded(**kwargs):
    return build(**{"reward": Carbons(), **kwargs})


def test_molgan(tmp_path):
    run_game_test(
        rewarded, tmp_path, eagerly=True, sampling="straight_through", dropout=0.25
    )


def data_for(model, n=8):
    floatx = keras.backend.floatx()
    return tf.nest.map_structure(lambda x: tf.cast(x, floatx), batch_for(model, n))


def played(model, n=8):
    return model.play((data_for(model, n),), training=True)


def test_a_model_without_a_reward_has_two_players():
    model = compiled(build)
    assert list(model.players) == ["d", "g"]
    assert not {"valid", "reward_loss"} & model.train_step(data_for(model)).keys()


def test_terms_of_the_generator():
    model = rewarded(trade_off=0.25)
    batch = played(model)
    d = np.array(model.discriminator(batch.fake))
    r = np.array(model.reward_network(batch.fake))
    assert d.shape == r.shape == (8, 1)
    terms = {name: float(t) for name, t in model.generator_loss(batch).items()}
    assert terms["adversarial"] == pytest.approx(-d.mean() / 4, rel=1e-5)
    # a = |L_WGAN / L_RL|, so that both terms are of one size but for lambda.
    assert terms["reward"] == pytest.approx(-0.75 * abs(d.mean()), rel=1e-5)
    model.balanced = False
    terms = {name: float(t) for name, t in model.generator_loss(batch).items()}
    assert terms["reward"] == pytest.approx(-0.75 * r.mean(), rel=1e-5)


def test_the_scale_is_no_way_for_a_gradient():
    model = rewarded(trade_off=0.0)
    batch = played(model)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(batch.fake["nodes"])
        mean = tf.reduce_mean(model.reward_network(batch.fake))
        term = model.generator_loss(batch)["reward"]
    factor = abs(float(tf.reduce_mean(model.discriminator(batch.fake)))) / float(mean)
    slope = tape.gradient(mean, batch.fake["nodes"])
    expected = -factor * slope.numpy()
    found = tape.gradient(term, batch.fake["nodes"])
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-9)


def test_the_generator_learns_from_the_reward():
    model = compiled(
        rewarded, lambda: keras.optimizers.SGD(5.0), trade_off=0.0, balanced=False
    )
    data = (data_for(model),)
    latents = model.sample_latents(256)

    def value():
        logits = model.make(latents)
        fake = {name: tf.nn.softmax(x) for name, x in logits.items()}
        return float(tf.reduce_mean(model.reward_network(fake)))

    before = value()
    for _ in range(5):
        batch, tape = model.record(data, "g")
        model.update("g", batch, tape)
    assert value() > before + 1e-3


def test_terms_of_the_reward_network():
    """R learns what the molecules are worth that were drawn, not those it sees."""
    model = rewarded()
    known = SPACE.graphs(["CC", "CO", "N"])
    # C with F twice: valences are exceeded. C and O apart: two molecules.
    bad = SPACE.graphs(["CF", "C", "O"])
    bad["edges"][0, 0, 1] = bad["edges"][0, 1, 0] = [0, 0, 1, 0]
    bad["nodes"][1, 1] = bad["nodes"][2, 0]
    drawn = tf.nest.map_structure(tf.constant, bad)
    seen = played(model, 3).fake
    real = tf.nest.map_structure(tf.constant, known)
    batch = Drawn(real, seen, None, None, False, drawn)
    rewards, valid = model.rewards(drawn)
    np.testing.assert_array_equal(rewards, [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(valid, [0.0, 0.0, 1.0])
    with model.terms.observed() as logs:
        terms = {name: float(t) for name, t in model.reward_loss(batch).items()}
        logs = {name: float(x) for name, x in logs.items()}
    r = np.array(model.reward_network(known))[:, 0]
    expected = np.mean((r - [0.5, 0.25, 0.0]) ** 2)
    assert terms["real"] == pytest.approx(expected, rel=1e-5)
    r = np.array(model.reward_network(seen))[:, 0]
    assert terms["fake"] == pytest.approx(np.mean(r**2), rel=1e-5)
    assert logs["reward_real"] == 0.25 and logs["reward_fake"] == 0.0
    assert logs["valid"] == pytest.approx(1 / 3)


def test_the_reward_network_learns():
    model = compiled(rewarded, lambda: keras.optimizers.SGD(1.0))
    data = (tf.nest.map_structure(tf.constant, SPACE.graphs(["CC", "N"] * 4)),)
    batch = model.play(data, training=True)
    losses = [float(model.update("reward", batch)["real"]) for _ in range(6)]
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("sampling", ["softmax", "gumbel", "straight_through"])
def test_what_d_sees(sampling):
    model = build(sampling=sampling, temperature=0.5)
    batch = played(model, 16)
    kept = model.make(batch.latents)
    for name, part in batch.fake.items():
        part, sample = part.numpy(), batch.sample[name].numpy()
        np.testing.assert_allclose(part.sum(axis=-1), 1.0, rtol=1e-5)
        np.testing.assert_array_equal(np.unique(sample), [0.0, 1.0])
        shares = np.array(keras.ops.softmax(kept[name] / 0.5))
        if sampling == "softmax":
            np.testing.assert_allclose(part, shares, rtol=1e-5)
        else:
            # The draw that the reward is of.
            np.testing.assert_array_equal(part.argmax(-1), sample.argmax(-1))
            assert np.abs(part - shares).max() > 0.01
        if sampling == "straight_through":
            np.testing.assert_array_equal(part, sample)
    for edges in (batch.fake["edges"], batch.sample["edges"]):
        edges = np.array(edges)
        np.testing.assert_array_equal(edges, edges.transpose(0, 2, 1, 3))
        np.testing.assert_array_equal(np.einsum("biiy->biy", edges)[..., 0], 1.0)


def test_lambda_follows_a_schedule():
    model = rewarded(trade_off={"name": "steps", "numbers": [1.0, 0.0], "at": [8]})
    assert isinstance(model.trade_off, schedules.Steps)
    batch = played(model)
    first = model.generator_loss(batch)
    model.images.assign(8)
    second = model.generator_loss(batch)
    assert float(first["reward"]) == 0.0 != float(first["adversarial"])
    assert float(second["adversarial"]) == 0.0 != float(second["reward"])


@pytest.mark.parametrize("per_entry", [False, True])
def test_the_penalty_by_finite_differences(per_entry):
    with in_float64():
        penalty = kgan.penalties.GradientPenalty(per_entry=per_entry)
        model = build(penalties=penalty, convolutions=(4, 3))
        batch = played(model, 4)
        state = model.draws.seeds.state
        start = state.numpy()

        def value():
            state.assign(start)
            judged = [model.judged(x, batch) for x in (batch.real, batch.fake)]
            return penalty(model, batch, *judged)

        variables = model.discriminator.trainable_variables
        rng = np.random.default_rng(0)
        ways = [rng.normal(size=v.shape) for v in variables]
        claimed, measured = along(value, variables, ways, 1e-5)
        assert claimed == pytest.approx(measured, rel=1e-6)
        assert abs(claimed) > 1e-3


def test_relativistic_pairs_and_two_penalties():
    """R3GAN's game between graphs, with minibatch discrimination."""
    model = compiled(
        rewarded,
        loss="relativistic",
        penalties=["r1", "r2"],
        minibatch_features=2,
        minibatch_group=4,
    )
    model.check()
    logs = model.train_step(data_for(model))
    assert {"d/r1", "d/r2", "g/reward", "reward/fake"} <= logs.keys()
    assert all(np.isfinite(v).all() for v in logs.values())


def test_endpoints_draw_and_decide():
    model = build()
    graphs = model.generate(64, seed=1)
    for part in graphs.values():
        np.testing.assert_array_equal(np.unique(part), [0.0, 1.0])
    np.testing.assert_array_equal(
        graphs["edges"], graphs["edges"].transpose(0, 2, 1, 3)
    )
    # Both with the same latents: one draws, the other says of what.
    shares = model.endpoint("likeliest").sample(64, seed=1)["graphs"]
    latents = model.endpoint("generate").draw(64, 1)["latents"]
    by_hand = keras.ops.softmax(model.make(latents)["nodes"])
    np.testing.assert_allclose(shares["nodes"], by_hand, rtol=1e-5)
    # 192 draws of 5 types: the mean of what is drawn is near that of the shares.
    drawn, means = (x["nodes"].mean(axis=(0, 1)) for x in (graphs, shares))
    np.testing.assert_allclose(drawn, means, atol=0.15)
    between = model.interpolate(1, 2, steps=5)
    assert between["edges"].shape == (5, 3, 3, 4)


def test_smiles():
    model = build()
    # Logits of the molecule C-O-C, whatever the latents are, and so far apart that no
    # noise is above them.
    for name, types in SPACE.graphs(["COC"]).items():
        layer = model.generator.get_layer(f"to_{name}")
        kernel, _ = layer.get_weights()
        layer.set_weights([0 * kernel, 100.0 * types.ravel()])
    assert model.smiles(3, seed=1) == ["COC"] * 3


def test_the_data_decide_the_graphs():
    class Source:
        spaces = (SPACE,)

    assert kgan.MolGAN.data_arguments(Source) == {"graphs": SPACE}
    assert build().image_shape == {"edges": (3, 3, 4), "nodes": (3, 5)}
    assert kgan.MolGAN(seed=0).examples == kgan.spaces.Molecules(nodes=9)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"graphs": kgan.spaces.Images((28, 28, 1))}, "graphs.*Received: image 28x28"),
        ({"graphs": None, "reward": "quality"}, "reward by name.*'quality'"),
        ({"sampling": "hard"}, "sampling 'softmax', .*'hard'"),
        ({"trade_off": 1.5}, r"trade_off from 0 .*trade_off=1\.5"),
        ({"trade_off": True}, "trade_off from 0"),
        ({"temperature": 0.0}, "temperature > 0"),
        ({"latent_dim": 0}, "latent_dim"),
    ],
)
def test_bad_arguments(given, message):
    with pytest.raises(ValueError, match=message):
        kgan.MolGAN(**{"graphs": SPACE, **given})


def test_graphs_that_are_no_molecules():
    graphs = kgan.spaces.Graphs(nodes=3, node_types=2, edge_types=2)
    with pytest.raises(ValueError, match=r"for a reward.*Received: graph of 3 nodes"):
        kgan.MolGAN(graphs, reward="qed")
    with pytest.raises(ValueError, match="for SMILES"):
        kgan.MolGAN(graphs, **SIZES).smiles(1)


def test_what_cannot_be_compiled():
    with pytest.raises(ValueError, match="jit_compile=False with a reward"):
        rewarded().compile(jit_compile=True)
    with pytest.raises(ValueError, match="reward_optimizer"):
        build().compile(reward_optimizer="adam")
    model = rewarded()
    model.compile()
    assert isinstance(model.reward_optimizer, keras.optimizers.Adam)
    assert model.jit_compile is False


def test_a_reward_that_fails_says_so_before_training():
    class Broken(kgan.rewards.Reward):
        def of_all(self, molecules):
            return [2.0] * len(molecules)

    model = build(reward=Broken())
    model.compile()
    with pytest.raises(ValueError, match=r"from 0 to 1. Received: 2.0"):
        step(model, batch_for(model))
    assert int(model.steps) == 0
