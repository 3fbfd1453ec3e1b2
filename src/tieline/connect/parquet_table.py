"""Parquet, some hundred rows at a time."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tieline.connect.limits import MIB, Limits
from tieline.connect.table import Row, cell_text, check_row_number, named_columns, row_of
from tieline.errors import UnreadableFileError

_BATCH_ROWS = 500
_BATCH_BYTES_MAX = 64 * MIB


class ParquetTable:
    """A Parquet file; nested values are written out as JSON.

    Raises:
        UnreadableFileError: It is damaged or too large.
    """

    encoding = ""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self.fraction = 0.0
        try:
            with pq.ParquetFile(path) as file:
                schema = file.schema_arrow
                self._rows = file.metadata.num_rows
        except (pa.ArrowException, OSError, ValueError):
            raise _damaged() from None
        check_row_number(self._rows, limits)
        self.columns = named_columns(schema.names, limits)
        # Kept as a dictionary, a long text repeated a million times is measured before it is multiplied.
        self._texts = [field.name for field in schema if _is_text(field.type)]

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not blank; the first one has number 2, below the header it would have on a sheet."""
        number = 1
        try:
            with pq.ParquetFile(self._path, read_dictionary=self._texts, pre_buffer=False) as file:
                for batch in file.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
                    columns = [_texts_of(column) for column in batch.columns]
                    for cells in zip(*columns, strict=True):
                        number += 1
                        if any(cells):
                            yield row_of(number, self.columns, cells)
                    self.fraction = (number - 1) / max(self._rows, 1)
        except (pa.ArrowException, OSError):
            raise _damaged() from None
        self.fraction = 1.0


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind))


def _texts_of(column: pa.Array) -> list[str]:
    if pa.types.is_dictionary(column.type):
        if not _is_text(column.type.value_type):
            return [cell_text(value) for value in column.to_pylist()]
        lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
        if (pc.sum(lengths).as_py() or 0) > _BATCH_BYTES_MAX:
            raise UnreadableFileError(
                "Cells hold too much text.", way_out="Leave out the column with long text."
            )
        column = column.dictionary_decode()
    return [cell_text(value) for value in column.to_pylist()]


def _damaged() -> UnreadableFileError:
    return UnreadableFileError("The Parquet file is damaged.", way_out="Export it again.")
