"""Folders of small pictures, and a recipe that trains in milliseconds."""

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from impasto.core import Context, Recipe, TrainingOptions, Validation
from impasto.training.data import pack


def fill(folder, count, *, seed=0, size=(40, 56)):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    for i in range(count):
        coarse = random.integers(0, 256, (5, 7, 3), np.uint8)
        Image.fromarray(coarse).resize((size[1], size[0]), Image.Resampling.BILINEAR).save(folder / f"{i:02d}.png")
    return folder


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folders(tmp_path):
    return {"content": fill(tmp_path / "photos", 12), "style": fill(tmp_path / "paintings", 9, seed=1)}


@pytest.fixture
def albums(folders):
    return {kind: pack(kind, folder, Context(), crop_px=16) for kind, folder in folders.items()}


class Toy:
    """Learns to turn photos into the mean of paintings with a matrix of colours, with noise from torch's generator."""

    def __init__(self, options: Any, workshop: Any) -> None:
        self.options, self.workshop = options, workshop
        self.parameters = {"matrix": torch.zeros(3, 3, requires_grad=True), "bias": torch.zeros(3, requires_grad=True)}
        self.buffers = {"mean": torch.zeros(3)}

    def start(self) -> None:
        with torch.no_grad():
            self.parameters["matrix"].copy_(torch.eye(3) + 0.1 * torch.randn(3, 3))
            self.buffers["mean"].copy_(next(self.workshop.samples(1))["style"].mean((0, 2, 3)))

    def error(self, parameters: Any, photos: torch.Tensor) -> torch.Tensor:
        seen = torch.einsum("oc,nchw->nohw", parameters["matrix"], photos)
        return (seen + (parameters["bias"] - self.buffers["mean"]).view(1, 3, 1, 1)).square().mean()

    def loss(self, batch: Any, step: int) -> Any:  # noqa: ARG002
        loss = self.error(self.parameters, batch["content"] + 0.05 * torch.randn_like(batch["content"]))
        return loss, {"half": loss.item() / 2}

    def validate(self, parameters: Any, batch: Any) -> Validation:
        return Validation({"error": self.error(parameters, batch["content"]).item()}, np.zeros((8, 8, 3), np.float32))

    def export(self, parameters: Any) -> Any:
        return {name: tensor.half() for name, tensor in parameters.items()}, {"name": "toy"}

    def card(self, facts: Any) -> str:
        return f"# toy\n{facts['sha256']}, {facts['steps']} steps\n"


@pytest.fixture
def recipe(monkeypatch):
    module = ModuleType("impasto_test_recipe")
    module.build = Toy
    monkeypatch.setitem(sys.modules, module.__name__, module)
    options = {"steps": 6, "batch_size": 2, "crop_px": 16, "warmup_steps": 2, "validate_every": 3}
    return Recipe(
        id="toy", title="Toy", summary="Learn a colour.", build="impasto_test_recipe:build", options=TrainingOptions,
        presets={"tiny": options},
    )  # fmt: skip
