import numpy as np
import pytest

import kgan
from kgan.metrics import ValidUniqueNovel
from kgan.spaces import Molecules
from tests.metrics.metric_test_case import run_metric_test

SPACE = Molecules(4)


def packed(*smiles):
    """Packed graphs; None for one that is no molecule, with a bond to no atom."""
    graphs = SPACE.packed(SPACE.to_public(SPACE.graphs([s or "C" for s in smiles])))
    for graph, text in zip(graphs, smiles, strict=True):
        graph[0, 1] = graph[1, 0] = graph[0, 1] if text else 1
    return graphs


GRAPHS = packed("CCO", "OCC", "C", "N#N", None)
# Of several parts: methane and water.
GRAPHS = np.concatenate([GRAPHS, SPACE.noise(np.random.default_rng(0), 1, GRAPHS)])
GRAPHS[-1] = np.diag([1, 3, 0, 0])


def test_shares_by_hand():
    metric = ValidUniqueNovel(SPACE)
    scores = metric.score(None, GRAPHS, known=packed("CCO", "CO"))
    values = {name: score.value for name, score in scores.items()}
    # Valid: CCO twice, C, N#N. Different: three. Not known: C and N#N.
    assert values == {
        "validity": 4 / 6,
        "uniqueness": 3 / 4,
        "novelty": 2 / 4,
        "new_molecules": 2 / 6,
    }
    assert scores["validity"].error == pytest.approx(np.sqrt(4 / 6 * 2 / 6 / 6))
    assert scores["novelty"].error == pytest.approx(np.sqrt(0.5 * 0.5 / 4))
    smiles = ["CCO", "OCC", "C", "N#N", None, "C.O"]
    again = metric.score(None, smiles, known=["C(C)O", "CO"])
    assert {name: score.value for name, score in again.items()} == values


def test_the_protocol_of_the_paper():
    # Parts and absent atoms are dummy atoms: only what exceeds a valence is invalid.
    fluorine = packed("F")
    fluorine[0, 0, 1:3] = fluorine[0, 1:3, 0] = 1
    graphs = np.concatenate([GRAPHS, fluorine])
    metric = ValidUniqueNovel(SPACE, "molgan")
    scores = metric.score(None, graphs, known=packed("CCO"))
    values = [score.value for score in scores.values()]
    # All have absent atoms, so that none equals CCO.
    np.testing.assert_allclose(values, [6 / 7, 5 / 6, 1.0, 5 / 7])
    full = metric.score(None, packed("CCCO", "CCC"), known=packed("CCCO", "CCC"))
    assert full["novelty"].value == 0.5


def test_nothing_valid():
    scores = ValidUniqueNovel(SPACE).score(None, packed(None, None), known=GRAPHS)
    assert [score.value for score in scores.values()] == [0.0] * 4


def test_the_training_set_is_read_once(monkeypatch):
    metric, known = ValidUniqueNovel(SPACE), packed("C")
    metric.score(None, GRAPHS, known=known)
    monkeypatch.setattr(metric, "valid_smiles", lambda graphs: [str(len(graphs))])
    assert metric.score(None, known, known=known)["novelty"].value == 1.0
    # Another array of equal values is read.
    assert metric.score(None, known, known=known.copy())["novelty"].value == 0.0


def test_streams():
    rng = np.random.default_rng(0)
    sides = {
        name: GRAPHS[rng.integers(len(GRAPHS), size=20)].astype("float32")
        for name in ("fake", "known")
    }
    run_metric_test(ValidUniqueNovel(SPACE, capacity=64), sides)


@pytest.mark.parametrize(
    ("score", "message"),
    [
        (lambda m: m.score(None, [], known=["C"]), "Expected molecules .* none"),
        (lambda m: m.score(None, ["C"]), "Expected molecules .* none"),
        (lambda m: m.score(None, GRAPHS[:, :2, :2], known=GRAPHS), r"\[n, 4, 4\]"),
        (lambda m: ValidUniqueNovel(protocol="loose"), "'strict' or 'molgan'"),
    ],
)
def test_what_cannot_be_scored(score, message):
    with pytest.raises(ValueError, match=message):
        score(kgan.metrics.get({"name": "valid_unique_novel", "space": SPACE}))
