"""`DistributedDataParallel` over gloo: two processes train an accelerated model to the weights of the plain one."""

import subprocess
import sys

CODE = """
import copy, os, sys
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from striate import accelerate
from striate.engine.planning import plans

rank, store = int(sys.argv[1]), sys.argv[2]
torch.set_num_threads(1)
torch.distributed.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=2)
torch.manual_seed(0)
plain = nn.Sequential(
    nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 7, padding=3, groups=16),
    nn.ConvTranspose2d(16, 4, 2, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
).double()
ours = copy.deepcopy(plain)
report = accelerate(ours, torch.zeros(2, 3, 32, 32).double())
assert any(set(row.kernels.values()) - {"torch"} for row in report.rows), report
generator = torch.Generator().manual_seed(rank)
batches = [torch.randn(2, 3, 32, 32, generator=generator, dtype=torch.float64) for _ in range(3)]
for model in (plain, ours):
    parallel = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(parallel.parameters(), lr=0.1, momentum=0.9)
    for batch in batches:
        optimizer.zero_grad()
        parallel(batch).square().sum().backward()
        optimizer.step()
for (name, one), other in zip(plain.named_parameters(), ours.parameters(), strict=True):
    torch.testing.assert_close(other, one, msg=name)
    torch.distributed.broadcast(first := other.detach().clone(), 0)
    assert torch.equal(first, other), f"{name} differs between the processes"
torch.distributed.destroy_process_group()
print("trained")
"""


def test_two_processes_train_the_accelerated_model_as_the_plain_one(tmp_path):
    words = [sys.executable, "-W", "ignore", "-c", CODE]
    processes = [
        subprocess.Popen([*words, str(rank), str(tmp_path / "store")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for rank in range(2)
    ]
    for process in processes:
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0, said.decode()
        assert said.decode().endswith("trained\n")
