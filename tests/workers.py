"""What the processes of `processes.together` do; each is a function of its own, since it is found by its name."""

import os
import resource
import signal
import threading
import time
import warnings
from pathlib import Path

import torch
from samples import BarNet, bars
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from striate.cli import app
from striate.cli.console import errors, output
from striate.train import fit
from striate.train.distributed.norms import normalised
from striate.train.distributed.processes import LostProcessError, joined

TRAINING = {"epochs": 2, "batch_size": 10, "augment": True, "threads": 1, "seed": 3, "optimizer": "sgd", "lr": 0.05}
STEPS = 14  # 64 images in batches of 10, twice

# What a training may be told besides, by the name under which its weights are written.
CASES = {
    "plain": {},
    "averaged": {"ema": 0.9},
    "uneven": {"batch_size": 21},
    "small": {"batch_size": 3, "epochs": 1},  # fewer than four processes
    "double": {},  # in float64, where rounding is too small to turn a rectifier or a maximum
}


class Double(nn.Module):
    """What comes, in float64."""

    def forward(self, input):
        return input.double()


def network(*, double=False):
    """`BarNet` without dropout, which each process draws for itself."""
    model = BarNet()
    model[5] = nn.Identity()
    return nn.Sequential(Double(), model.double()) if double else model


def learn(folder):
    """Train each of `CASES`, sharded too where there is a group; write the weights and the rows of this process."""
    rank, count = os.environ.get("RANK", "0"), os.environ.get("WORLD_SIZE", "1")
    for name, settings in CASES.items():
        for kind in ("ddp", "fsdp") if count != "1" and name in {"plain", "averaged"} else ("ddp",):
            history = fit(network(double=name == "double"), bars(), **{**TRAINING, **settings}, fsdp=kind == "fsdp")
            torch.save((history.model.state_dict(), history.rows), folder / f"{name}-{kind}-{count}-{rank}.pt")


class Fault:
    """Ends the process of a rank by SIGKILL after a step of the optimiser, at once or in so many seconds."""

    def __init__(self, rank, step, after=None):
        self.left, self.after = step, after
        if os.environ.get("RANK", "0") == str(rank):
            register_optimizer_step_post_hook(self)

    def __call__(self, *_):
        self.left -= 1
        if self.left == 0:
            if self.after is None:
                os.kill(os.getpid(), signal.SIGKILL)
            threading.Thread(target=self._end, daemon=True).start()

    def _end(self):
        time.sleep(self.after)
        os.kill(os.getpid(), signal.SIGKILL)


def train(path, told=None):
    """Train into a run folder, saving after every step, and write the weights there."""
    _train(Path(path), **(told or {}))


def _train(path, *, resume=False, fault=None, largest=None, said=None, sharded=False, plain=False):
    """Train, optionally until a fault.

    Args:
        path: Of the run folder.
        resume: Go on with it.
        fault: What a `Fault` is made of; None for none.
        largest: Bytes that a file may have from then on, as on a disk that is full.
        said: A file for the warnings, or the error that the disk is full, of the first process.
        sharded: By FSDP.
        plain: Without dropout, so that the number of processes makes no difference.
    """
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    if fault is not None:
        Fault(*fault)
    leads = os.environ.get("RANK", "0") == "0"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = network() if plain else BarNet()
        try:
            history = fit(model, bars(), **TRAINING, output=path, resume=resume, save_seconds=0, fsdp=sharded)
        except OSError as error:
            if leads and said is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
                Path(said).write_text(str(error))
            raise SystemExit(2) from error
        except LostProcessError as error:
            raise SystemExit(1) from error
    if leads:
        torch.save(history.model.state_dict(), path / "weights.pt")
        if said is not None:
            Path(said).write_text("\n".join(str(one.message) for one in caught if one.category is UserWarning))


def command(folder, words):
    """Run a command line in a folder, and keep what this process prints and complains of."""
    os.chdir(folder)
    rank = os.environ["RANK"]
    with Path(f"said-{rank}").open("w") as said, Path(f"wrong-{rank}").open("w") as wrong:
        output.file, errors.file = said, wrong
        app(words)


def normalise(folder):
    """Normalise this process's rows of images with the statistics of all; write results, gradients and sums."""
    images, weights = torch.load(folder / "images.pt")
    processes = joined()
    rows = processes.share(len(images))
    norm = nn.BatchNorm2d(images.shape[1])
    mine = images[rows].requires_grad_()
    made = normalised(norm, mine)
    (made * weights[rows]).sum().backward()
    found = {"made": made.detach(), "gradient": mine.grad, "weight_gradient": norm.weight.grad, **norm.state_dict()}
    torch.save(found, folder / f"norm-{processes.rank}.pt")
