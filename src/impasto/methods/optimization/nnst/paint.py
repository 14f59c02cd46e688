"""The control flow of `nnst`: coarse to fine, look for neighbours, paint them, then let every layer look for itself."""

from collections.abc import Sequence

import torch
from torch import Tensor

from impasto.content.colour import recoloured, with_kept_colour
from impasto.core import Cancelled, Context, Inputs, Result, UsageError
from impasto.encoders import budget
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.vgg import check_layers
from impasto.image import resize
from impasto.image.oklab import mapped_colours
from impasto.image.tensors import to_array, to_tensor
from impasto.reconstruction.descent import enlarge, stage_account
from impasto.reconstruction.minimise import Keep, Objective, minimise
from impasto.reconstruction.pyramid import finest_band, without_detail
from impasto.reconstruction.resume import watch

from . import Options
from .match import CONTENT_LAYER, Matcher
from .plan import Stage, kept_bytes, stages_for

_BANDS = 8  # of the picture's pyramid, as in the authors' code
_SOFT_BANDS = 3  # of the photo's at the start, emptied: its texture must not survive (authors' code)


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Swap every hypercolumn of the photo for the paintings' nearest and find the picture that has them, coarse to fine."""
    check_layers(options.layers)
    if not any(options.layers.values()):
        raise UsageError("layers: all the weights are zero; there would be nothing to compare")
    use_threads(context.run)
    easel = Easel(inputs, options, context)
    picture, account = easel.paint(stages_for(inputs.content.shape[:2], options))
    finished = to_array(picture)
    if options.colours == "mapped" and options.preserve_colour == "off":
        heaviest = max(inputs.styles, key=lambda style: style.weight)
        finished = mapped_colours(finished, inputs.content, heaviest.picture)
    finished = with_kept_colour(finished, inputs.content, options.preserve_colour)
    return Result(finished, easel.report(account))


class Easel:
    """The pictures, the network and the steps done of one run."""

    def __init__(self, inputs: Inputs, options: Options, context: Context) -> None:
        self.options, self.context = options, context
        self.device = choose_device(context.run)
        self.precision = choose_precision(context.run, self.device)
        size = inputs.content.shape[:2]
        layers = (*options.layers, CONTENT_LAYER)
        network = budget.load(
            size, layers, context.run, self.device, self.precision,
            beside=kept_bytes(size, len(inputs.styles), options, self.precision),
        )  # fmt: skip
        self.content, paintings = recoloured(inputs, options.preserve_colour)
        self.start = inputs.extras.get("init_picture")
        self.matcher = Matcher(network, paintings, inputs.style_shares, options, context.run.seed)
        watch(context, self.matcher.random)
        self.done, self.total = 0, 0
        self.account: list[dict[str, object]] = []

    def paint(self, stages: Sequence[Stage]) -> tuple[Tensor, list[dict[str, object]]]:
        """The picture through all the stages, each from the one before; and an account by stage."""
        picture: Tensor | None = None
        last = stages[-1].size
        self.total = sum(stage.steps for stage in stages)
        for stage in stages:
            if self.context.stopping:
                break
            photo = to_tensor(resize(self.content, stage.size), self.device)
            query, picture = self.begin(picture, photo)
            if stage.whole:
                picture = self.descend(picture, self.matcher.whole(query, photo), stage, "best")
            else:
                picture = self.descend(picture, self.matcher.split(photo, picture), stage, "last")
        if picture is None:
            raise Cancelled("stopped before there was a picture")
        return enlarge(picture, last).clamp(0, 1), self.account

    def begin(self, picture: Tensor | None, photo: Tensor) -> tuple[Tensor, Tensor]:
        """At one scale: the picture that looks for neighbours, and the one that the descent starts from."""
        size = (photo.shape[-2], photo.shape[-1])
        if picture is None and self.start is not None:
            picture = to_tensor(resize(self.start, size), self.device)
        elif picture is None:
            return photo, without_detail(photo, _SOFT_BANDS)
        elif picture.shape[-2:] == size:
            return picture, picture
        # The enlarged picture has no finest band yet; the photo's makes it look for detail where the photo has some.
        picture = enlarge(picture, size) + finest_band(photo)
        return torch.lerp(picture, photo, self.options.photo_share), picture

    def descend(self, picture: Tensor, objective: Objective, stage: Stage, keep: Keep) -> Tensor:
        """Spend one stage's steps."""
        minimum = minimise(
            picture, objective, stage.steps, self.context, optimiser="adam", learning_rate=self.options.learning_rate,
            bands=_BANDS, keep=keep, done=self.done, total=self.total,
        )  # fmt: skip
        self.done += stage.steps
        self.account.append(stage_account(stage, minimum))
        return minimum.picture

    def report(self, stages: list[dict[str, object]]) -> dict[str, object]:
        """What happened, JSON-ready."""
        return {"device": self.device.type, "precision": self.precision, "stages": stages}
