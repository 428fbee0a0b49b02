import numpy as np
import pytest

from kgan.system import chemistry


def test_properties():
    benzene = chemistry.parse("c1ccccc1")
    # Wildman and Crippen, table 1: aromatic carbon C18 0.1581, its hydrogen H1 0.1230.
    assert chemistry.logp(benzene) == pytest.approx(6 * (0.1581 + 0.1230))
    assert chemistry.logp(chemistry.parse("C")) == pytest.approx(0.1441 + 4 * 0.1230)
    assert chemistry.synthetic_accessibility(benzene) == 1.0
    # As rdkit 2026.9 has it.
    aspirin = chemistry.parse("CC(=O)Oc1ccccc1C(=O)O")
    assert chemistry.qed(aspirin) == pytest.approx(0.5501, abs=1e-4)


def test_rdkit_does_not_print(capfd):
    assert chemistry.parse("C(") is None
    assert chemistry.build(["C", "F"], [(0, 1, "TRIPLE")]) is None
    assert capfd.readouterr() == ("", "")


def test_pictures():
    ethanol, nothing = chemistry.parse("CCO"), chemistry.draw(None, 60)
    drawn = chemistry.draw(ethanol, 60)
    assert drawn.shape == nothing.shape == (60, 60, 3) and drawn.dtype == "uint8"
    # Oxygen is red, the ground white.
    assert ((drawn[..., 0] > 200) & (drawn[..., 1] < 80)).any()
    assert tuple(drawn[0, 0]) == (255, 255, 255)
    assert len(np.unique(nothing)) == 1
