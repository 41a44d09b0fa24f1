#!/bin/sh
# Trains one model by two processes on two hosts, which are network namespaces of this one: once undisturbed, and once
# with a process of the second host killed. Both must come to the same weights bit for bit, and to those of one process
# but for rounding, which a small rate keeps from growing. As root on Linux, with striate installed:
#   sh docs/two_hosts.sh [FOLDER FOR THE RUNS]
set -eu
runs=$(realpath -m "${1:-runs/two-hosts}")
model="lenet5-modern --data $runs/digits --optimizer sgd --lr 0.001 --epochs 2 --batch-size 128 --augment none --threads 1"

clean() {
  kill ${hosts:-} 2>/dev/null || true
  ip netns delete striate-1 2>/dev/null || true
  ip netns delete striate-2 2>/dev/null || true
}
trap clean EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$runs/digits"

# The first 1,024 digits to learn from, and 256 to measure with, as IDX files
python - "$runs/digits" <<'END'
import struct
import sys
from pathlib import Path
from striate.data import load

data = load("mnist")
for name, images, count in (("train", data.train, 1024), ("t10k", data.test, 256)):
    pixels, labels = images.images[:count, 0], images.labels[:count].byte()
    for kind, values in (("images-idx3", pixels), ("labels-idx1", labels)):
        header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
        Path(sys.argv[1], f"{name}-{kind}-ubyte").write_bytes(header + values.numpy().tobytes())
END

# Two hosts and a cable between them
ip netns add striate-1
ip netns add striate-2
ip link add cable1 netns striate-1 type veth peer name cable2 netns striate-2
for host in 1 2; do
  ip -n striate-$host address add 10.77.0.$host/24 dev cable$host
  ip -n striate-$host link set cable$host up
  ip -n striate-$host link set lo up
done

on_host() { # HOST RUN
  # Both have this machine's name, so they are told their addresses, which of them is the first, and gloo's interface
  exec ip netns exec striate-$1 env GLOO_SOCKET_IFNAME=cable$1 OMP_NUM_THREADS=1 torchrun \
    --nnodes 2 --nproc-per-node 1 --max-restarts 1 --rdzv-backend c10d --rdzv-id two-hosts \
    --rdzv-endpoint 10.77.0.1:29400 --rdzv-conf is_host=$((2 - $1)) --local-addr 10.77.0.$1 \
    "$(command -v striate)" train $model --output "$2"
}

on_both() { # RUN [kill]
  on_host 1 "$1" &
  first=$!
  on_host 2 "$1" &
  second=$!
  hosts="$first $second"
  if [ "${2:-}" = kill ]; then
    until ls "$1"/checkpoints/0* >/dev/null 2>&1; do sleep 0.1; done
    echo "SIGKILL to the process on the second host, once there is a checkpoint: $(ls "$1/checkpoints")"
    kill -KILL $(pgrep -P $second)
  fi
  wait $first
  wait $second
}

echo "One process:"
striate train $model --output "$runs/one"
echo "Two hosts:"
on_both "$runs/two"
echo "Two hosts, one process killed:"
on_both "$runs/killed" kill

python - "$runs" <<'END'
import sys
import torch
from safetensors.torch import load_file

one, two, killed = (load_file(f"{sys.argv[1]}/{name}/model.safetensors") for name in ("one", "two", "killed"))
bound = 64 * 2 * 8 * torch.finfo(torch.float32).eps  # 2 epochs of 8 steps, each of which may add some roundings
apart = max(float(((two[key] - one[key]).abs() / (1 + one[key].abs())).max()) for key in one)
same = all(torch.equal(killed[key], two[key]) for key in two)
print(f"two hosts against one process: weights differ by {apart:.1e} at most, {bound:.1e} is allowed")
print(f"one process killed against undisturbed: weights are {'the same bit for bit' if same else 'not the same'}")
sys.exit(not (same and apart <= bound))
END
