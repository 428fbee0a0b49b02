import numpy as np
import pytest

import kgan
from kgan.networks import (
    GraphEncoder,
    molgan_discriminator,
    molgan_generator,
    molgan_reward,
)

SHAPE = kgan.spaces.Graphs(nodes=9, node_types=5, edge_types=5).shape
SMALL = kgan.spaces.Graphs(nodes=4, node_types=3, edge_types=4).shape
ENCODER = GraphEncoder(convolutions=(6, 5), aggregation=7, hidden=(4,))


def graphs_of(n=3, seed=0):
    rng = np.random.default_rng(seed)
    edges = rng.dirichlet([1] * 4, size=(n, 4, 4))
    nodes = rng.dirichlet([1] * 3, size=(n, 4))
    return {"edges": (edges + edges.transpose(0, 2, 1, 3)) / 2, "nodes": nodes}


def test_sizes_of_the_authors():
    """Counted from the layers of their code, for QM9 with 5 types of bonds."""
    generator = molgan_generator(SHAPE, latent_dim=8)
    hidden = 9 * 128 + 129 * 256 + 257 * 512
    assert generator.count_params() == hidden + 513 * (9 * 9 * 5 + 9 * 5)
    # Five maps per convolution: of the node itself, and of 4 types of edges.
    convolutions = 5 * 6 * 128 + 5 * (128 + 5 + 1) * 64
    aggregation = 2 * (64 + 5 + 1) * 128
    weights = convolutions + aggregation + 129 * 128 + 129 * 64 + 65
    assert molgan_discriminator(SHAPE).count_params() == weights
    assert molgan_reward(SHAPE).count_params() == weights


def test_edges_have_no_direction():
    made = molgan_generator(SMALL, 3, hidden=(8,), seed=0)(np.eye(3))
    edges = np.array(made["edges"])
    np.testing.assert_array_equal(edges, edges.transpose(0, 2, 1, 3))
    assert edges.shape == (3, 4, 4, 4) and np.unique(edges).size > 18
    assert made["nodes"].shape == (3, 4, 3)


@pytest.mark.parametrize("build", [molgan_discriminator, molgan_reward])
def test_the_order_of_the_nodes_does_not_matter(build):
    network, graphs = build(SMALL, ENCODER, seed=0), graphs_of()
    order = [3, 1, 0, 2]
    turned = {
        "edges": graphs["edges"][:, order][:, :, order],
        "nodes": graphs["nodes"][:, order],
    }
    answers = np.array(network(graphs))
    np.testing.assert_allclose(network(turned), answers, rtol=1e-4, atol=1e-6)
    # Not because it says the same of all.
    turned["nodes"] = graphs["nodes"]
    assert np.abs(np.array(network(turned)) - answers).min() > 1e-4


def test_the_discriminator_by_layers():
    """The features of each node stand beside what it is, before the next layer."""
    network, graphs = molgan_discriminator(SMALL, ENCODER, seed=0), graphs_of()
    edges, nodes = graphs["edges"], graphs["nodes"]
    x = nodes
    for name in ("convolution1", "convolution2"):
        h = np.array(network.get_layer(name)(x, edges))
        x = np.concatenate([h, nodes], axis=2)
    assert x.shape == (3, 4, 5 + 3)
    x = network.get_layer("aggregate")(x)
    x = network.get_layer("logits")(network.get_layer("hidden1")(x))
    np.testing.assert_allclose(network(graphs), x, rtol=1e-5)


def test_rewards_are_shares():
    rewards = np.array(molgan_reward(SMALL, ENCODER, seed=0)(graphs_of()))
    assert rewards.min() > 0.0 and rewards.max() < 1.0


def test_minibatch_features_compare_graphs():
    network = molgan_discriminator(SMALL, ENCODER, 3, minibatch_group=2, seed=0)
    pairs = {k: np.repeat(v[:2], 2, axis=0) for k, v in graphs_of().items()}
    assert network.get_layer("logits").kernel.shape == (4 + 3, 1)
    alike = np.array(network(pairs))
    mixed = np.array(network({k: v[[0, 2, 1, 3]] for k, v in pairs.items()}))
    assert np.abs(alike[0] - mixed[0]) > 1e-4


def test_dropout_and_seeds():
    encoder = ENCODER._replace(dropout=0.5)
    network, graphs = molgan_discriminator(SMALL, encoder, seed=0), graphs_of()
    still = np.array(network(graphs))
    assert np.abs(np.array(network(graphs, training=True)) - still).max() > 1e-3
    again = molgan_discriminator(SMALL, encoder, seed=0)
    np.testing.assert_array_equal(again(graphs), still)
    reward = molgan_reward(SMALL, ENCODER, seed=0).get_weights()
    others = molgan_discriminator(SMALL, ENCODER, seed=0).get_weights()
    assert not np.array_equal(reward[0], others[0])


def test_bad_sizes():
    with pytest.raises(ValueError, match="latent_dim"):
        molgan_generator(SMALL, 0)
    with pytest.raises(ValueError, match="generator_hidden"):
        molgan_generator(SMALL, hidden=())
    with pytest.raises(ValueError, match="convolutions"):
        molgan_discriminator(SMALL, ENCODER._replace(convolutions=()))
    with pytest.raises(ValueError, match="minibatch_features"):
        molgan_discriminator(SMALL, ENCODER, -1)
