"""The GPU benchmark's peer: trains one of its models in PyTorch and prints one JSON line, as ours does.

usage: torch_gpu.py '{"model": "cnn", "device": "cuda:0", "batchSize": 128, "samples": 60000, "epochs": 2, "tf32": false, "compile": true}'
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

SHAPES = {"mlp": (784,), "cnn": (1, 28, 28), "resnet": (3, 32, 32)}


def mlp():
    return nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, 512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, 10)
    )


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten(),
        nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10),
    )  # fmt: skip


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv2d(channels, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters), nn.ReLU(),
            nn.Conv2d(filters, filters, 3, 1, 1, bias=False), nn.BatchNorm2d(filters),
        )  # fmt: skip
        same = stride == 1 and channels == filters
        shortcut = [nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters)]
        self.shortcut = nn.Identity() if same else nn.Sequential(*shortcut)

    def forward(self, x):
        return F.relu(self.inner(x) + self.shortcut(x))


def resnet():
    layers = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    channels = 64
    for filters, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Block(channels, filters, stride), Block(filters, filters, 1)]
        channels = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def learner(name, parameters):
    """The models' own learners, in PyTorch's fastest form of each."""
    if name == "mlp":
        return torch.optim.RMSprop(parameters, lr=1e-3, alpha=0.9, eps=1e-8, foreach=True)
    if name == "cnn":
        return torch.optim.Adadelta(parameters, lr=1.0, rho=0.95, eps=1e-8, foreach=True)
    return torch.optim.SGD(parameters, lr=0.01, momentum=0.9, foreach=True)


def main(task):
    torch.manual_seed(1)
    torch.backends.cuda.matmul.allow_tf32 = task["tf32"]
    torch.backends.cudnn.allow_tf32 = task["tf32"]
    # As ours does: every algorithm is tried once.
    torch.backends.cudnn.benchmark = True
    device = torch.device(task["device"].replace("cpu:0", "cpu"))
    on_gpu = device.type == "cuda"
    begun = time.perf_counter()
    model = {"mlp": mlp, "cnn": cnn, "resnet": resnet}[task["model"]]().to(device)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    optimizer = learner(task["model"], model.parameters())
    run = torch.compile(model) if task["compile"] else model
    x = torch.rand((task["samples"], *SHAPES[task["model"]]))
    y = torch.randint(0, 10, (task["samples"],))
    epoch_seconds, first, steps, loss = [], None, 0, None
    for epoch in range(task["epochs"] + 1):
        started = time.perf_counter()
        order = torch.randperm(len(x))
        steps = 0
        for rows in order.split(task["batchSize"]):
            batch, labels = x[rows], y[rows]
            if on_gpu:
                batch, labels = batch.pin_memory(), labels.pin_memory()
            batch, labels = batch.to(device, non_blocking=True), labels.to(device, non_blocking=True)
            optimizer.zero_grad(set_to_none=True)
            result = F.cross_entropy(run(batch), labels)
            result.backward()
            optimizer.step()
            loss = result.item()
            steps += 1
            if first is None:
                first = time.perf_counter() - begun
        if epoch > 0:
            epoch_seconds.append(time.perf_counter() - started)
    where = torch.cuda.get_device_name(device) if on_gpu else "CPU"
    return {
        "epochSeconds": epoch_seconds,
        "firstStepSeconds": first,
        "steps": steps,
        "loss": loss,
        "parameters": parameters,
        "about": f"PyTorch {torch.__version__} on {where}",
    }


print(json.dumps({"ok": True, "answer": main(json.loads(sys.argv[1]))}))
