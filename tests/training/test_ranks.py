"""Two processes that share every batch train as one does."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from impasto.core import UsageError
from impasto.training.checkpoint import load_state
from impasto.training.ranks import Ranks
from impasto.training.sampling import Sampler

WORKER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from types import ModuleType
from training.conftest import Toy
from impasto.core import Context, Recipe, RunOptions, TrainingOptions
from impasto.training.loop import Run, train
module = ModuleType("impasto_test_recipe")
module.build = Toy
sys.modules[module.__name__] = module
recipe = Recipe(id="toy", title="Toy", summary="Learn a colour.", build="impasto_test_recipe:build", options=TrainingOptions)
steps, resume = int(sys.argv[2]), sys.argv[3] == "resume"
options = recipe.make_options(steps=60, batch_size=4, crop_px=16, warmup_steps=2, validate_every=20, learning_rate=0.05)
context = Context(RunOptions(seed=3, device="cpu", precision="float32", threads=1))
context.listener = lambda p: context.stop() if "packing" not in p.message and p.step >= steps else None
root = Path(sys.argv[1])
train(Run(recipe, options, {{"content": root / "photos", "style": root / "paintings"}}, root / sys.argv[4], resume), context)
"""


def start(root: Path, count: int, steps: int, resume: str, name: str) -> None:
    """Run the toy in so many processes, as torchrun would start them."""
    script = WORKER.format(tests=str(Path(__file__).parents[1]))
    port = str(20000 + os.getpid() % 20000)
    running = []
    for rank in range(count):
        env = os.environ | {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(count), "OMP_NUM_THREADS": "1",
                            "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}  # fmt: skip
        command = [sys.executable, "-c", script, str(root), str(steps), resume, name]
        running.append(subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True))
    for process in running:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors


def losses(root: Path, name: str) -> list[float]:
    with (root / f"{name}.training" / "log.csv").open() as file:
        return [float(row["loss"]) for row in csv.DictReader(file) if row.get("loss")]


@pytest.mark.slow
@pytest.mark.usefixtures("folders")
def test_two_processes_follow_one_and_go_on_exactly(tmp_path):
    start(tmp_path, 1, 60, "new", "alone.safetensors")
    start(tmp_path, 2, 60, "new", "shared.safetensors")
    start(tmp_path, 2, 25, "new", "halting.safetensors")
    start(tmp_path, 2, 60, "resume", "halting.safetensors")
    one, two = losses(tmp_path, "alone.safetensors"), losses(tmp_path, "shared.safetensors")
    assert len(one) == len(two) == 3
    assert one[0] > 1.2 * one[-1]
    assert two == pytest.approx(one, rel=0.03)  # the same pictures, other noise in the second half of a batch
    straight, resumed = (
        load_state(tmp_path / f"{name}.safetensors.training" / "checkpoint.pt") for name in ("shared", "halting")
    )
    assert straight.step == resumed.step == 60
    for name, tensor in straight.parameters.items():
        assert torch.equal(tensor, resumed.parameters[name])


def test_the_parts_of_a_batch_are_the_batch(albums):
    whole = Sampler(albums, 6, 16, seed=4)(7)
    parts = [Sampler(albums, 6, 16, seed=4, part=slice(start, start + 3))(7) for start in (0, 3)]
    for kind, pictures in whole.items():
        assert torch.equal(torch.cat([part[kind] for part in parts]), pictures)


def test_a_batch_that_cannot_be_parted_is_refused():
    ranks = Ranks(torch.device("cpu"))
    ranks.size = 2
    with pytest.raises(UsageError, match="batch_size: 5 cannot be parted among 2 processes"):
        ranks.part_of(5)
