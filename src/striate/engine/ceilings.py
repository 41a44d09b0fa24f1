"""What the machine can do at most, measured: multiply-adds and copied bytes a second."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from striate.arithmetic import DirectionCost
from striate.engine._load import has_kernels, ops

# Bytes read and written by a copy, from inside a core's cache to main memory.
_COPY_SIZES = tuple(2**power for power in (20, 22, 24, 26, 28))
_DTYPES = {"f32": torch.float32, "f64": torch.float64}


@dataclass(frozen=True)
class Ceilings:
    """The two ceilings on a number of threads.

    Args:
        flops: operations a second by dtype (`"f32"`, `"f64"`), a multiply-add counted as two.
        flops_by: how that was measured.
        bandwidth: (bytes, bytes a second) of copies, read and written bytes counted, by rising size.
    """

    flops: dict[str, float]
    flops_by: str
    bandwidth: tuple[tuple[int, float], ...]

    def bandwidth_for(self, size: int) -> float:
        """Return the fastest copy of this many bytes or more, so that small problems are held to the caches' rate."""
        held = [number for number, (measured, _) in enumerate(self.bandwidth) if measured <= size]
        return max(rate for _, rate in self.bandwidth[held[-1] if held else 0 :])

    def floor(self, cost: DirectionCost, dtype: str) -> tuple[float, str]:
        """Return the seconds that a computation takes at least, and whether `"operations"` or `"bytes"` say so."""
        computing = 2 * cost.multiply_adds / self.flops[dtype]
        moving = cost.bytes / self.bandwidth_for(cost.bytes)
        return max((computing, "operations"), (moving, "bytes"))


def measure_ceilings(seconds: float = 0.5) -> Ceilings:
    """Measure both ceilings on torch's threads; each measurement takes about this many seconds.

    The peak is that of multiply-adds in registers at the instruction set in use; without the compiled kernels it is the
    fastest matrix product of torch's, which stays under it.

    >>> sorted(measure_ceilings(0.001).flops)
    ['f32', 'f64']
    """
    measure = _register_flops if has_kernels() else _matmul_flops
    flops = {name: measure(dtype, seconds) for name, dtype in _DTYPES.items()}
    bandwidth = tuple((size, size / _fastest(_copy(size), seconds / len(_COPY_SIZES))) for size in _COPY_SIZES)
    return Ceilings(flops, "multiply-adds in registers" if has_kernels() else "torch.matmul", bandwidth)


def _register_flops(dtype: torch.dtype, seconds: float) -> float:
    tasks, rounds = 64, 4096  # 0.1 GFLOP at AVX-512: some 0.2 ms, in which a thread is rarely taken off its core
    double = dtype == torch.float64
    operations: int = ops().multiply_add(double, tasks, rounds)
    return operations / _fastest(lambda: ops().multiply_add(double, tasks, rounds), seconds)


def _matmul_flops(dtype: torch.dtype, seconds: float) -> float:
    n = 1024  # 2 GFLOP: long enough that starting the threads is nothing
    a, b = (torch.rand(n, n, dtype=dtype, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1))
    out = torch.empty_like(a)
    return 2 * n**3 / _fastest(lambda: torch.mm(a, b, out=out), seconds)


def _copy(size: int) -> Callable[[], object]:
    source = torch.arange(size // 8, dtype=torch.float32)  # 4 bytes an element are read and 4 written
    target = torch.zeros_like(source)
    return lambda: target.copy_(source)


def _fastest(call: Callable[[], object], seconds: float) -> float:
    """Return the least time of a call, of those made in this many seconds and of three at least."""
    times: list[float] = []
    while len(times) < 3 or sum(times) < seconds:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)
