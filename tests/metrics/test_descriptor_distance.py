import numpy as np
import pytest

from kgan.metrics import DescriptorDistance
from kgan.spaces import Molecules
from kgan.system import chemistry
from tests.metrics.metric_test_case import run_metric_test

SPACE = Molecules(6)
SMILES = ["C", "CO", "CC#N", "c1ccccc1", "CC(N)=O", "C1CC1O", "FCF", "CNC", "OCCO"]
pytestmark = pytest.mark.filterwarnings("ignore:The Frechet distance of")


def test_descriptors_by_hand():
    methanol = dict(
        zip(
            chemistry.DESCRIPTORS,
            chemistry.descriptors(chemistry.parse("CO")),
            strict=True,
        )
    )
    # C 12.011, O 15.999, 4 H of 1.008; OH has 20.23 square angstroms (Ertl 2000).
    assert methanol["weight"] == pytest.approx(12.011 + 15.999 + 4 * 1.008)
    assert methanol["polar_surface"] == 20.23
    expected = {"atoms": 2, "donors": 1, "acceptors": 1, "rings": 0, "sp3_share": 1.0}
    assert {name: methanol[name] for name in expected} == expected


def test_distance_by_hand():
    metric = DescriptorDistance(SPACE)
    assert metric.score(SMILES, SMILES)["descriptor_distance"].value < 1e-9
    # Methane alone against ethane and propane: without covariance, the squared
    # difference of the means, and the variances of 1 in those that vary.
    real, fake = ["CC", "CCC"], ["C", "C"]
    numbers = [np.array([*map(_descriptors, side)]) for side in (real, fake)]
    spread = numbers[0].std(0)
    scale = np.where(spread > 0, spread, 1.0)
    means = [part.mean(0) / scale for part in numbers]
    variances = (numbers[0] / scale).var(0, ddof=1).sum()
    expected = np.square(means[0] - means[1]).sum() + variances
    value = metric.score(real, fake)["descriptor_distance"].value
    assert value == pytest.approx(expected)


def test_what_is_no_molecule_counts():
    metric = DescriptorDistance(SPACE)
    none = metric.score(SMILES, [*SMILES, None, "C.C"])["descriptor_distance"]
    assert none.value > 0.5
    # The same as a molecule whose descriptors are 0.
    assert metric._vectors(["C", None])[1].tolist() == [0.0] * 11


def test_streams():
    graphs = SPACE.packed(SPACE.to_public(SPACE.graphs(SMILES * 2)))
    sides = {"real": graphs, "fake": graphs[::-1]}
    sides = {name: side.astype("float32") for name, side in sides.items()}
    run_metric_test(DescriptorDistance(SPACE, capacity=32), sides)


def _descriptors(smiles):
    return chemistry.descriptors(chemistry.parse(smiles))
