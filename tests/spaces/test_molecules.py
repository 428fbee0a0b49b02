import sys

import numpy as np
import pytest
import tensorflow as tf

from kgan.spaces import Molecules
from kgan.system import chemistry

# 0 no atom, 1 C, 2 N, 3 O, 4 F; 0 no bond, 1 single, 2 double, 3 triple, 4 aromatic
SPACE = Molecules(6)
AROMATIC = Molecules(6, aromatic=True)


def graph(nodes, bonds):
    """A batch of one graph of the form outside: bonds as (i, j, type)."""
    edges = np.zeros((1, 6, 6), "uint8")
    for i, j, kind in bonds:
        edges[0, i, j] = edges[0, j, i] = kind
    return {
        "edges": edges,
        "nodes": np.array([nodes + [0] * (6 - len(nodes))], "uint8"),
    }


RING = [(i, (i + 1) % 6) for i in range(6)]
BENZENE = graph([1] * 6, [(i, j, 1 + i % 2) for i, j in RING])
NITROMETHANE = graph([1, 2, 3, 3], [(0, 1, 1), (1, 2, 2), (1, 3, 2)])


@pytest.mark.parametrize(
    ("space", "smiles", "expected"),
    [
        (SPACE, "CCO", graph([1, 1, 3], [(0, 1, 1), (1, 2, 1)])),
        (SPACE, "N", graph([2], [])),
        (SPACE, "C#N", graph([1, 2], [(0, 1, 3)])),
        (SPACE, "c1ccccc1", BENZENE),
        (AROMATIC, "c1ccccc1", graph([1] * 6, [(i, j, 4) for i, j in RING])),
        (SPACE, "C[N+](=O)[O-]", NITROMETHANE),
        (SPACE, "FC=CF", graph([4, 1, 1, 4], [(0, 1, 1), (1, 2, 2), (2, 3, 1)])),
    ],
)
def test_graphs_by_hand(space, smiles, expected):
    batch = space.graphs([smiles])
    space.check(tf.nest.map_structure(tf.constant, batch))
    public = space.to_public(batch)
    for name, part in expected.items():
        np.testing.assert_array_equal(public[name], part)
    assert space.smiles(batch) == space.smiles(expected) == [smiles]


def test_only_the_graph_is_kept():
    dropped = ["F/C=C/F", "[13CH4]", "C[C@H](N)O"]
    assert SPACE.smiles(SPACE.graphs(dropped)) == ["FC=CF", "C", "CC(N)O"]


@pytest.mark.parametrize(
    ("graphs", "why"),
    [
        (graph([], []), "empty"),
        (graph([4, 4, 4], [(0, 1, 1), (1, 2, 1)]), "fluorine of two bonds"),
        (graph([1, 3], [(0, 1, 3)]), "oxygen of three bonds"),
        (graph([1, 0], [(0, 1, 1)]), "a bond to no atom"),
        # Ammonium: a graph has no charges, and nitrogen has three bonds.
        (graph([2, 1, 1, 1, 1], [(0, i, 1) for i in range(1, 5)]), "four bonds"),
    ],
)
def test_graphs_that_are_no_molecules(graphs, why):
    assert SPACE.molecules(graphs) == SPACE.smiles(graphs) == [None]


def test_parts_and_dummies():
    parts = graph([1, 3], [])
    assert SPACE.smiles(parts) == ["C.O"]
    assert not chemistry.is_whole(SPACE.molecules(parts)[0])
    # As MolGAN's authors count: absent atoms are atoms of any valence.
    (molecule,) = SPACE.molecules(graph([1, 3, 0], [(0, 1, 1), (1, 2, 1)]), True)
    assert chemistry.smiles_of(molecule) == "*.*.*.*OC"


def test_aromatic_bonds_do_not_tell_hydrogen():
    pyrrole = chemistry.parse("c1cc[nH]c1")
    assert SPACE.misfit(pyrrole) is None
    assert AROMATIC.misfit(pyrrole) == "hydrogen that the bonds do not tell"
    assert AROMATIC.misfit(chemistry.parse("Cn1cccc1")) is None
    assert SPACE.smiles(SPACE.graphs(["c1cc[nH]c1"])) == ["c1cc[nH]c1"]


@pytest.mark.parametrize(
    ("smiles", "cause"),
    [
        ("C(", "not SMILES"),
        ("", "no atoms"),
        ("CS", "elements other than C, N, O, F"),
        ("[H][H]", "elements other than C, N, O, F"),
        ("*C", "elements other than C, N, O, F"),
        ("CCCCCCC", "more than 6 atoms"),
        ("C.O", "several parts"),
        ("[NH4+]", "ions"),
        ("[O-]C(=O)C[NH3+]", "ions"),
        ("[CH3]", "radicals"),
    ],
)
def test_misfits(smiles, cause):
    assert SPACE.misfit(chemistry.parse(smiles)) == cause
    with pytest.raises(ValueError, match=rf"Received: .*, number 2: {cause}\."):
        SPACE.graphs(["C", smiles])


@pytest.mark.parametrize(
    "atoms", [[], ["C", "C"], ["c"], ["H", "C"], ["CNO"], ["C", "Q"]]
)
def test_atoms_that_are_none(atoms):
    with pytest.raises(ValueError, match="symbols of elements other than H"):
        Molecules(3, atoms)


def test_edges_have_to_be_symmetric():
    batch = SPACE.graphs(["CO"])
    batch["edges"][0, 0, 1] = [1, 0, 0, 0]
    with pytest.raises(ValueError, match="Expected edges equal to their mirror"):
        SPACE.check_known(tf.nest.map_structure(tf.constant, batch))


def test_the_picture_has_a_formula_per_molecule():
    batch = SPACE.graphs(["CCO", "c1ccccc1"])
    batch["nodes"][1] = np.eye(5)[0]
    picture = SPACE.picture({"samples": batch}, per_row=2)
    assert picture.dtype == "uint8" and picture.shape == (124, 246, 3)
    # A formula on white, and gray where there is no molecule.
    assert picture[2:122, 2:122].min() < 100 < picture[2:122, 2:122].max() == 255
    assert (picture[2:122, 124:244] == 235).all()


def test_rdkit_is_named_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdkit", None)
    with pytest.raises(ImportError, match=r"pip install 'kgan\[molecules\]'"):
        SPACE.graphs(["C"])
