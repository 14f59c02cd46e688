"""The declaration of a training recipe, and what its network must offer to the loop that trains it. No torch.

A recipe's network stands in the same layer as what it is for; the loop lies above and drives it. Tensors are `Any`
here so that listing recipes imports nothing heavy.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Protocol, TypeAlias

from pydantic import Field

from .inputs import Array
from .method import ID_PATTERN, TARGET_PATTERN, load_target
from .options import UI, BaseOptions, preset_options

Tensors: TypeAlias = Mapping[str, Any]
"""torch tensors by name."""


class TrainingOptions(BaseOptions):
    """What can be turned on any training."""

    steps: Annotated[int, Field(ge=1, le=10_000_000)] = 10_000
    """Updates of the weights; the learning rate falls along a half cosine over all of them."""
    batch_size: Annotated[int, Field(ge=1, le=4096)] = 8
    """Pictures of each kind in a batch."""
    crop_px: Annotated[int, Field(ge=16, le=4096)] = 128
    """Side of the squares cut from the pictures, in pixels."""
    accumulate: Annotated[int, Field(ge=1, le=1024), UI(advanced=True)] = 1
    """Batches whose gradients are averaged for one update."""
    learning_rate: Annotated[float, Field(gt=0, le=1), UI(scale="log")] = 1e-3
    """Size of the updates at its highest, after the warm-up."""
    warmup_steps: Annotated[int, Field(ge=0, le=1_000_000), UI(advanced=True)] = 100
    """Updates over which the learning rate rises to its height."""
    weight_decay: Annotated[float, Field(ge=0, le=1), UI(scale="log", advanced=True)] = 0.0
    """How strongly weights are drawn to zero (AdamW); 0 is plain Adam."""
    clip_norm: Annotated[float, Field(ge=0, le=1e6), UI(advanced=True)] = 1.0
    """Longest gradient that is followed as it is; longer ones are shortened to it. 0 shortens none."""
    average: Annotated[float, Field(ge=0, lt=1), UI(advanced=True)] = 0.999
    """Share of the past in the running average of the weights, which is what is kept. 0 keeps the last weights."""
    validate_every: Annotated[int, Field(ge=1, le=1_000_000), UI(advanced=True)] = 500
    """Updates between two looks at pictures held out from training."""
    checkpoint_minutes: Annotated[float, Field(ge=0, le=10_000), UI(advanced=True)] = 5.0
    """Minutes between two checkpoints; there is always one at the end."""


CHANGEABLE = frozenset({"steps", "validate_every", "checkpoint_minutes"})
"""Options that may differ when a training is resumed; any other change would make it another training."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where a network is trained: device, arithmetic ("float32" or "bfloat16"), seed, and a way to look at pictures.

    samples(count): so many batches of training pictures, the same at every call.
    """

    device: Any
    precision: Any
    seed: int
    samples: Callable[[int], Iterator[Tensors]]


@dataclass(frozen=True, slots=True)
class Validation:
    """What a look at held-out pictures found: values by name (the first decides what is best; lower is better)."""

    values: Mapping[str, float]
    picture: Array | None = None


class Trainee(Protocol):
    """A network in training. All of its state lies in `parameters` and `buffers`; the rest follows from the options."""

    @property
    def parameters(self) -> Tensors:
        """The float32 tensors that are trained; the loop changes them in place."""
        ...

    @property
    def buffers(self) -> Tensors:
        """Tensors that are measured once by `start` and kept with every checkpoint."""
        ...

    def start(self) -> None:
        """Give parameters and buffers their first values, in place. Not called when a training is resumed."""
        ...

    def loss(self, batch: Tensors, step: int) -> tuple[Any, Mapping[str, float]]:
        """The scalar to lower and its terms, for (N, 3, S, S) pictures in [0, 1] by kind.

        Randomness comes from torch's default generator, which is seeded anew for every step.
        """
        ...

    def validate(self, parameters: Tensors, batch: Tensors) -> Validation:
        """How good the given parameters are on held-out pictures."""
        ...

    def export(self, parameters: Tensors) -> tuple[Tensors, Mapping[str, str]]:
        """The tensors and the metadata of the file that is used afterwards."""
        ...

    def card(self, facts: Mapping[str, Any]) -> str:
        """The story of the file in Markdown. facts: pictures, steps, seconds, options, validation, sha256, size."""
        ...


Build = Callable[[Any, Workshop], Trainee]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A way to train a network. `build` is "module:function", (options, Workshop) -> Trainee, imported when called.

    pictures: the kinds of picture it learns from, each given as a folder: "content", "style".
    """

    id: str
    title: str
    summary: str
    build: str
    options: type[TrainingOptions]
    pictures: tuple[str, ...] = ("content", "style")
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    weights: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a declaration that could not work, at import, with a reason."""
        if not ID_PATTERN.fullmatch(self.id):
            raise ValueError(f"recipe id '{self.id}' must be lower-case letters, digits and underscores")
        if not TARGET_PATTERN.fullmatch(self.build):
            raise ValueError(f"{self.id}: '{self.build}' is not 'module:function'")
        for preset in self.presets:
            self.make_options(preset)

    def make_options(self, preset: str | None = None, **values: Any) -> Any:
        """Options from a preset and loose values on top. Raises UsageError in one line."""
        return preset_options(self.id, self.options, self.presets, preset, values)

    def load(self) -> Build:
        """Import and return the function that builds the network."""
        return load_target(self.build)
