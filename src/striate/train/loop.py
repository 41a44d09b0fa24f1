"""The training loop: batches, steps, epochs, and what is kept of them."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from shlex import quote

from torch import Tensor, nn

from striate.data import batch_indices, stream
from striate.train.averaging import averaged_copy
from striate.train.callbacks import Callback, Step
from striate.train.config import Config
from striate.train.determinism import kept_generators, seed_generators, thread_count
from striate.train.history import Row, columns_of
from striate.train.interruption import Interrupted, Interruption
from striate.train.lesson import Lesson, Measured
from striate.train.metrics import device_of
from striate.train.run import Run
from striate.train.schedule import build_optimizer, one_cycle
from striate.train.state import State, Tally
from striate.train.weights import check_weights

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
    run: Run | None = None
    saved: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        settings = self.config.settings
        self.optimizer = build_optimizer(self.model, settings)
        self.average = averaged_copy(self.model, settings.ema) if settings.ema else None
        self.device = device_of(self.model)
        self.steps = math.ceil(len(self.lesson) / settings.batch_size)
        self.state = State(self.config.model, {}, {})

    def restore(self, run: Run) -> None:
        """Go to where a run was saved."""
        state = State.load(run.state)
        check_weights(run.state, state.model, state.name, self.model, self.config.model)
        self.model.load_state_dict(state.model)
        self.optimizer.load_state_dict(state.optimizer)
        if self.average is not None:
            self.average.load_state_dict(state.average)
        self.run, self.state = run, state

    def current_state(self) -> State:
        """Return the state with the weights and the optimiser's sums as they are now."""
        self.state.model, self.state.optimizer = self.model.state_dict(), self.optimizer.state_dict()
        if self.average is not None:
            self.state.average = self.average.state_dict()
        return self.state

    @property
    def kept(self) -> nn.Module:
        """The model whose weights are measured and kept: the averaged one where there is one."""
        return self.model if self.average is None else self.average.module

    def complete(self) -> Measured:
        """Train what is left, and return the last metrics."""
        settings, metrics = self.config.settings, None
        with thread_count(settings.threads), kept_generators(self.device), Interruption() as interruption:
            while self.state.epoch < settings.epochs:
                self._learn_epoch(interruption)
                metrics = self._end_epoch()
            if metrics is None:  # stopped after its last epoch was saved
                metrics = self.lesson.measure(self.kept)
            if self.run is not None:
                self.run.finish(metrics)
            self.model.load_state_dict(self.kept.state_dict())
        return metrics

    def _learn_epoch(self, interruption: Interruption) -> None:
        settings, state, tally = self.config.settings, self.state, self.state.tally
        begun = time.perf_counter() - tally.seconds
        self.model.train()
        order = batch_indices(
            len(self.lesson), settings.batch_size, seed=settings.seed, epoch=state.epoch, start=state.step
        )
        for step, indices in order:
            lr = one_cycle(state.epoch * self.steps + step, settings.epochs * self.steps, settings.lr)
            loss, merit = self._learn_batch(step, indices, lr)
            now = time.perf_counter()
            tally.loss += loss * len(indices)
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
            if interruption.signum is not None:
                self._stop(interruption.signum)
            if self.run is not None and now - self.saved >= self.save_seconds:
                self._save(lr)

    def _learn_batch(self, step: int, indices: Tensor, lr: float) -> tuple[float, float]:
        """Take one step; return the mean loss and the sum of the figure of merit over the batch."""
        settings, epoch = self.config.settings, self.state.epoch
        generator = stream(settings.seed, epoch, step)
        batch = tuple(part.to(self.device) for part in self.lesson.batch(indices, generator, settings))
        seed_generators(stream(settings.seed, epoch, step, _MODEL_STREAM).initial_seed(), self.device)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        loss, merit = self.lesson.loss(self.model, batch, settings)
        value = loss.item()
        if not math.isfinite(value):
            raise self._diverged(f"the loss is {value}", step, lr)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.model)
        return value, merit

    def _end_epoch(self) -> Measured:
        state, tally = self.state, self.state.tally
        begun = time.perf_counter()
        metrics = self.lesson.measure(self.kept)
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
            self.run.save_epoch(self.current_state(), self.kept)
            self.saved = time.perf_counter()
        for callback in self.callbacks:
            callback.on_epoch(row)
        return metrics

    def _save(self, lr: float) -> None:
        self._check_finite(lr)
        if self.run is not None:
            self.current_state().save(self.run.state)
            self.saved = time.perf_counter()

    def _check_finite(self, lr: float) -> None:
        """Let no state be kept that could only diverge."""
        broken = next((name for name, value in self.model.named_parameters() if not value.isfinite().all()), None)
        if broken is not None:
            raise self._diverged(f"the weights of {broken} are NaN or infinite", self.state.step - 1, lr)

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
        command = f"striate train --output {quote(str(self.run.path))} --resume"
        raise Interrupted(f"{where}; the state is saved: go on with `{command}`", signum)
