"""Where results are: JSON files 001.json, 002.json ... beside what they are of."""

from pathlib import Path

from kgan.recipes.loading import is_run


def folder_of(source):
    """The directory of the results of a source: in a run, beside anything else."""
    source = Path(source)
    if is_run(source):
        return source / "evaluations"
    return source.with_name(f"{source.name}.evaluations")


def next_path(source):
    """The path of a new result of `source`."""
    numbers = [int(path.stem) for path in _numbered(folder_of(source))]
    return folder_of(source) / f"{max(numbers, default=0) + 1:03d}.json"


def newest_path(source):
    """The newest result of `source`, or `source` itself if it is one.

    Raises:
        ValueError: if there is none.
    """
    source = Path(source)
    if source.suffix == ".json":
        return source
    found = _numbered(folder_of(source))
    if not found:
        raise ValueError(
            f"Expected a JSON file of kgan evaluate, or what was evaluated. Received: "
            f"{source}, without results in {folder_of(source)}. Make one: kgan "
            f"evaluate {source}"
        )
    return max(found, key=lambda path: int(path.stem))


def _numbered(folder):
    return [path for path in folder.glob("*.json") if path.stem.isdigit()]
