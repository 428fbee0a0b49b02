"""The report of what was found in a folder of images, as a table and as a page."""

from __future__ import annotations

import base64
import csv
import html
import io
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kgan.system.image_files import as_picture

# Bars of the histogram, and its size in pixels.
_BARS, _WIDTH, _HEIGHT = 48, 720, 190


class Found(NamedTuple):
    """One image of a report.

    Attributes:
        file: its path below the folder.
        score: how strange it is.
        anomalous: its verdict.
        picture: the path of its overlay below the report.
    """

    file: str
    score: float
    anomalous: bool
    picture: str


def table(found: Sequence[Found], threshold: float | None) -> str:
    """The images as CSV, the strangest first.

    >>> from kgan.results.detection_page import Found, table
    >>> print(table([Found("a.jpg", 0.5, True, "overlays/a.png")], 0.25))
    file,score,score_per_threshold,verdict,overlay
    a.jpg,0.5,2,anomalous,overlays/a.png
    <BLANKLINE>

    Args:
        found: the images.
        threshold: a score above it is an alarm; None if it is not known.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", "score", "score_per_threshold", "verdict", "overlay"])
    for one in _strangest_first(found):
        share = "" if not threshold else f"{one.score / threshold:.6g}"
        row = [one.file, f"{one.score:.9g}", share, _verdict(one), one.picture]
        writer.writerow(row)
    return text.getvalue()


def page(
    found: Sequence[Found],
    pictures: dict[str, np.ndarray],
    facts: dict[str, str],
    notes: Sequence[str],
    threshold: float | None,
) -> str:
    """The report as one HTML page that needs no other file.

    Args:
        found: all images.
        pictures: file -> uint8 [height, width, 3], those that the page shows.
        facts: name -> what is said at the top of the page.
        notes: sentences about what a reader should know.
        threshold: as for `table`.
    """
    ordered = _strangest_first(found)
    alarms = sum(one.anomalous for one in found)
    share = f"{alarms / max(1, len(found)):.1%}"
    tiles = [("images", len(found)), ("anomalous", alarms), ("share", share)]
    if threshold is not None:
        tiles.append(("threshold", f"{threshold:.4g}"))
    cards = [_card(one, pictures, threshold) for one in ordered if one.file in pictures]
    hidden = len(found) - len(cards)
    rest = f"<p class=dim>{hidden} more images are in scores.csv.</p>" if hidden else ""
    return _PAGE.format(
        style=_STYLE,
        tiles="".join(
            f"<div class=tile><b>{value}</b><span>{name}</span></div>"
            for name, value in tiles
        ),
        notes="".join(f"<li>{html.escape(note)}</li>" for note in notes),
        facts="".join(
            f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>"
            for name, value in facts.items()
        ),
        histogram=_histogram(found, threshold),
        folders=_folders(found),
        cards="".join(cards),
        rest=rest,
        alarms=alarms,
        normal=len(found) - alarms,
        all=len(found),
    )


def _strangest_first(found: Sequence[Found]):
    return sorted(found, key=lambda one: (-one.score, one.file))


def _verdict(one: Found):
    return "anomalous" if one.anomalous else "normal"


def _card(one: Found, pictures: dict[str, np.ndarray], threshold: float | None):
    kind, name = _verdict(one), html.escape(one.file)
    ratio = f" · {one.score / threshold:.2f} × threshold" if threshold else ""
    return (
        f'<figure class="card {kind}"><img loading=lazy alt="{name}" '
        f'src="data:image/jpeg;base64,{_jpeg(pictures[one.file])}">'
        f"<figcaption><span class=badge>{kind}</span> <b>{one.score:.4g}</b>"
        f"<span class=dim>{ratio}</span><br><span class=file>{name}</span>"
        "</figcaption></figure>"
    )


def _jpeg(picture: np.ndarray):
    file = io.BytesIO()
    as_picture(picture).save(file, "JPEG", quality=85)
    return base64.b64encode(file.getvalue()).decode()


def _folders(found: Sequence[Found]):
    """A table of subfolders, where there are several."""
    rows = {}
    for one in found:
        top = one.file.rpartition("/")[0]
        rows.setdefault(top, []).append(one)
    if len(rows) < 2:
        return ""
    lines = []
    for top, those in sorted(rows.items()):
        alarms = sum(one.anomalous for one in those)
        middle = float(np.median([one.score for one in those]))
        lines.append(
            f"<tr><td>{html.escape(top or '.')}</td><td>{len(those)}</td>"
            f"<td>{alarms}</td><td>{alarms / len(those):.1%}</td>"
            f"<td>{middle:.4g}</td></tr>"
        )
    head = "<tr><th>folder<th>images<th>anomalous<th>share<th>median score</tr>"
    return f"<h2>By folder</h2><table class=folders>{head}{''.join(lines)}</table>"


def _histogram(found: Sequence[Found], threshold: float | None):
    """The scores as an SVG, on a logarithmic axis."""
    scores = np.maximum([one.score for one in found], 1e-12)
    ends = [scores.min(), scores.max(), *([threshold] if threshold else [])]
    low, high = math.log10(max(min(ends), 1e-12)), math.log10(max(ends))
    margin = max(0.02, 0.03 * (high - low))
    low, high = low - margin, high + margin
    edges = np.linspace(low, high, _BARS + 1)
    logs, alarm = np.log10(scores), np.array([one.anomalous for one in found])
    counts = [np.histogram(logs[k], edges)[0] for k in (~alarm, alarm)]
    top = max(1, int((counts[0] + counts[1]).max()))
    bars, width, base = [], _WIDTH / _BARS, _HEIGHT - 24
    for i in range(_BARS):
        y = base
        for kind, count in zip(("normal", "anomalous"), counts, strict=True):
            height = count[i] / top * (base - 20)
            y -= height
            if height:
                bars.append(
                    f'<rect class={kind} x="{i * width + 1:.1f}" y="{y:.1f}" '
                    f'width="{width - 2:.1f}" height="{height:.1f}"/>'
                )

    def place(value: float):
        return (math.log10(value) - low) / (high - low) * _WIDTH

    ticks = [
        f'<text class=tick x="{place(v):.1f}" y="{_HEIGHT - 6}">{v:g}</text>'
        for v in _ticks(10**low, 10**high)
    ]
    line = ""
    if threshold:
        x = place(threshold)
        anchor = "end" if x > _WIDTH / 2 else "start"
        line = (
            f'<line class=limit x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{base}"/>'
            f'<text class=limit x="{x + (-6 if anchor == "end" else 6):.1f}" y="14" '
            f'text-anchor="{anchor}">threshold {threshold:.4g}</text>'
        )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role=img aria-label="scores">'
        f'<line class=axis x1="0" x2="{_WIDTH}" y1="{base}" y2="{base}"/>'
        f"{''.join(bars)}{line}{''.join(ticks)}</svg>"
    )


def _ticks(low: float, high: float):
    steps = (1, 2, 5) if high / low > 4 else (1, 1.5, 2, 3, 4, 5, 6, 7, 8)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [float(f"{s * 10.0**d:.3g}") for d in decades for s in steps]
    inside = [v for v in values if low * 1.02 <= v <= high / 1.02]
    return inside[:: math.ceil(len(inside) / 10) or 1]


_STYLE = """
:root{--ink:#1d2530;--dim:#6a7482;--line:#e2e6ec;--bad:#c8321f;--good:#3b7ea1;
--paper:#fff;--back:#f4f6f8}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);
font:15px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:1120px;margin:0 auto;padding:28px 24px 60px}
h1{font-size:26px;margin:0 0 16px}h2{font-size:18px;margin:32px 0 10px}
.tiles{display:flex;gap:12px;flex-wrap:wrap;margin-bottom:18px}
.tile{background:var(--paper);border:1px solid var(--line);border-radius:10px;
padding:12px 20px;min-width:120px}
.tile b{display:block;font-size:24px}.tile span,.dim{color:var(--dim)}
.box{background:var(--paper);border:1px solid var(--line);border-radius:10px;
padding:16px 18px}
table{border-collapse:collapse}th{text-align:left;font-weight:600}
.facts th,.facts td{padding:2px 18px 2px 0;vertical-align:top}
.facts th{color:var(--dim)}
.folders{background:var(--paper);border:1px solid var(--line)}
.folders th,.folders td{padding:6px 16px;border-bottom:1px solid var(--line)}
.folders td+td{text-align:right}
svg{width:100%;height:auto;display:block}
svg .normal{fill:var(--good)}svg .anomalous{fill:var(--bad)}
svg .axis{stroke:var(--line)}line.limit{stroke:var(--ink);stroke-dasharray:4 3}
text{font-size:12px;fill:var(--ink)}text.tick{text-anchor:middle;fill:var(--dim)}
ul{padding-left:20px;margin:10px 0 0}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:14px;
margin-top:12px}
.card{margin:0;background:var(--paper);border:1px solid var(--line);border-radius:10px;
overflow:hidden}
.card img{width:100%;display:block;background:#fff}
figcaption{padding:8px 12px 10px;overflow-wrap:anywhere}
.file{font-size:13px;color:var(--dim)}
.badge{font-size:12px;color:#fff;border-radius:9px;padding:1px 9px;
background:var(--good)}
.anomalous .badge{background:var(--bad)}
input{position:absolute;opacity:0}
label{display:inline-block;padding:4px 14px;border:1px solid var(--line);
border-radius:16px;background:var(--paper);margin-right:6px;cursor:pointer}
input:checked+label{background:var(--ink);color:#fff}
input:focus-visible+label{outline:2px solid var(--good)}
#a:checked~.grid .normal,#n:checked~.grid .anomalous{display:none}
"""

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Anomalies</title><style>{style}</style></head><body><main>
<h1>Anomalies</h1>
<div class=tiles>{tiles}</div>
<div class=box><table class=facts>{facts}</table><ul class=dim>{notes}</ul></div>
<h2>Scores</h2>
<div class=box>{histogram}</div>
{folders}
<h2>Images, the strangest first</h2>
<div>
<input type=radio name=show id=all checked><label for=all>all {all}</label>
<input type=radio name=show id=a><label for=a>anomalous {alarms}</label>
<input type=radio name=show id=n><label for=n>normal {normal}</label>
<div class=grid>{cards}</div>{rest}
</div>
</main></body></html>
"""
