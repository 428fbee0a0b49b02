"""rdkit, where it is installed: molecules of SMILES, their properties, pictures."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

_SYMBOLS = """
    H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga
    Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd
    Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra
    Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv
    Ts Og
"""
# By their number of protons, from 1 on.
ELEMENTS = tuple(_SYMBOLS.split())
# Those of QM9: Ramakrishnan et al. 2014, Scientific Data 1.
ATOMS = ("C", "N", "O", "F")
# Pixels of lines, of letters, and of bonds where the molecule has room for it: formulas
# in a grid are of one scale.
_LINE, _LETTERS, _BOND = 1.5, 12, 24


def require() -> Any:
    """The module `rdkit.Chem`.

    Raises:
        ImportError: if rdkit is missing; the message says how to install it.
    """
    try:
        from rdkit import Chem
    except ImportError as error:
        raise ImportError(
            "Expected rdkit, which reads, checks and draws molecules. Received: "
            f"{error}. Install it with: pip install 'kgan[molecules]'"
        ) from None
    return Chem


def version() -> str:
    """The version of rdkit, on which SMILES and some molecules depend."""
    require()
    import rdkit

    return rdkit.__version__


def quiet() -> Any:
    """A context in which rdkit does not print what is wrong with a molecule."""
    require()
    from rdkit import rdBase

    return rdBase.BlockLogs()


def parse(smiles: str) -> Any:
    """The molecule of a SMILES string, sanitised; None if the string is none.

    >>> kgan.system.chemistry.parse("CCO").GetNumAtoms()
    3
    >>> kgan.system.chemistry.parse("C(") is None
    True

    Raises:
        ImportError: if rdkit is missing.
    """
    chem = require()
    with quiet():
        return chem.MolFromSmiles(smiles)


def smiles_of(molecule: Any) -> str:
    """The canonical SMILES of a molecule, without stereochemistry and isotopes.

    >>> from kgan.system import chemistry
    >>> chemistry.smiles_of(chemistry.parse("OCC"))
    'CCO'
    """
    return require().MolToSmiles(molecule, isomericSmiles=False)


def build(symbols: Sequence[str], bonds: Iterable[tuple[int, int, str]]) -> Any:
    """A molecule of atoms and bonds; None if it fails a check of rdkit's.

    Hydrogen fills the valences that are left. The checks are of valences and rings.

    >>> from kgan.system import chemistry
    >>> chemistry.smiles_of(chemistry.build(["C", "O"], [(0, 1, "DOUBLE")]))
    'C=O'
    >>> chemistry.build(["C", "F"], [(0, 1, "DOUBLE")]) is None
    True

    Args:
        symbols: of the elements, except for hydrogen.
        bonds: (atom, other atom, name of an rdkit `BondType`), atoms by their places.
    """
    chem = require()
    molecule = chem.RWMol()
    for symbol in symbols:
        molecule.AddAtom(chem.Atom(symbol))
    for i, j, kind in bonds:
        molecule.AddBond(i, j, chem.BondType.names[kind])
    molecule = molecule.GetMol()
    with quiet():
        failed = chem.SanitizeMol(molecule, catchErrors=True)
    return None if failed else molecule


def is_whole(molecule: Any) -> bool:
    """Whether this is one molecule: not None, not empty, and not of several parts.

    >>> from kgan.system import chemistry
    >>> [chemistry.is_whole(chemistry.parse(s)) for s in ("CC", "C.C", "")]
    [True, False, False]
    """
    return molecule is not None and len(require().GetMolFrags(molecule)) == 1


def bond_orders(molecule: Any, aromatic: bool = False) -> np.ndarray:
    """The order of the bond of each two atoms, and 0 where there is none.

    Bonds between charges of +1 and -1 have one order more than rdkit gives them, so
    that orders alone tell the molecule: nitrogen of nitro groups has five bonds.

    >>> from kgan.system import chemistry
    >>> chemistry.bond_orders(chemistry.parse("C=O"))
    array([[0., 2.],
           [2., 0.]])

    Args:
        molecule: sanitised.
        aromatic: whether aromatic bonds have the order 1.5, instead of 1 and 2 in turn.

    Returns:
        float64 [atoms, atoms].
    """
    chem = require()
    if not aromatic:
        molecule = chem.Mol(molecule)
        chem.Kekulize(molecule, clearAromaticFlags=True)
    orders = chem.GetAdjacencyMatrix(molecule, useBO=True).astype("float64")
    charges = np.array([atom.GetFormalCharge() for atom in molecule.GetAtoms()])
    if charges.any():
        opposite = (charges[:, None] * charges == -1) & (orders > 0)
        orders += opposite
    return orders


# Properties


def qed(molecule: Any) -> float:
    """Quantitative estimate of drug-likeness, in [0, 1]: Bickerton et al. 2012,
    "Quantifying the chemical beauty of drugs", Nature Chemistry 4.

    >>> from kgan.system import chemistry
    >>> round(chemistry.qed(chemistry.parse("CCO")), 4)
    0.4068
    """
    require()
    from rdkit.Chem import QED

    return float(QED.qed(molecule))


def logp(molecule: Any) -> float:
    """log10 of the partition coefficient between octanol and water, estimated by sums
    over atoms: Wildman and Crippen 1999, J. Chem. Inf. Comput. Sci. 39.

    >>> from kgan.system import chemistry
    >>> round(chemistry.logp(chemistry.parse("CCO")), 4)
    -0.0014
    """
    require()
    from rdkit.Chem import Crippen

    return float(Crippen.MolLogP(molecule))


def synthetic_accessibility(molecule: Any) -> float:
    """How hard a molecule is to make, from 1 (easy) to 10: Ertl and Schuffenhauer 2009,
    J. Cheminformatics 1:8.

    >>> from kgan.system import chemistry
    >>> round(chemistry.synthetic_accessibility(chemistry.parse("CCO")), 4)
    1.9803
    """
    require()
    from rdkit.Contrib.SA_Score import sascorer

    return float(sascorer.calculateScore(molecule))


# Name of each number of `descriptors`.
DESCRIPTORS = (
    "atoms",
    "weight",
    "logp",
    "polar_surface",
    "donors",
    "acceptors",
    "rotatable_bonds",
    "rings",
    "aromatic_rings",
    "sp3_share",
    "synthetic_accessibility",
)


def descriptors(molecule: Any) -> list[float]:
    """What chemists look at first, a number for each of DESCRIPTORS.

    They are the atoms without hydrogen, the weight in dalton, log P, the topological
    polar surface in square angstroms, the donors and acceptors of hydrogen bonds, the
    bonds that rotate, the rings, those that are aromatic, the share of carbon atoms
    with single bonds alone, and how hard the molecule is to make.

    >>> from kgan.system import chemistry
    >>> [round(x, 2) for x in chemistry.descriptors(chemistry.parse("CCO"))]
    [3, 46.07, -0.0, 20.23, 1, 1, 0, 0, 0, 1.0, 1.98]
    """
    require()
    from rdkit.Chem import Descriptors, rdMolDescriptors

    return [
        molecule.GetNumHeavyAtoms(),
        Descriptors.MolWt(molecule),
        logp(molecule),
        rdMolDescriptors.CalcTPSA(molecule),
        rdMolDescriptors.CalcNumHBD(molecule),
        rdMolDescriptors.CalcNumHBA(molecule),
        rdMolDescriptors.CalcNumRotatableBonds(molecule),
        rdMolDescriptors.CalcNumRings(molecule),
        rdMolDescriptors.CalcNumAromaticRings(molecule),
        rdMolDescriptors.CalcFractionCSP3(molecule),
        synthetic_accessibility(molecule),
    ]


# Pictures


def draw(molecule: Any, side: int, legend: str = "") -> np.ndarray:
    """The structural formula of a molecule, or an empty frame for None.

    Args:
        molecule: of rdkit, or None.
        side: pixels.
        legend: letters below the formula.

    Returns:
        uint8 [side, side, 3].
    """
    require()
    from PIL import Image
    from rdkit.Chem.Draw import rdMolDraw2D

    drawing = rdMolDraw2D.MolDraw2DCairo(side, side)
    options = drawing.drawOptions()
    options.bondLineWidth, options.minFontSize = _LINE, _LETTERS
    options.fixedBondLength = _BOND
    if molecule is None:
        return np.full((side, side, 3), 235, "uint8")
    rdMolDraw2D.PrepareAndDrawMolecule(drawing, molecule, legend=legend)
    drawing.FinishDrawing()
    png = Image.open(io.BytesIO(drawing.GetDrawingText()))
    return np.asarray(png.convert("RGB"))
