import numpy as np
import pytest

from kgan.commands import evaluate
from kgan.evaluation import Evaluation
from kgan.evaluation.samples import Samples
from kgan.recipes import Data
from kgan.spaces import Molecules

SMILES = ["C", "CO", "CC#N", "CC", "C=O", "CN", "CCO", "C#C", "OCO", "CF", "CCF", "CNC"]


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "small.smi"
    path.write_text("\n".join(SMILES))
    return Data(str(path), nodes=4)


def samples(space, smiles):
    """A generator of these molecules, over and over."""
    graphs = space.graphs(smiles)

    def block(count, seed):
        rows = np.arange(count) % len(smiles)
        return {name: part[rows] for name, part in graphs.items()}

    return Samples("a list", "model", "raw", space, {}, None, block)


@pytest.mark.filterwarnings("ignore:The Frechet distance of")
def test_usual_scores(data):
    evaluation = Evaluation(data, samples=24)
    generator = samples(Molecules(4), ["CO", "CCC"])
    assert generator.draw(3)["nodes"].tolist()[0] == [1, 3, 0, 0]
    result = evaluation.run(generator)
    values = {name: score["value"] for name, score in result.scores.items()}
    assert [values[n] for n in ("validity", "uniqueness", "novelty")] == [
        1,
        2 / 24,
        0.5,
    ]
    assert values["new_molecules"] == 1 / 24
    assert set(values) > {"qed", "logp", "sa", "descriptor_distance"}
    validity = result.scores["validity"]
    assert validity["real"]["value"] == 1.0 and validity["noise"]["value"] < 0.5
    assert validity["against"]["known"]["count"] == 12
    assert result.scores["novelty"]["real"]["value"] == 0.0
    assert result.reference["shape"] == [4, 4]
    assert "validity" in result.table()


def test_what_cannot_be_compared(data):
    evaluation = Evaluation(data, ["valid_unique_novel"], samples=4)
    for space, message in (
        (Molecules(4, ["C", "O", "N", "F"]), "molecule of up to 4 atoms of C, O, N, F"),
        (Molecules(5), r"shape \(4, 4\)"),
    ):
        with pytest.raises(ValueError, match=message):
            evaluation.run(samples(space, ["CO"]))
    with pytest.raises(ValueError, match="scores images and points, but"):
        Evaluation(data, ["frechet_distance"], samples=4)
    with pytest.raises(ValueError, match="scores molecules, but the examples of ring"):
        Evaluation("ring", ["descriptor_distance"], samples=4)


def test_noise_is_of_the_space():
    space = Molecules(4)
    rng = np.random.default_rng(0)
    packed = space.noise(rng, 2000, None)
    public = space.unpacked(packed)
    space.check(space.from_public(public))
    np.testing.assert_array_equal(space.packed(public), packed)
    shares = np.bincount(public["edges"][:, 0, 1], minlength=4) / 2000
    np.testing.assert_allclose(shares, 0.25, atol=0.04)
    assert (np.bincount(public["nodes"].ravel(), minlength=5) > 1400).all()


def test_data_that_are_named_have_the_space_of_the_generator():
    generator = samples(Molecules(5, ["C", "O"]), ["CO"])
    data = evaluate._fitting(evaluate.Options("x", data="molecules"), generator)
    assert (data.nodes, data.atoms) == (5, ("C", "O"))
