"""Files into which people were written: they go when one of the people is erased."""

from pathlib import Path


def forget(folder: Path) -> int:
    """Remove all files: one that has only a name in it cannot be searched. Return how many went; they can be made anew."""
    found = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
