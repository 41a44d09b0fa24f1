"""Several processes that find each other as those that torchrun starts do, without starting Python for each."""

import multiprocessing
import os
import socket
import time
import warnings

import torch

_CONTEXT = multiprocessing.get_context("forkserver")
# All that a training loads is loaded once, and forked from there; the last three by the first that needs them
_CONTEXT.set_forkserver_preload(
    ["workers", "torch._dynamo", "torch.distributed.fsdp", "striate.train.distributed.checkpoints"]
)


def together(count, work, *arguments, alone=False):
    """Call a function of `workers` in so many processes, and return their exit codes; negative for a signal.

    When one fails the others are ended, as torchrun does.

    Args:
        count: Of processes.
        work: The function.
        arguments: Its own.
        alone: Whether the process is one that torchrun knows nothing of.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    group = []
    for rank in range(count):
        place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": count, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        environment = {} if alone else {name: str(value) for name, value in place.items()}
        group.append(_CONTEXT.Process(target=_begin, args=(environment, work, arguments)))
        group[-1].start()
    while any(one.exitcode is None for one in group):
        if any(one.exitcode for one in group):
            for one in group:
                one.terminate()
        time.sleep(0.005)
    return [one.exitcode for one in group]


def _begin(environment, work, arguments):
    os.environ.update(environment)
    torch.set_num_threads(1)
    warnings.simplefilter("error")
    work(*arguments)
