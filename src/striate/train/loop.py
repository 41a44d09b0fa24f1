"""The training loop: batches, steps, epochs, and what is kept of them."""

import math
import signal
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from torch import Tensor, nn

from striate.data import batch_indices, stream
from striate.train.callbacks import Callback, Step
from striate.train.config import Config
from striate.train.determinism import kept_generators, seed_generators, thread_count
from striate.train.distributed.learner import Learner
from striate.train.distributed.processes import Processes
from striate.train.distributed.shards import here, whole
from striate.train.history import Row, columns_of
from striate.train.interruption import Interrupted, Interruption
from striate.train.lesson import Lesson, Measured
from striate.train.metrics import device_of
from striate.train.run import Run
from striate.train.schedule import build_optimizer, one_cycle
from striate.train.state import State, Tally
from striate.train.weights import check_weights

if TYPE_CHECKING:
    from striate.train.distributed.checkpoints import Checkpoints

_MODEL_STREAM = 1  # sets a step's generator of dropout apart from that of its augmentation


class DivergenceError(RuntimeError):
    """The loss or a weight became NaN or infinite."""


@dataclass
class Training:
    """A training under way; `state` is where it stands."""

    model: nn.Module
    lesson: Lesson
    config: Config
    callbacks: Sequence[Callback]
    save_seconds: float
    processes: Processes = field(default_factory=Processes)
    sharded: bool = False
    run: Run | None = None
    saved: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        settings = self.config.settings
        self.learner = Learner(self.model, self.lesson, settings, self.processes, sharded=self.sharded)
        self.average = self.learner.average
        self.optimizer = build_optimizer(self.learner.trained, settings)
        self.device = device_of(self.model)
        self.steps = math.ceil(len(self.lesson) / settings.batch_size)
        self.state = State(self.config.model, {}, {})

    def restore(self, run: Run) -> None:
        """Go to where a run was saved last: by one process in its state, or by several in their checkpoints."""
        saved = None
        if run.checkpoints.is_dir():
            saved = self.processes.agreed(self._checkpoints(run).newest() if self.processes.leader else None)
        try:
            state = State.load(run.state)
        except (FileNotFoundError, ValueError) as error:
            if saved is None:
                raise
            if self.processes.leader:
                warnings.warn(f"{error}; going on from {saved[0]}", stacklevel=2)
        else:
            check_weights(run.state, state.model, state.name, self.model, self.config.model)
            if saved is None or (saved[1].epoch, saved[1].step) < (state.epoch, state.step):
                self._restore_state(run, state)
                return
        self._restore_checkpoint(run, *saved)

    def _restore_state(self, run: Run, state: State) -> None:
        if self.sharded:
            from striate.train.distributed.checkpoints import spread  # noqa: PLC0415  as in _checkpoints

            spread(state, (self.learner.trained, self.average, self.optimizer))
        else:
            self.model.load_state_dict(state.model)
            self.optimizer.load_state_dict(state.optimizer)
            if self.average is not None:
                self.average.load_state_dict(state.average)
        self.run, self.state = run, state

    def _restore_checkpoint(self, run: Run, path: Path, state: State) -> None:
        from striate.train.distributed.checkpoints import restore  # noqa: PLC0415  as in _checkpoints

        trained = (self.learner.trained, self.average, self.optimizer)
        restore(self._checkpoints(run), path, state, trained, self.config.model)
        self.run, self.state = run, state

    def _checkpoints(self, run: Run) -> "Checkpoints":
        from striate.train.distributed.checkpoints import Checkpoints  # noqa: PLC0415  0.5 s that one process spares

        return Checkpoints(run.checkpoints, self.processes)

    def current_state(self) -> State:
        """Return the state with the weights and the optimiser's sums as they are now."""
        self.state.model, self.state.optimizer = self.model.state_dict(), self.optimizer.state_dict()
        if self.average is not None:
            self.state.average = {name: whole(value) for name, value in self.average.state_dict().items()}
        return self.state

    def complete(self) -> Measured:
        """Train what is left, and return the last metrics."""
        settings, metrics = self.config.settings, None
        with (
            self.processes.needing_all(),
            thread_count(settings.threads),
            kept_generators(self.device),
            Interruption() as interruption,
        ):
            with self.learner.learning():
                while self.state.epoch < settings.epochs:
                    self._learn_epoch(interruption)
                    metrics = self._end_epoch()
            kept = self.learner.gather()
            if metrics is None:  # stopped after its last epoch was saved
                metrics = self._measured(kept)
            if self.run is not None and self.processes.leader:
                self.run.finish(metrics)
            self.model.load_state_dict(kept.state_dict())
        return metrics

    def _measured(self, model: nn.Module) -> Measured:
        """Return what the leader measures; the others wait."""
        metrics = self.processes.agreed(self.lesson.measure(model) if self.processes.leader else None)
        if metrics is None:
            raise RuntimeError("the first process measured nothing")
        return metrics

    def _learn_epoch(self, interruption: Interruption) -> None:
        settings, state, tally = self.config.settings, self.state, self.state.tally
        begun = time.perf_counter() - tally.seconds
        self.learner.trained.train()
        order = batch_indices(
            len(self.lesson), settings.batch_size, seed=settings.seed, epoch=state.epoch, start=state.step
        )
        for step, indices in order:
            lr = one_cycle(state.epoch * self.steps + step, settings.epochs * self.steps, settings.lr)
            loss, merit = self._learn_batch(step, indices, lr)
            now = time.perf_counter()
            tally.loss += loss
            tally.merit += merit
            tally.samples += len(indices)
            tally.seconds = now - begun
            state.step = step + 1
            report = Step(
                epoch=state.epoch + 1,
                epochs=settings.epochs,
                step=state.step,
                steps=self.steps,
                loss=tally.loss / tally.samples,
                merit=tally.merit / tally.samples,
                lr=lr,
                samples_per_second=tally.samples / tally.seconds,
                figure=self.lesson.figure,
                unit=self.lesson.unit,
            )
            for callback in self.callbacks:
                callback.on_step(report)
            due = self.run is not None and self.processes.leader and now - self.saved >= self.save_seconds
            stopped, due = self.processes.any(interruption.signum is not None, due)
            if stopped:
                self._stop(interruption.signum or signal.SIGTERM)
            if due:
                self._save(lr)

    def _learn_batch(self, step: int, indices: Tensor, lr: float) -> tuple[float, float]:
        """Take one step; return the sums of the loss and of the figure of merit over the batch of all processes."""
        settings, epoch, processes = self.config.settings, self.state.epoch, self.processes
        whole = self.lesson.batch(indices, stream(settings.seed, epoch, step), settings)
        batch = tuple(part[processes.share(len(indices))].to(self.device) for part in whole)
        apart = (processes.rank,) if len(indices) >= processes.count > 1 else ()
        seed_generators(stream(settings.seed, epoch, step, _MODEL_STREAM, *apart).initial_seed(), self.device)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.zero_grad()
        loss, merit = self.learner.gradients(batch, len(indices))
        if not math.isfinite(loss):
            raise self._diverged(f"the loss is {loss / len(indices)}", step, lr)
        self.optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.learner.trained)
        return loss, merit

    def _end_epoch(self) -> Measured:
        state, tally = self.state, self.state.tally
        begun = time.perf_counter()
        kept = self.learner.gather()
        metrics = self._measured(kept)
        lr = self.optimizer.param_groups[0]["lr"]
        figure = self.lesson.figure
        values = (
            state.epoch + 1,
            tally.loss / tally.samples,
            *([tally.merit / tally.samples] if figure else []),
            metrics.loss,
            *([metrics.figure] if figure else []),
            lr,
            tally.seconds + time.perf_counter() - begun,
            tally.samples / tally.seconds,
        )
        row: Row = dict(zip(columns_of(figure, self.lesson.unit), values, strict=True))
        self._check_finite(lr)
        state.rows.append(row)
        state.epoch, state.step, state.tally = state.epoch + 1, 0, Tally()
        if self.run is not None:
            if self.processes.leader:
                self.run.save_results(state, kept)
            self._keep(self.run)
        for callback in self.callbacks:
            callback.on_epoch(row)
        return metrics

    def _save(self, lr: float) -> None:
        self._check_finite(lr)
        if self.run is not None:
            self._keep(self.run)

    def _keep(self, run: Run) -> None:
        """Save the state: of one process in a file, of those in a group in a checkpoint."""
        if self.processes.grouped:
            from striate.train.distributed.checkpoints import parts  # noqa: PLC0415  as in _checkpoints

            tensors = parts(self.learner.trained, self.average, self.optimizer)
            self._checkpoints(run).save(self.state, tensors, self.state.epoch * self.steps + self.state.step)
        else:
            self.current_state().save(run.state)
        self.saved = time.perf_counter()

    def _check_finite(self, lr: float) -> None:
        """Let no state be kept that could only diverge."""
        weights = ((name, here(value)) for name, value in self.learner.trained.named_parameters())
        broken = next((name for name, value in weights if not value.isfinite().all()), None)
        if any(self.processes.any(broken is not None)):
            where = f"the weights of {broken}" if broken else "weights of another process"
            raise self._diverged(f"{where} are NaN or infinite", self.state.step - 1, lr)

    def _diverged(self, what: str, step: int, lr: float) -> DivergenceError:
        peak = self.config.settings.lr
        kept = f"; the last good state is kept in {self.run.path}" if self.run is not None else ""
        return DivergenceError(
            f"training diverged: {what} at epoch {self.state.epoch + 1}, step {step + 1} of {self.steps}, "
            f"with lr {lr:.3g}{kept}; start again with a smaller lr than {peak:g}, such as {peak / 10:g}"
        )

    def _stop(self, signum: int) -> None:
        where = f"stopped at epoch {self.state.epoch + 1}, step {self.state.step} of {self.steps}"
        if self.run is None:
            raise Interrupted(f"{where}; nothing is kept, since no output was given", signum)
        self._save(self.optimizer.param_groups[0]["lr"])
        command = f"`striate train --output {quote(str(self.run.path))} --resume`"
        if self.processes.count > 1:
            command = f"{command}, under torchrun or alone"
        raise Interrupted(f"{where}; the state is saved: go on with {command}", signum)
