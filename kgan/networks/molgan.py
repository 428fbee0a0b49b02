"""The networks of MolGAN: De Cao and Kipf 2018 (arXiv 1805.11973, section 3).

The default sizes are those of the authors' code. For D and R, the paper has
`GraphEncoder((64, 32), 128, (128,))`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import keras

from kgan.layers import (
    Dropout,
    GatedAggregation,
    MinibatchDiscrimination,
    RelationalGraphConvolution,
    UndirectedEdges,
)
from kgan.networks.mlp import glorot
from kgan.random import seeds
from kgan.system.checks import check_sizes, check_whole


class GraphEncoder(NamedTuple):
    """The sizes of a network that reads graphs.

    >>> kgan.networks.GraphEncoder(hidden=(64,)).convolutions
    (128, 64)

    Attributes:
        convolutions: units of each relational graph convolution.
        aggregation: units of the gated sum over the nodes.
        hidden: tanh units of each dense layer behind it.
        normalized: see `kgan.layers.RelationalGraphConvolution`.
        dropout: the rate in [0, 1) behind each of these layers.
    """

    convolutions: Sequence[int] = (128, 64)
    aggregation: int = 128
    hidden: Sequence[int] = (128, 64)
    normalized: bool = False
    dropout: float = 0.0


# Of their code.
AUTHORS = GraphEncoder()


def molgan_generator(
    shape: Mapping[str, Sequence[int]],
    latent_dim: int = 32,
    hidden: Sequence[int] = (128, 256, 512),
    dropout: float = 0.0,
    seed: int | None = None,
) -> keras.Model:
    """G: latents [batch, latent_dim] -> logits of the types of edges and nodes.

        >>> shape = kgan.spaces.Graphs(nodes=9, node_types=5, edge_types=4).shape
        >>> generator = kgan.networks.molgan_generator(shape, 8, hidden=(16,))
        >>> {name: logits.shape for name, logits in generator(np.zeros((3, 8))).items()}
        {'edges': TensorShape([3, 9, 9, 4]), 'nodes': TensorShape([3, 9, 5])}

    Args:
        shape: of a graph, see `kgan.spaces.Graphs`.
        latent_dim: coordinates of z.
        hidden: tanh units of each hidden layer.
        dropout: the rate in [0, 1) behind each hidden layer.
        seed: integer, fixes the initial weights and dropout.

    Returns:
        `keras.Model` with float32 logits: `edges` [batch, n, n, edge types], equal in
        both directions and "none" from a node to itself, and `nodes` [batch, n, node
        types].

    Raises:
        ValueError: for sizes below 1.
    """
    check_whole("latent_dim", latent_dim)
    layers, floatx = keras.layers, keras.config.floatx()
    initial, masks = glorot(seed, "generator"), seeds.stream(seed, "generator_dropout")
    z = layers.Input((latent_dim,), name="latents")
    x = _dense(z, check_sizes("generator_hidden", hidden), dropout, initial, masks)
    logits = {}
    for name in ("edges", "nodes"):
        part = layers.Dense(
            math.prod(shape[name]),
            kernel_initializer=next(initial),
            dtype=floatx,
            name=f"to_{name}",
        )(x)
        logits[name] = layers.Reshape(shape[name], dtype=floatx, name=name)(part)
    undirected = UndirectedEdges(dtype=floatx, name="undirected")
    logits["edges"] = undirected(logits["edges"])
    return keras.Model(z, logits, name="generator")


def molgan_discriminator(
    shape: Mapping[str, Sequence[int]],
    encoder: GraphEncoder = AUTHORS,
    minibatch_features: int = 0,
    minibatch_group: int = 16,
    seed: int | None = None,
) -> keras.Model:
    """D: edges [batch, n, n, types] and nodes [batch, n, types] -> logits [batch, 1].

        >>> shape = kgan.spaces.Graphs(nodes=3, node_types=5, edge_types=4).shape
        >>> discriminator = kgan.networks.molgan_discriminator(shape)
        >>> graphs = {name: np.ones((2, *sides)) for name, sides in shape.items()}
        >>> discriminator(graphs).shape
        TensorShape([2, 1])

    The answer does not depend on the order of the nodes.

    Args:
        shape: of a graph, see `kgan.spaces.Graphs`.
        encoder: the sizes.
        minibatch_features: features of `kgan.layers.MinibatchDiscrimination` before
            the last layer; 0 for none.
        minibatch_group: the graphs that these features compare.
        seed: integer, fixes the initial weights and dropout.

    Raises:
        ValueError: for sizes below 1.
    """
    check_whole("minibatch_features", minibatch_features, least=0)
    graphs, x, initial = _encoded(shape, encoder, seed, "discriminator")
    if minibatch_features:
        x = MinibatchDiscrimination(
            minibatch_features,
            group=minibatch_group,
            seed=seeds.derive(seed, "minibatch"),
            name="minibatch",
        )(x)
    logits = keras.layers.Dense(
        1, kernel_initializer=next(initial), dtype=keras.config.floatx(), name="logits"
    )(x)
    return keras.Model(graphs, logits, name="discriminator")


def molgan_reward(
    shape: Mapping[str, Sequence[int]],
    encoder: GraphEncoder = AUTHORS,
    seed: int | None = None,
) -> keras.Model:
    """The reward network: as `molgan_discriminator`, but -> rewards in (0, 1).

        >>> shape = kgan.spaces.Graphs(nodes=3, node_types=5, edge_types=4).shape
        >>> kgan.networks.molgan_reward(shape).output_shape
        (None, 1)

    Args:
        shape, encoder, seed: as for `molgan_discriminator`.
    """
    graphs, x, initial = _encoded(shape, encoder, seed, "reward")
    rewards = keras.layers.Dense(
        1,
        activation="sigmoid",
        kernel_initializer=next(initial),
        dtype=keras.config.floatx(),
        name="rewards",
    )(x)
    return keras.Model(graphs, rewards, name="reward")


def _encoded(
    shape: Mapping[str, Sequence[int]],
    encoder: GraphEncoder,
    seed: int | None,
    purpose: str,
):
    """Graphs, their features [batch, units], and initializers for what follows."""
    layers = keras.layers
    initial, masks = glorot(seed, purpose), seeds.stream(seed, f"{purpose}_dropout")
    numbers = seeds.stream(seed, f"{purpose}_graph")
    graphs = {n: layers.Input(shape[n], name=n) for n in ("edges", "nodes")}
    edges, nodes = graphs["edges"], graphs["nodes"]
    # Behind the first layer, a node still says what it is: [h_i, x_i].
    x = nodes
    for i, units in enumerate(check_sizes("convolutions", encoder.convolutions), 1):
        convolution = RelationalGraphConvolution(
            units,
            normalized=encoder.normalized,
            seed=next(numbers),
            name=f"convolution{i}",
        )
        h = _dropped(convolution(x, edges), encoder.dropout, masks)
        x = layers.Concatenate(name=f"annotated{i}")([h, nodes])
    x = GatedAggregation(encoder.aggregation, seed=next(numbers), name="aggregate")(x)
    x = _dropped(x, encoder.dropout, masks)
    sizes = check_sizes("discriminator_hidden", encoder.hidden)
    return graphs, _dense(x, sizes, encoder.dropout, initial, masks), initial


def _dense(
    x: Any,
    hidden: Sequence[int],
    dropout: float,
    initial: Iterator[Any],
    masks: Iterator[int],
):
    for i, units in enumerate(hidden, 1):
        x = keras.layers.Dense(
            units,
            activation="tanh",
            kernel_initializer=next(initial),
            name=f"hidden{i}",
        )(x)
        x = _dropped(x, dropout, masks)
    return x


def _dropped(x: Any, rate: float, masks: Iterator[int]):
    return Dropout(rate, seed=next(masks))(x) if rate else x
