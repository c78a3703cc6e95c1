"""The Keras MNIST examples in PyTorch, driven over standard input: one JSON request a line, one JSON answer a line.

start  builds model and learner from weights in Keras' order and layout; answers with versions.
check  one step without dropout on the first batch with the learner asked for; writes the weights; answers the loss.
run    that many training steps; answers with milliseconds of each and of all.

Started with WORLD_SIZE, RANK, MASTER_ADDR and MASTER_PORT it is one of several ranks of DistributedDataParallel over Gloo,
each of which takes its part of every batch; with LOCAL_RANK and LOCAL_WORLD_SIZE it keeps to its share of the cores, as
Lockstep's ranks do.
"""

import json
import math
import os
import platform
import sys
import time
import traceback

if "LOCAL_RANK" in os.environ and hasattr(os, "sched_setaffinity"):
    # Before anything starts threads of its own.
    cores = sorted(os.sched_getaffinity(0))
    ranks, rank = int(os.environ["LOCAL_WORLD_SIZE"]), int(os.environ["LOCAL_RANK"])
    share = cores[rank * len(cores) // ranks : (rank + 1) * len(cores) // ranks]
    if ranks > 1 and share:
        os.sched_setaffinity(0, share)

import numpy as np
import torch
import torch.distributed
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel

MLP_SHAPES = [(784, 512), (512,), (512, 512), (512,), (512, 10), (10,)]
CNN_SHAPES = [(3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (9216, 128), (128,), (128, 10), (10,)]


class Mlp(torch.nn.Module):
    shapes = MLP_SHAPES

    def __init__(self, drop, channels_last):
        super().__init__()
        self.drop = drop
        self.layers = torch.nn.ModuleList([torch.nn.Linear(784, 512), torch.nn.Linear(512, 512), torch.nn.Linear(512, 10)])

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
            if self.drop:
                x = F.dropout(x, 0.2)
        return self.layers[-1](x)

    def load(self, arrays):
        for layer, kernel, bias in zip(self.layers, arrays[::2], arrays[1::2]):
            layer.weight.data.copy_(kernel.T)
            layer.bias.data.copy_(bias)

    def dump(self):
        return [array for layer in self.layers for array in (layer.weight.data.T, layer.bias.data)]


class Cnn(torch.nn.Module):
    shapes = CNN_SHAPES

    def __init__(self, drop, channels_last):
        super().__init__()
        self.drop = drop
        self.channels_last = channels_last
        self.conv1 = torch.nn.Conv2d(1, 32, 3)
        self.conv2 = torch.nn.Conv2d(32, 64, 3)
        self.dense1 = torch.nn.Linear(9216, 128)
        self.dense2 = torch.nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv2(F.relu(self.conv1(x)))), 2)
        if self.drop:
            x = F.dropout(x, 0.25)
        # Channels last, this order of flattening is a view; the other would copy.
        x = (x.permute(0, 2, 3, 1) if self.channels_last else x).flatten(1)
        x = F.relu(self.dense1(x))
        if self.drop:
            x = F.dropout(x, 0.5)
        return self.dense2(x)

    def load(self, arrays):
        for conv, kernel, bias in ((self.conv1, *arrays[0:2]), (self.conv2, *arrays[2:4])):
            conv.weight.data.copy_(kernel.permute(3, 2, 0, 1))
            conv.bias.data.copy_(bias)
        kernel = arrays[4]
        if not self.channels_last:
            kernel = kernel.reshape(12, 12, 64, 128).permute(2, 0, 1, 3).reshape(9216, 128)
        self.dense1.weight.data.copy_(kernel.T)
        self.dense1.bias.data.copy_(arrays[5])
        self.dense2.weight.data.copy_(arrays[6].T)
        self.dense2.bias.data.copy_(arrays[7])

    def dump(self):
        kernel = self.dense1.weight.data.T
        if not self.channels_last:
            kernel = kernel.reshape(64, 12, 12, 128).permute(1, 2, 0, 3).reshape(9216, 128)
        convs = [array for conv in (self.conv1, self.conv2) for array in (conv.weight.data.permute(2, 3, 1, 0), conv.bias.data)]
        return [*convs, kernel, self.dense1.bias.data, self.dense2.weight.data.T, self.dense2.bias.data]


def own_learner(name, parameters):
    """Keras 2.0.4's defaults; the formulas are the same."""
    if name == "mlp":
        return torch.optim.RMSprop(parameters, lr=1e-3, alpha=0.9, eps=1e-8)
    return torch.optim.Adadelta(parameters, lr=1.0, rho=0.95, eps=1e-8)


def read_weights(path, shapes):
    flat = torch.from_numpy(np.fromfile(path, dtype=np.float32))
    return [part.reshape(shape) for part, shape in zip(flat.split([int(np.prod(shape)) for shape in shapes]), shapes)]


class Peer:
    def start(self, request):
        torch.set_num_threads(request["threads"])
        torch.manual_seed(1)
        self.name = request["model"]
        self.ranks = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        if self.ranks > 1:
            torch.distributed.init_process_group("gloo")
        self.batch = request["batchSize"]
        self.channels_last = request["variant"] == "channels_last"
        images = torch.from_numpy(np.fromfile(request["images"], dtype=np.float32))
        self.x = images.reshape((-1, 784) if self.name == "mlp" else (-1, 1, 28, 28))
        self.y = torch.from_numpy(np.fromfile(request["labels"], dtype=np.int32).astype(np.int64))
        self.weights = request["weights"]
        self.model = self.build(drop=True)
        self.learner = own_learner(self.name, self.model.parameters())
        return {"about": {"torch": torch.__version__, "python": platform.python_version()}}

    def build(self, drop):
        kind = Mlp if self.name == "mlp" else Cnn
        model = kind(drop, self.channels_last)
        model.load(read_weights(self.weights, kind.shapes))
        model = model.to(memory_format=torch.channels_last) if self.channels_last else model
        return DistributedDataParallel(model) if self.ranks > 1 else model

    def own(self, rows):
        part = len(rows) // self.ranks
        return rows[self.rank * part : (self.rank + 1) * part]

    def step(self, model, learner, rows):
        x = self.x[rows]
        if self.channels_last:
            x = x.to(memory_format=torch.channels_last)
        learner.zero_grad()
        loss = F.cross_entropy(model(x), self.y[rows])
        loss.backward()
        learner.step()
        value = loss.item()
        return value if math.isfinite(value) else None

    def check(self, request):
        model = self.build(drop=False)
        own = request["learner"] == "own"
        learner = own_learner(self.name, model.parameters()) if own else torch.optim.SGD(model.parameters(), lr=1.0)
        loss = self.step(model, learner, self.own(torch.arange(self.batch)))
        if self.ranks > 1:
            of_all = torch.tensor(loss)
            torch.distributed.all_reduce(of_all)
            loss = of_all.item() / self.ranks
        plain = model.module if self.ranks > 1 else model
        np.concatenate([array.contiguous().numpy().ravel() for array in plain.dump()]).tofile(request["weightsOut"])
        return {"loss": loss}

    def run(self, request):
        started = last = time.perf_counter()
        order = torch.randperm(len(self.x))
        step_ms = []
        for index in range(request["steps"]):
            rows = order[index * self.batch : (index + 1) * self.batch]
            loss = self.step(self.model, self.learner, self.own(rows))
            now = time.perf_counter()
            step_ms.append((now - last) * 1000)
            last = now
        return {"stepMs": step_ms, "totalMs": (last - started) * 1000, "loss": loss}


def main():
    peer = Peer()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": True, **getattr(peer, request["command"])(request)}
        except Exception:
            answer = {"ok": False, "error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


main()
