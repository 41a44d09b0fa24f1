"""How a batch is learnt from: by one process, by replicas that share their gradients, or by parts of one model."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from copy import deepcopy

import torch
from torch import Tensor, nn

from striate.train.averaging import averaged_copy
from striate.train.distributed.norms import Together, synchronised
from striate.train.distributed.processes import Processes
from striate.train.distributed.shards import whole
from striate.train.lesson import Lesson
from striate.train.metrics import device_of
from striate.train.schedule import trainable
from striate.train.settings import Settings


class Learner:
    """A model as it is trained: itself, the same on every process, or a copy that is sharded over them.

    The gradient of a batch is the mean over its samples, however many processes and parts it is split into, so that
    they all come to the weights that one process alone would have come to, but for rounding. What a model draws, such
    as the masks of dropout, is drawn anew on each process.

    Args:
        model: Holds the whole of the weights; where they are sharded, `gather` brings them there.
        lesson: What is learnt.
        settings: `accumulate` and `ema` matter.
        processes: Who trains it.
        sharded: Whether each process keeps only its part of weights, gradients and the optimiser's sums (FSDP2).

    Source: S. Li et al., "PyTorch distributed: experiences on accelerating data parallel training", 2020; Y. Zhao et
    al., "PyTorch FSDP: experiences on scaling fully sharded data parallel", 2023.
    """

    def __init__(
        self, model: nn.Module, lesson: Lesson, settings: Settings, processes: Processes, *, sharded: bool = False
    ) -> None:
        self.model, self.lesson, self.settings, self.processes = model, lesson, settings, processes
        self.sharded = sharded
        trainable(model)
        self.trained = model
        if sharded:  # and of contiguous weights, since fully_shard takes none that are channels last
            self.trained = deepcopy(model).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        self.average = averaged_copy(self.trained, settings.ema) if settings.ema else None
        self.together = Together()
        self._step: nn.Module = _Step(self.trained, lesson, settings)
        if sharded:
            from torch.distributed.fsdp import fully_shard  # noqa: PLC0415  0.5 s that only sharding needs

            # One group of parameters: a lesson may call any method of a model, and only the outermost forward is sure
            # to be called. They are whole while a batch is learnt from, and in parts in between.
            fully_shard(self._step)
            if self.average is not None:
                fully_shard(self.average.module)
        elif processes.count > 1:
            # Parameters that a loss leaves out are looked for; without that, DDP would order its sums anew after the
            # first step of every session, and a resumed training would differ in the last bits. It complains where it
            # looks for them and finds none: here is one.
            self._step.register_parameter("left_out", nn.Parameter(torch.zeros(1, device=device_of(model))))
            self._step = nn.parallel.DistributedDataParallel(self._step, find_unused_parameters=True)

    @contextmanager
    def learning(self) -> Iterator[None]:
        """A context in which batches are learnt from."""
        with ExitStack() as stack:
            if self.processes.count > 1:
                stack.enter_context(synchronised(self.trained, self.together))
            yield

    def gradients(self, batch: tuple[Tensor, ...], samples: int) -> tuple[float, float]:
        """Add the gradients of a batch to the parameters'; return the sums over the batch of loss and figure of merit.

        Args:
            batch: This process's part.
            samples: Of the batch of all processes.
        """
        shared = samples >= self.processes.count
        self.together.yes = shared
        of_all = samples // self.processes.count if shared else samples
        parts = list(zip(*(one.tensor_split(min(self.settings.accumulate, of_all)) for one in batch), strict=True))
        total, merits = 0.0, 0.0
        for number, part in enumerate(parts):
            with self._synchronised(last=number == len(parts) - 1):
                loss, merit = self._step(*part)
                rows = len(part[0])
                total += loss.item() * rows
                merits += merit
                # DDP and FSDP take the mean over processes
                (loss * (rows * (self.processes.count if shared else 1) / samples)).backward()
        if shared:
            total, merits = self.processes.sums(total, merits)
        return total, merits

    def gather(self) -> nn.Module:
        """Return the model whose weights are measured and kept, whole: the averaged one where there is one."""
        if not self.sharded:
            return self.trained if self.average is None else self.average.module
        kept = self.trained if self.average is None else self.average.module
        self.model.load_state_dict({name: whole(value) for name, value in kept.state_dict().items()})
        return self.model

    def _synchronised(self, *, last: bool) -> AbstractContextManager[None]:
        if isinstance(self._step, nn.parallel.DistributedDataParallel):
            return nullcontext() if last else self._step.no_sync()
        if self.sharded:
            self._step.set_requires_gradient_sync(last)  # type: ignore[operator]
        return nullcontext()


class _Step(nn.Module):
    """The loss of a batch, as the forward of a module, which is what DDP and FSDP watch."""

    def __init__(self, model: nn.Module, lesson: Lesson, settings: Settings) -> None:
        super().__init__()
        self.model = model
        self.lesson = lesson
        self.settings = settings

    def forward(self, *batch: Tensor) -> tuple[Tensor, float]:
        return self.lesson.loss(self.model, batch, self.settings)
