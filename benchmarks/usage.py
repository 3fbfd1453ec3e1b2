"""What process trees use: CPU time, and memory with shared pages counted once."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Self

import psutil

_MIB = 2**20
_EVERY_SECONDS = 0.5
_SHARE = 0.02
"""Of the time at most, that looking at memory may take: each look makes the kernel walk all pages of all processes."""


class Usage:
    """Time and CPU time that process trees use inside its blocks, added up, and their peak memory there.

    Attributes:
        seconds: How long the blocks took.
        cpu_seconds: User and system time of all processes, of those too that ended meanwhile; less what looking at memory took.
        peak_mib: Highest sum of PSS, looked at twice a second, or as often as that costs next to nothing.
    """

    def __init__(self, *pids: int) -> None:
        self._pids = pids
        self.seconds = self.cpu_seconds = self.peak_mib = 0.0

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._looking = 0.0
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._cpu, self._began = cpu_seconds(self._pids), time.perf_counter()
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._began
        self._over.set()
        self._sampler.join()
        self.cpu_seconds += cpu_seconds(self._pids) - self._cpu - self._looking
        self._look()

    def _sample(self) -> None:
        rest = _EVERY_SECONDS
        while not self._over.wait(rest):
            rest = max(_EVERY_SECONDS, self._look() / _SHARE)
        if os.getpid() in self._pids:
            self._looking = time.thread_time()

    def _look(self) -> float:
        """Look at memory; return the seconds it took."""
        began = time.perf_counter()
        self.peak_mib = max(self.peak_mib, memory_mib(self._pids))
        return time.perf_counter() - began


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the CPU time that process trees have used so far."""
    return float(sum(sum(times[:4]) for times in _each(pids, psutil.Process.cpu_times)))


def memory_mib(pids: Sequence[int]) -> float:
    """Return the memory of process trees, shared pages counted once."""
    return float(sum(info.pss for info in _each(pids, psutil.Process.memory_full_info)) / _MIB)


def _each(pids: Sequence[int], read: Callable[[Any], Any]) -> Iterable[Any]:
    """Read something of every process of the trees; one that ends meanwhile is left out."""
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(pid)
            for process in [root, *root.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    yield read(process)
