"""Molecules as graphs of atoms and bonds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.spaces.graphs import Graphs
from kgan.spaces.images import tile
from kgan.system import chemistry

# Types of edges, from 1 on; 0 is no bond.
_BONDS = ("SINGLE", "DOUBLE", "TRIPLE", "AROMATIC")
# Pixels of a formula in a picture.
_SIDE = 120


@keras.saving.register_keras_serializable("kgan")
class Molecules(Graphs):
    """Molecules: graphs whose nodes are atoms, and whose edges are bonds.

    Nodes have the types 0 for no atom, then `atoms` in their order. Edges have the
    types 0 for no bond, then 1 single, 2 double, 3 triple and, if `aromatic`, 4
    aromatic. Hydrogen atoms are not nodes: they fill the valences that are left.

        >>> space = kgan.spaces.Molecules(nodes=9)
        >>> ethanol = space.graphs(["CCO"])
        >>> ethanol["edges"].shape, ethanol["nodes"].shape
        ((1, 9, 9, 4), (1, 9, 5))
        >>> space.smiles(ethanol)
        ['CCO']

    A graph says which atoms have which bonds, and no more. Stereochemistry and isotopes
    are dropped. A molecule that its graph does not determine is a misfit, such as ions
    and radicals; charges of neighbours that add up to 0, as in nitro groups, become a
    bond of one order more, from which rdkit finds the charges again.

    Rings of benzene have alternating single and double bonds by default. With the type
    "aromatic", as in MolGAN (arXiv 1805.11973), a graph does not say which atoms have
    hydrogen, so that pyrrole and its kin (5 % of QM9) are misfits.

    Args:
        nodes: the largest number of atoms, without hydrogen.
        atoms: symbols of the elements, in the order of the types from 1 on.
        aromatic: whether edges have the type "aromatic".

    Raises:
        ValueError: for fewer than one node, or atoms that are no symbols or repeat.
    """

    unit = "molecule"
    shown = 36

    def __init__(
        self,
        nodes: int = 9,
        atoms: Sequence[str] = chemistry.ATOMS,
        aromatic: bool = False,
    ) -> None:
        atoms = tuple(atoms)
        known = set(atoms) <= {*chemistry.ELEMENTS} - {"H"}
        if not atoms or not known or len(set(atoms)) < len(atoms):
            raise ValueError(
                "Expected atoms as different symbols of elements other than H, such as "
                f"['C', 'N', 'O']. Received: atoms={list(atoms)}."
            )
        self.atoms, self.aromatic = atoms, aromatic
        super().__init__(nodes, 1 + len(atoms), 5 if aromatic else 4)

    def get_config(self) -> dict[str, Any]:
        return {
            "nodes": self.nodes,
            "atoms": list(self.atoms),
            "aromatic": self.aromatic,
        }

    def describe(self) -> str:
        return f"molecule of up to {self.nodes} atoms of {', '.join(self.atoms)}"

    # Graphs -> molecules

    def molecules(self, batch: Any, dummies: bool = False) -> list[Any]:
        """What graphs mean, by the rules of rdkit.

        Nothing is repaired: a graph is no molecule if valences are exceeded, or if a
        bond ends at an absent atom. One of several parts is a molecule here, see
        `kgan.system.chemistry.is_whole`. Edges are read above the diagonal.

        Args:
            batch: of either form.
            dummies: whether absent atoms are dummy atoms `*`, which accept any bond, as
                in the program of MolGAN's authors.

        Returns:
            A list of rdkit's molecules; None for no molecule, or an empty graph.

        Raises:
            ImportError: if rdkit is missing.
        """
        public = self.to_public({k: np.asarray(part) for k, part in batch.items()})
        graphs = zip(public["edges"], public["nodes"], strict=True)
        return [self._molecule(edges, nodes, dummies) for edges, nodes in graphs]

    def smiles(self, batch: Any) -> list[str | None]:
        """Canonical SMILES of graphs; None where there is no molecule.

        Args:
            batch: of either form.

        Raises:
            ImportError: if rdkit is missing.
        """
        molecules = self.molecules(batch)
        return [m if m is None else chemistry.smiles_of(m) for m in molecules]

    def _molecule(self, edges: np.ndarray, nodes: np.ndarray, dummies: bool):
        present = range(len(nodes)) if dummies else np.flatnonzero(nodes).tolist()
        place = {node: i for i, node in enumerate(present)}
        pairs = np.argwhere(np.triu(edges, 1)).tolist()
        if not place or any(node not in place for pair in pairs for node in pair):
            return None
        symbols = ("*", *self.atoms)
        return chemistry.build(
            [symbols[nodes[node]] for node in present],
            [(place[i], place[j], _BONDS[edges[i, j] - 1]) for i, j in pairs],
        )

    # Molecules -> graphs

    def graphs(self, smiles: Iterable[str]) -> dict[str, np.ndarray]:
        """The graphs of molecules, atoms in the order of the SMILES.

        Args:
            smiles: strings.

        Returns:
            A batch of the form inside the library, as NumPy arrays.

        Raises:
            ValueError: for SMILES that do not parse, or misfits; the message names the
                first.
            ImportError: if rdkit is missing.
        """
        types = []
        for number, text in enumerate(smiles, 1):
            molecule = chemistry.parse(text)
            misfit = self.misfit(molecule)
            if misfit is not None:
                raise ValueError(
                    f"Expected SMILES of {self.unit}s of up to {self.nodes} atoms of "
                    f"{', '.join(self.atoms)}. Received: {text!r}, number {number}: "
                    f"{misfit}."
                )
            types.append(self.types(molecule))
        edges, nodes = self.stacked(types)
        return {
            "edges": np.eye(self.edge_types, dtype="float32")[edges],
            "nodes": np.eye(self.node_types, dtype="float32")[nodes],
        }

    def misfit(self, molecule: Any) -> str | None:
        """Why a molecule has no graph here, in words; None if it has one.

        >>> from kgan.system import chemistry
        >>> space = kgan.spaces.Molecules(nodes=3)
        >>> space.misfit(chemistry.parse("CCCC"))
        'more than 3 atoms'
        >>> space.misfit(chemistry.parse("[NH4+]"))
        'ions'

        Args:
            molecule: of rdkit, sanitised; or None.
        """
        if molecule is None:
            return "not SMILES"
        atoms = list(molecule.GetAtoms())
        if not atoms:
            return "no atoms"
        if any(atom.GetSymbol() not in self.atoms for atom in atoms):
            return f"elements other than {', '.join(self.atoms)}"
        if len(atoms) > self.nodes:
            return f"more than {self.nodes} atoms"
        if not chemistry.is_whole(molecule):
            return "several parts"
        if any(atom.GetNumRadicalElectrons() for atom in atoms):
            return "radicals"
        charged = any(atom.GetFormalCharge() for atom in atoms)
        # The rules of valence give hydrogen to atoms without brackets.
        brackets = any(a.GetNoImplicit() or a.GetNumExplicitHs() for a in atoms)
        if (charged or brackets) and not self._comes_back(molecule):
            return "ions" if charged else "hydrogen that the bonds do not tell"
        return None

    def _comes_back(self, molecule: Any):
        back = self._molecule(*self.types(molecule), False)
        smiles = chemistry.smiles_of(molecule)
        return back is not None and chemistry.smiles_of(back) == smiles

    def types(self, molecule: Any) -> tuple[np.ndarray, np.ndarray]:
        """The types of edges [nodes, nodes] and of nodes [nodes] of a molecule, uint8.

        Args:
            molecule: of rdkit, sanitised, with atoms that fit.
        """
        orders = chemistry.bond_orders(molecule, self.aromatic)
        edges = np.zeros((self.nodes, self.nodes), "uint8")
        nodes = np.zeros(self.nodes, "uint8")
        count = len(orders)
        # Aromatic bonds have the order 1.5.
        edges[:count, :count] = np.where(orders == 1.5, 4, orders)
        nodes[:count] = [
            1 + self.atoms.index(a.GetSymbol()) for a in molecule.GetAtoms()
        ]
        return edges, nodes

    def stacked(
        self, types: Sequence[tuple[np.ndarray, np.ndarray]]
    ) -> tuple[np.ndarray, np.ndarray]:
        """What `types` returns for n molecules, as arrays [n, ...]."""
        edges = np.zeros((len(types), self.nodes, self.nodes), "uint8")
        nodes = np.zeros((len(types), self.nodes), "uint8")
        for i, (of_edges, of_nodes) in enumerate(types):
            edges[i], nodes[i] = of_edges, of_nodes
        return edges, nodes

    # Batches

    def check_values(self, batch: Any) -> None:
        super().check_values(batch)
        edges = batch["edges"]
        turned = tf.transpose(edges, [0, 2, 1, 3])
        symmetric = tf.reduce_all(tf.abs(edges - turned) < 1e-3)
        tf.debugging.Assert(symmetric, ["kgan: expected edges equal to their mirror."])

    def request(self, n: int) -> Any:
        batch = super().request(n)
        upper = np.triu(batch["edges"], 1)
        return {**batch, "edges": upper + upper.transpose(0, 2, 1)}

    def picture(self, columns: dict[str, Any], per_row: int | None = None) -> Any:
        """Structural formulas; gray where there is no molecule."""
        parts = [self.molecules(graphs) for graphs in columns.values()]
        n = len(parts[0])
        per_row = per_row or max(1, round(math.sqrt(n / len(parts))))
        # Row i shows example i of each column.
        shown = [molecule for row in zip(*parts, strict=True) for molecule in row]
        drawn = np.stack([chemistry.draw(molecule, _SIDE) for molecule in shown])
        return tile(drawn, per_row * len(parts))

    def table(self, batch: Any) -> list[dict[str, Any]]:
        """SMILES, whether they are valid, and the properties of those that are.

        >>> space = kgan.spaces.Molecules(nodes=3)
        >>> space.table(space.graphs(["CO"]))[0]
        {'smiles': 'CO', 'valid': 1, 'qed': 0.385, 'logp': -0.392, 'sa': 2.701}

        Args:
            batch: of either form.

        Returns:
            A dictionary for each graph; `valid` is 1 for one molecule, and 0 for none,
            or for several parts; properties are those of `kgan.system.chemistry`.
        """
        return [_row(molecule) for molecule in self.molecules(batch)]


def _row(molecule: Any):
    whole = chemistry.is_whole(molecule)
    numbers = {
        "qed": chemistry.qed,
        "logp": chemistry.logp,
        "sa": chemistry.synthetic_accessibility,
    }
    return {
        "smiles": None if molecule is None else chemistry.smiles_of(molecule),
        "valid": int(whole),
        **{k: round(of(molecule), 3) if whole else None for k, of in numbers.items()},
    }
