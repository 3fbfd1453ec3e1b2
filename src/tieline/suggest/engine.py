"""Where pairs are compared: by DuckDB in this process, or on a Spark cluster. Nothing else is chosen here.

The plan is written in DuckDB's SQL; Splink translates it for Spark, and `spark.py` gives what then has another name.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pyarrow as pa

from tieline.suggest import spark

Register = Callable[[pa.Table, str], Any]
"""Takes a table and its name, and returns the table as Splink's linker wants it."""
_ON_DUCKDB = 1_000_000
_ON_SPARK = 10_000_000


class Engine(NamedTuple):
    """Where pairs are compared.

    Attributes:
        master: Address of a Spark cluster, as Spark writes it; "" is DuckDB in this process, with one thread.
        folder: Where all machines of the cluster reach what is kept until the search ends; "" is a temporary folder of
            this machine.
    """

    master: str = ""
    folder: str = ""

    @property
    def profiles_max(self) -> int:
        """How many profiles are compared at most; the normal forms of all are held by the process that searches."""
        return _ON_SPARK if self.master else _ON_DUCKDB

    def check(self) -> None:
        """See that everything is there, before anything is read.

        Raises:
            UnavailableError: pyspark, Java or the folder is missing.
        """
        if self.master:
            spark.check(self.master, self.folder)


DUCKDB = Engine()


@contextmanager
def opened(engine: Engine) -> Iterator[Register]:
    """Open an engine until the end of the block; what it kept is removed then.

    Raises:
        UnavailableError: Spark is not there, or gave up.
    """
    if engine.master:
        engine.check()
        with spark.opened(engine.master, engine.folder) as register:
            yield register
        return
    import duckdb
    from splink.backends.duckdb import DuckDBAPI

    api = DuckDBAPI(duckdb.connect(config={"threads": 1}))
    yield lambda table, name: api.register(table, dataset_display_name=name)
