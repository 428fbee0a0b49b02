"""Writes the tables of docs/image_to_image.md and draws its pictures.

    python scripts/draw_translation.py      # from results/translation

A table stands between `<!-- NAME -->` and `<!-- end -->`. Pictures are drawn from the
.npz files that runs leave beside their results, where they are.
"""

import json
from pathlib import Path

import numpy as np
from docs_pages import DOCS, table, write_tables
from PIL import Image, ImageDraw

from kgan.recipes.translation_study import EXPERIMENTS

RESULTS = Path(__file__).parents[1] / "results" / "translation"
# What is there without learning, as tables call it.
BASELINES = {
    "nothing": "the source itself",
    "gray": "gray",
    "mean": "the mean color everywhere",
    "bicubic": "bicubic",
}
# Columns: key -> title, digits.
PAIRS = {"l1": ("L1", 3), "psnr": ("PSNR, dB", 2), "ssim": ("SSIM", 3)}
PAIRS |= {"lpips": ("LPIPS", 3)}
SETS = {
    "frechet_distance_squeezenet": ("Frechet, SqueezeNet", 0),
    "frechet_distance_color": ("Frechet, color", 1),
    "kernel_distance_color": ("kernel, color", 2),
}
COLORS = {
    "ab_psnr": ("PSNR of a*b*, dB", 2),
    "colorfulness": ("colorfulness", 1),
    "colorfulness_true": ("of real ones", 1),
    "lpips": ("LPIPS", 3),
}
FOUND = {
    "retrieval_pixels": ("found, pixels", 3),
    "retrieval_squeezenet": ("found, SqueezeNet", 3),
}
COLUMNS = {
    "facades64": {**PAIRS, **SETS},
    "facades128": {**PAIRS, **SETS},
    "emoji": {**PAIRS, **FOUND, "frechet_distance_color": ("Frechet, color", 1)},
    "yosemite": SETS,
    "color_cifar": {**COLORS, "frechet_distance_color": ("Frechet, color", 1)},
    "color_bsd": COLORS,
    "sr4": {"psnr": ("PSNR, dB", 2), "ssim": ("SSIM", 4), "lpips": ("LPIPS", 3)},
}
COLUMNS["sr2"] = COLUMNS["sr4"]
# The picture of the README: experiment -> setting, endpoint, title, two examples.
SHOWN = {
    "facades128": ("both", "translate", "pix2pix", (1, 2)),
    "emoji": ("cyclegan", "translate", "CycleGAN", (1, 2)),
    "yosemite": ("cyclegan", "translate_back", "CycleGAN", (1, 2)),
    "color_cifar": ("both", "translate", "colors", (1, 2)),
}
GAP, LABEL = 4, 14


def main():
    found = {name: read(name) for name in EXPERIMENTS}
    write_tables("image_to_image.md", {n: scores(n, r) for n, r in found.items() if r})
    pictures = {name: with_pictures(name, results) for name, results in found.items()}
    draw_overview(pictures)
    for name, shown in pictures.items():
        if shown:
            draw = draw_whole if EXPERIMENTS[name].whole else draw_rows
            draw(name, shown)


def read(name):
    """Setting -> result, baselines first."""
    keys = [*BASELINES, *EXPERIMENTS[name].settings]
    paths = {key: RESULTS / name / f"{key}.json" for key in keys}
    return {k: json.loads(p.read_text()) for k, p in paths.items() if p.exists()}


def title_of(name, key):
    settings = EXPERIMENTS[name].settings
    return settings[key].title if key in settings else BASELINES[key]


def scores(name, results):
    """Lines of a table: settings in rows, scores of each test in columns."""
    experiment, columns = EXPERIMENTS[name], COLUMNS[name]
    ways = [""]
    if name == "yosemite":
        ways.append("translate_back_")
    header, places = ["", "minutes"], []
    for test in experiment.tests:
        for way in ways:
            for key, (text, digits) in columns.items():
                before = f"{test}: " if len(experiment.tests) > 1 else ""
                after = f", {'back' if way else 'there'}" if len(ways) > 1 else ""
                header.append(f"{before}{text}{after}")
                places.append((test, way + key, digits))
    rows = []
    for key, result in results.items():
        seconds = result.get("training_cpu_seconds")
        row = [title_of(name, key), f"{seconds / 60:.0f}" if seconds else ""]
        for test, score, digits in places:
            row.append(cell(result[test], score, digits))
        rows.append(row)
    return table(header, rows)


def cell(scores, key, digits):
    """A number, and its standard error where a result has it."""
    parts = [scores[k] for k in (key, f"{key}_error") if k in scores]
    return " ± ".join(f"{part:.{digits}f}" for part in parts)


def with_pictures(name, results):
    """Setting -> the pictures of its file, where it is."""
    paths = {key: RESULTS / name / f"{key}.npz" for key in results}
    return {k: dict(np.load(p)) for k, p in paths.items() if p.exists()}


def draw_rows(name, shown):
    """Examples in rows; source, settings and target in columns."""
    ways = {key.rpartition("_")[0] for pictures in shown.values() for key in pictures}
    for way in sorted(ways):
        some = [p for p in shown.values() if f"{way}_source" in p]
        settings = [k for k, p in shown.items() if f"{way}_output" in p]
        settings = [k for k in settings if k not in ("nothing", "gray")]
        if not settings:
            continue
        columns = {"source": some[-1][f"{way}_source"]}
        columns |= {title_of(name, k): shown[k][f"{way}_output"] for k in settings}
        if EXPERIMENTS[name].data.paired:
            columns["target"] = some[-1][f"{way}_target"]
        back = "_back" if way.endswith("back") else ""
        save(columns.items(), f"translation_{name}{back}")


def draw_whole(name, shown):
    """Parts of the first images of the first test."""
    test = next(iter(EXPERIMENTS[name].tests))
    factor, side = EXPERIMENTS[name].factor, 96
    rows = (0, 1, 2, 4)
    columns = {}
    for key, pictures in shown.items():
        if key == "nothing":
            continue
        outputs = [cut(pictures[f"{test}_{i}_output"], side) for i in rows]
        columns[title_of(name, key)] = np.stack(outputs)
    last = next(reversed(shown.values()))
    if factor == 1:
        columns.pop("gray", None)
        sources = [cut(last[f"{test}_{i}_source"], side) for i in rows]
        columns = {"source": np.stack(sources), **columns}
    targets = [cut(last[f"{test}_{i}_target"], side) for i in rows]
    columns["target"] = np.stack(targets)
    save(columns.items(), f"translation_{name}")


def draw_overview(found):
    """Sources above what a setting makes of them, an experiment beside the other."""
    columns = []
    for name, (setting, way, title, examples) in SHOWN.items():
        pictures = found[name].get(setting)
        if pictures is None:
            return
        for i in examples:
            pair = [pictures[f"test_{way}_{what}"][i] for what in ("source", "output")]
            columns.append((title, color(pair)))
    save(columns, "translations")


def color(images):
    """uint8 images [height, width, 3] of images of one or three channels."""
    return [np.repeat(image, 3 // image.shape[-1], axis=-1) for image in images]


def cut(image, side):
    top, left = ((length - side) // 2 for length in image.shape[:2])
    return image[top : top + side, left : left + side]


def save(columns, name):
    """A picture of (title, images) in columns, enlarged to 96 pixels."""
    side = 96
    columns = list(columns)
    count = min(6, *(len(images) for _, images in columns))
    width = len(columns) * (side + GAP) - GAP
    sheet = Image.new("RGB", (width, LABEL + count * (side + GAP) - GAP), "white")
    draw = ImageDraw.Draw(sheet)
    for x, (title, images) in enumerate(columns):
        draw.text((x * (side + GAP), 1), title.partition(",")[0][:16], fill="black")
        for y, image in enumerate(images[:count]):
            tile = Image.fromarray(color([image])[0])
            resample = Image.Resampling.NEAREST
            tile = tile.resize((side, side), resample)
            sheet.paste(tile, (x * (side + GAP), LABEL + y * (side + GAP)))
    sheet.save(DOCS / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
