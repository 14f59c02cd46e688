"""The loop that trains any recipe's network: it can be stopped at any step and goes on exactly where it was.

Everything random follows from the seed and the step's number; everything else lies in the checkpoint. Several processes
that `torchrun` started share every batch among them (see ranks.py).
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch
from torch import Tensor

from impasto.core import CHANGEABLE, Context, Recipe, RunError, Trainee, UsageError, Validation, Workshop, describe
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.image import save

from .checkpoint import State, load_state, save_state
from .data import Album, pack
from .journal import Journal, draw_curves
from .product import write_product
from .ranks import Ranks, device_of_rank
from .sampling import Prefetcher, Sampler

CHECKPOINT = "checkpoint.pt"
_LOG_EVERY = 20
_SMALLEST_SHARE = 0.01  # of the learning rate, at the end of the cosine
_BEFORE, _VALIDATION = 2**32 - 1, 2**32 - 2  # seeds of what is no step
_MOST_BAD_STEPS = 20  # in a row, whose gradients are not finite


@dataclass(frozen=True, slots=True)
class Run:
    """What is asked for: the recipe and its options, where the pictures are, where the weights go."""

    recipe: Recipe
    options: Any
    folders: Mapping[str, Path]
    output: Path
    resume: bool = False
    minutes: float | None = None

    @property
    def room(self) -> Path:
        """The folder beside the output that holds checkpoint, journal and validation pictures."""
        return room_of(self.output)


def room_of(output: Path) -> Path:
    """Where a run keeps its working files: a folder beside the weights."""
    return output.with_name(output.name + ".training")


def train(run: Run, context: Context) -> dict[str, Any]:
    """Train until the steps are done, the minutes are over or someone asks to stop; a report, JSON-ready.

    The weights at `run.output` are the best so far by the held-out pictures; their card lies beside them.
    Raises UsageError for folders without pictures, a run that exists already or options that do not fit the one
    that is resumed; RunError for a damaged checkpoint or a loss that is not finite any more.
    """
    checkpoint = run.room / CHECKPOINT
    state = _state(run, checkpoint, context)
    device = device_of_rank(choose_device(context.run))
    use_threads(context.run)
    with Ranks(device) as ranks:
        return _train(run, context, state, ranks)


def _train(run: Run, context: Context, state: State, ranks: Ranks) -> dict[str, Any]:
    device = ranks.device
    albums = {kind: pack(kind, run.folders[kind], context, crop_px=run.options.crop_px) for kind in run.recipe.pictures}
    state.pictures = {kind: album.key for kind, album in albums.items()}
    size, side = run.options.batch_size, run.options.crop_px
    sampler = Sampler(albums, size, side, state.seed, ranks.part_of(size))
    # What a network measures before it starts, it measures alike in every process.
    everything = _samples(Sampler(albums, size, side, state.seed), device)
    workshop = Workshop(device, choose_precision(context.run, device), state.seed, everything)
    trainee = run.recipe.load()(run.options, workshop)
    run.room.mkdir(parents=True, exist_ok=True)
    return _Training(run, context, state, trainee, sampler, albums, ranks).go(run.room / CHECKPOINT)


def _state(run: Run, checkpoint: Path, context: Context) -> State:
    """A fresh state, or the one to go on from."""
    asked = run.options.model_dump(mode="json")
    if not run.resume:
        if checkpoint.exists():
            step = load_state(checkpoint).step
            raise UsageError(f"{run.room}: holds a run at step {step}; add --resume to go on, or give another -o")
        return State(run.recipe.id, asked, context.run.seed, {})
    if not checkpoint.exists():
        raise UsageError(f"{run.room}: there is no checkpoint to resume; leave --resume out to begin")
    state = load_state(checkpoint)
    if state.recipe != run.recipe.id:
        raise UsageError(f"{checkpoint}: a run of recipe '{state.recipe}', not '{run.recipe.id}'")
    for spec in describe(run.recipe.options):
        if spec.name not in CHANGEABLE and asked[spec.name] != state.options[spec.name]:
            raise UsageError(
                f"{spec.name}: the run to resume has {state.options[spec.name]}; only {', '.join(sorted(CHANGEABLE))} may change"
            )
    state.options = asked
    return state


def stored_options(output: Path) -> dict[str, Any]:
    """The options of the run whose weights go to `output`, for resuming it without saying them again; {} if none."""
    checkpoint = room_of(output) / CHECKPOINT
    return load_state(checkpoint).options if checkpoint.exists() else {}


def _samples(sampler: Sampler, device: torch.device) -> Any:
    def samples(count: int) -> Iterator[dict[str, Tensor]]:
        return islice((_on(sampler(step), device) for step in range(count)), count)

    return samples


def _on(batch: Mapping[str, Tensor], device: torch.device) -> dict[str, Tensor]:
    return {kind: pictures.to(device, non_blocking=True) for kind, pictures in batch.items()}


def learning_rate(step: int, options: Any) -> float:
    """Rise along a line, fall along a half cosine to a hundredth. step: from 0."""
    warmup = min(options.warmup_steps, options.steps // 2)
    if step < warmup:
        return options.learning_rate * (step + 1) / warmup
    progress = (step - warmup) / max(1, options.steps - warmup)
    share = _SMALLEST_SHARE + (1 - _SMALLEST_SHARE) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    return options.learning_rate * share


def seed_of(seed: int, step: int, rank: int = 0) -> int:
    """The seed of torch's generator at one step, another one in every process."""
    words = (seed, step, rank) if rank else (seed, step)
    return int(np.random.SeedSequence(words).generate_state(1, np.uint64)[0] >> 1)


class _Training:
    """One run from its state on."""

    def __init__(self, run: Run, context: Context, state: State, trainee: Trainee, sampler: Sampler,
                 albums: Mapping[str, Album], ranks: Ranks) -> None:  # fmt: skip
        self.ranks, device = ranks, ranks.device
        self.run, self.context, self.state, self.trainee = run, context, state, trainee
        self.options, self.sampler, self.albums, self.device = run.options, sampler, albums, device
        if state.step:
            for name in ("parameters", "buffers"):
                _copy_into(getattr(trainee, name), getattr(state, name), run.room / CHECKPOINT)
            self.averages = {name: tensor.to(device) for name, tensor in state.averages.items()}
        else:
            torch.manual_seed(seed_of(state.seed, _BEFORE))
            trainee.start()
            ranks.same([*trainee.parameters.values(), *trainee.buffers.values()])
            self.averages = {name: tensor.detach().clone() for name, tensor in trainee.parameters.items()}
        self.optimiser = torch.optim.AdamW(
            list(trainee.parameters.values()), lr=self.options.learning_rate, betas=(0.9, 0.99),
            weight_decay=self.options.weight_decay,
        )  # fmt: skip
        if state.step:
            self.optimiser.load_state_dict(state.optimiser)
        self.journal = Journal(run.room / "log.csv", state.step) if ranks.first else None
        self.sums: dict[str, float] = {}
        self.bad_steps = 0

    def go(self, checkpoint: Path) -> dict[str, Any]:
        """Step until there is a reason to stop; keep checkpoints on the way."""
        started = saved = monotonic()
        before, first = self.state.seconds, self.state.step
        limit = math.inf if self.run.minutes is None else 60 * self.run.minutes
        micro = self.options.accumulate
        with Prefetcher(self.sampler, self.state.step * micro) as batches:
            while self.state.step < self.options.steps:
                if self.ranks.anyone(self.context.stopping or monotonic() - started > limit):
                    break
                loss = self.step(batches)
                now = monotonic()
                self.state.seconds = before + now - started
                self.context.report(self.state.step, self.options.steps, loss=loss)
                if self.state.step % self.options.validate_every == 0 or self.state.step == self.options.steps:
                    self.validate()
                if now - saved > 60 * self.options.checkpoint_minutes:
                    self.keep(checkpoint)
                    saved = monotonic()
        self.state.seconds = before + monotonic() - started
        if self.state.step > first or not checkpoint.exists():
            self.keep(checkpoint)
        if self.ranks.first and (self.state.best is None or not self.run.output.exists()):
            self.state.best = None
            self.validate()  # a run cut short still leaves weights that can be looked at
            self.keep(checkpoint)
        done = self.state.step - first
        return self.report() | {"steps_per_second": done / max(1e-9, self.state.seconds - before)}

    def step(self, batches: Prefetcher) -> float:
        """One update of the weights; the loss."""
        torch.manual_seed(seed_of(self.state.seed, self.state.step, self.ranks.rank))
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.state.step, self.options)
        self.optimiser.zero_grad(set_to_none=True)
        found: dict[str, float] = {}
        for _ in range(self.options.accumulate):
            loss, terms = self.trainee.loss(_on(batches(), self.device), self.state.step)
            (loss / self.options.accumulate).backward()
            for name, value in {"loss": loss.item(), **terms}.items():
                found[name] = found.get(name, 0.0) + value / self.options.accumulate
        self.ranks.average(parameter.grad for parameter in self.trainee.parameters.values())
        found = self.ranks.mean_of(found)
        norm = torch.nn.utils.clip_grad_norm_(self.trainee.parameters.values(), self.options.clip_norm or math.inf)
        if math.isfinite(found["loss"]) and torch.isfinite(norm):
            self.bad_steps = 0
            self.optimiser.step()
            self.average()
            self.log(found | {"gradient": norm.item()})
        else:
            self.skip()
        self.state.step += 1
        return found["loss"]

    def skip(self) -> None:
        """Leave the weights as they are after a gradient that is no number; many in a row are the end."""
        self.bad_steps += 1
        self.context.warn("a step's gradient was not finite; it was left out")
        if self.bad_steps >= _MOST_BAD_STEPS:
            raise RunError(f"the loss has not been finite for {self.bad_steps} steps; try a lower learning_rate")

    @torch.no_grad()
    def average(self) -> None:
        """Let the kept weights follow; the first steps count fully, so that the start is soon forgotten."""
        share = min(self.options.average, (1 + self.state.step) / (10 + self.state.step))
        mine = list(self.averages.values())
        torch._foreach_lerp_(mine, [self.trainee.parameters[name].detach() for name in self.averages], 1 - share)

    def log(self, found: Mapping[str, float]) -> None:
        """Gather terms and write their means now and then. Terms that a step does not have keep their own count."""
        for name, value in found.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
            self.sums[f"n {name}"] = self.sums.get(f"n {name}", 0) + 1
        if self.journal is not None and (self.state.step + 1) % _LOG_EVERY == 0:
            means = {n: v / self.sums[f"n {n}"] for n, v in self.sums.items() if not n.startswith("n ")}
            self.journal.add(
                {
                    "step": self.state.step + 1,
                    "seconds": self.state.seconds,
                    "learning_rate": learning_rate(self.state.step, self.options),
                }
                | means
            )
            self.sums.clear()

    def validate(self) -> None:
        """Look at the held-out pictures with the averaged weights; keep them as the product when they are the best.

        One process does so, and the others wait for it at the next step.
        """
        if self.journal is None:
            return
        torch.manual_seed(seed_of(self.state.seed, _VALIDATION))
        with torch.no_grad():
            found: Validation = self.trainee.validate(self.averages, _on(self.sampler.held_out(), self.device))
        self.state.validation = dict(found.values)
        self.journal.add(
            {"step": self.state.step, "seconds": self.state.seconds}
            | {f"held out {n}": v for n, v in found.values.items()}
        )
        if found.picture is not None:
            save(found.picture, self.run.room / "validation.png")
        score = next(iter(found.values.values()))
        if math.isfinite(score) and (self.state.best is None or score <= self.state.best):
            self.state.best = score
            write_product(self.run.output, self.trainee, self.averages, self.facts())

    def keep(self, checkpoint: Path) -> None:
        """Write a checkpoint and the loss curve."""
        if self.journal is None:
            return
        self.state.parameters = {name: tensor.detach() for name, tensor in self.trainee.parameters.items()}
        self.state.averages, self.state.buffers = dict(self.averages), dict(self.trainee.buffers)
        self.state.optimiser = self.optimiser.state_dict()
        save_state(self.state, checkpoint)
        curves = {"loss": self.journal.column("loss")}
        curves |= {
            f"held out {name}": self.journal.column(f"held out {name}") for name in list(self.state.validation)[:1]
        }
        draw_curves(curves, self.run.room / "loss.png")

    def facts(self) -> dict[str, Any]:
        """What the card and the report tell of the run so far."""
        return {
            "recipe": self.run.recipe.id, "steps": self.state.step, "seconds": self.state.seconds, "seed": self.state.seed,
            "options": self.options.model_dump(mode="json"), "validation": self.state.validation,
            "pictures": {kind: len(album.for_training) for kind, album in self.albums.items()},
            "held_out": {kind: len(album.held_out) for kind, album in self.albums.items()},
            "folders": {kind: self.run.folders[kind].name for kind in self.albums},
            "device": self.device.type, "threads": torch.get_num_threads(), "torch": torch.__version__,
            "processes": self.ranks.size,
        }  # fmt: skip

    def report(self) -> dict[str, Any]:
        """What happened, JSON-ready."""
        finished = self.state.step >= self.options.steps
        report = self.facts() | {
            "finished": finished, "best": self.state.best, "output": str(self.run.output),
            "skipped": {kind: len(album.skipped) for kind, album in self.albums.items()},
            "warnings": list(self.context.warnings),
        }  # fmt: skip
        return json.loads(json.dumps(report))


def _copy_into(targets: Mapping[str, Tensor], sources: Mapping[str, Tensor], where: Path) -> None:
    if {name: tensor.shape for name, tensor in targets.items()} != {n: t.shape for n, t in sources.items()}:
        raise RunError(f"{where}: its tensors are not those of this recipe")
    with torch.no_grad():
        for name, tensor in targets.items():
            tensor.copy_(sources[name])
