"""The study of MolGAN on QM9: forms of the game, each for the same time.

    python scripts/molecule_study.py --data qm9.smi.gz --minutes 10
    python scripts/molecule_study.py --data qm9.smi.gz --settings rpgan rpgan_qed
    python scripts/draw_molecules.py                      # table and figures

The settings are kgan/recipes/molecule_study.py. A run leaves SETTING.json in
results/molecules, its scores after each part of the training, and SETTING.smi, some of
its molecules. A run that is there is left alone. The minutes are those of a processor,
see timed.py.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from timed import steps_in, trained

import kgan
from kgan.recipes.molecule_study import SETTINGS
from kgan.system.files import atomic_file

RESULTS = Path(__file__).parents[1] / "results" / "molecules"
# As many as in the program of MolGAN's authors.
GRAPHS = 6400
PARTS, PART_GRAPHS, SHOWN = 8, 1600, 100


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="a file of SMILES, such as QM9's")
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=[*SETTINGS])
    parser.add_argument("--minutes", type=float, default=10.0, help="of each training")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    source = kgan.data.open_source(options.data)
    known = source.space.packed(source.space.to_public(everything(source)))
    for key in options.settings:
        path = options.results / f"{key}.json"
        if not path.exists():
            run(key, source, known, path, options.minutes)


def everything(source):
    """All examples of a source, in its order."""
    (batch,) = source.batches(source.size, shuffle=False).take(1)
    return {name: np.asarray(part) for name, part in batch.items()}


def run(key, source, known, path, minutes):
    """One setting: training for the time, scores, molecules."""
    rows = SETTINGS[key].recipe(1000).examples_a_step
    batches = source.batches(rows, seed=0).repeat()
    steps = steps_in(built(key, source, 1000), batches, minutes / PARTS)
    model = built(key, source, PARTS * steps * rows)
    metric = kgan.metrics.ValidUniqueNovel(source.space, capacity=len(known))
    curve, seconds = [], 0.0
    for _ in range(PARTS):
        logs, took = trained(model, batches, steps)
        seconds += took
        curve.append(
            {
                "graphs": int(model.images_seen),
                **shares(metric, packed(model, PART_GRAPHS), known),
            }
        )
        print(key, curve[-1], logs, flush=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    made = packed(model, GRAPHS)
    real = known[np.random.default_rng(0).choice(len(known), GRAPHS, replace=False)]
    result = {
        "minutes": round(seconds / 60, 2),
        "graphs": int(model.images_seen),
        "steps": int(model.steps),
        "logs": logs,
        "curve": curve,
        **scored(metric, real, made, known),
    }
    smiles = [s or "" for s in model.smiles(SHOWN, seed=0)]
    path.with_suffix(".smi").write_text("\n".join(smiles) + "\n")
    with atomic_file(path) as partial:
        partial.write_text(json.dumps(result, indent=1) + "\n")
    print(key, json.dumps(result), flush=True)


def built(key, source, graphs):
    keras.backend.clear_session()
    return SETTINGS[key].recipe(graphs).build(source)


def packed(model, n):
    """n generated graphs, packed."""
    graphs = model.generate(n, seed=0)
    return model.examples.packed(model.examples.to_public(graphs))


def shares(metric, made, known):
    """Validity, uniqueness and novelty."""
    scores = metric.score(None, made, known=known)
    return {name: round(score.value, 4) for name, score in scores.items()}


def scored(metric, real, made, known):
    """All scores, by the strict protocol and by that of the authors' program."""
    space = metric.space
    theirs = kgan.metrics.ValidUniqueNovel(space, "molgan", capacity=len(known))
    found = shares(metric, made, known)
    for name, value in shares(theirs, made, known).items():
        found[f"molgan_{name}"] = value
    for kind in ("MoleculeProperties", "DescriptorDistance"):
        scores = getattr(kgan.metrics, kind)(space).score(real, made)
        found |= {name: round(score.value, 4) for name, score in scores.items()}
    return found


if __name__ == "__main__":
    main()
