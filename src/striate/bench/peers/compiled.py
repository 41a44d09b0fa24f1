"""torch.compile."""

import torch

from striate.bench.contender import Contender
from striate.bench.exact import Operands
from striate.bench.peers.eager import LAYOUTS, tensor_contender, torch_convolution


def contenders(operands: Operands, gradients: bool, threads: int) -> list[Contender]:  # noqa: ARG001, torch's are set
    """Return torch's convolution compiled, on tensors of both layouts; the first run compiles."""
    torch.compiler.reset()  # each problem is a new graph: without it the limit of recompilations is met
    made = []
    for layout in LAYOUTS:
        convolve = torch.compile(torch_convolution(operands.problem, layout), fullgraph=True, dynamic=False)
        made.append(tensor_contender("compile", layout, convolve, operands, gradients))
    return made
