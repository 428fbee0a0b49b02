"""Makes the embedded set of molecules: all that few rules allow, up to 6 atoms.

    python scripts/make_small_molecules.py

Atoms are C, N, O and F with 4, 3, 2 and 1 bonds; hydrogen takes what is left. Every
molecule of n atoms is one of n - 1 atoms and an atom bonded to it, because each
connected graph has an atom whose removal leaves it connected. What these rules allow,
they allow in each part of it too, so that they apply at each size:

- no bond between two of N, O and F, which are mostly unstable;
- at most one double bond per atom, and none at an atom of two rings;
- no double bond within a ring of three, and no triple bond within any ring.

rdkit checks each molecule and writes its canonical SMILES. No data set is read.
"""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

from rdkit import Chem, rdBase

VALENCES = {"C": 4, "N": 3, "O": 2, "F": 1}
BONDS = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE, 3: Chem.BondType.TRIPLE}
LARGEST = 6
TARGET = Path(__file__).parents[1] / "kgan" / "data" / "molecules"


def main():
    smaller = {smiles: molecule for smiles, molecule in map(alone, VALENCES)}
    found = sorted(smaller)
    for size in range(2, LARGEST + 1):
        smaller = {s: m for old in smaller.values() for s, m in grown(old)}
        print(f"{size} atoms: {len(smaller):,} molecules")
        found += sorted(smaller)
    write(found)


def alone(symbol: str):
    molecule = Chem.MolFromSmiles(symbol)
    return Chem.MolToSmiles(molecule), molecule


def grown(molecule: Chem.Mol):
    """(SMILES, molecule) of each molecule with one atom more."""
    free = [a.GetTotalNumHs() for a in molecule.GetAtoms()]
    for symbol, valence in VALENCES.items():
        for orders in itertools.product(*(range(min(3, f) + 1) for f in free)):
            if 1 <= sum(orders) <= valence:
                larger = bonded(molecule, symbol, orders)
                if larger is not None and allowed(larger):
                    yield Chem.MolToSmiles(larger), larger


def bonded(molecule: Chem.Mol, symbol: str, orders: tuple[int, ...]):
    """The molecule and one atom with bonds to it, kekulized; None if rdkit objects."""
    editable = Chem.RWMol(molecule)
    Chem.Kekulize(editable, clearAromaticFlags=True)
    new = editable.AddAtom(Chem.Atom(symbol))
    for atom, order in enumerate(orders):
        if order:
            editable.AddBond(atom, new, BONDS[order])
    for atom in editable.GetAtoms():
        atom.SetNoImplicit(False)
        atom.SetNumExplicitHs(0)
    larger = editable.GetMol()
    return None if Chem.SanitizeMol(larger, catchErrors=True) else larger


def allowed(molecule: Chem.Mol):
    molecule = Chem.Mol(molecule)
    Chem.Kekulize(molecule, clearAromaticFlags=True)
    return all(map(allowed_bond, molecule.GetBonds())) and all(
        map(allowed_atom, molecule.GetAtoms())
    )


def allowed_bond(bond: Chem.Bond):
    if "C" not in (bond.GetBeginAtom().GetSymbol(), bond.GetEndAtom().GetSymbol()):
        return False
    double, triple = (bond.GetBondType() == BONDS[order] for order in (2, 3))
    return not (double and bond.IsInRingSize(3)) and not (triple and bond.IsInRing())


def allowed_atom(atom: Chem.Atom):
    doubles = sum(bond.GetBondType() == BONDS[2] for bond in atom.GetBonds())
    rings = atom.GetOwningMol().GetRingInfo().NumAtomRings(atom.GetIdx())
    return doubles <= 1 if rings < 2 else doubles == 0


def write(smiles: list[str]):
    print(len(smiles))
    TARGET.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{text}\n" for text in smiles).encode()
    # Without the time, so that the file is the same each time.
    (TARGET / "molecules.smi.gz").write_bytes(gzip.compress(content, 9, mtime=0))


if __name__ == "__main__":
    with rdBase.BlockLogs():
        main()
