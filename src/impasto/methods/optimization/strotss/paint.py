"""The control flow of `strotss`: coarse to fine, sample places, compare clouds of hypercolumns, move the pyramid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.content.colour import recoloured, with_kept_colour
from impasto.content.laplacian import contour_keeper
from impasto.content.regions import matched_labels
from impasto.content.self_similarity import self_similarity, self_similarity_loss
from impasto.core import Cancelled, Context, Inputs, Result
from impasto.encoders import budget
from impasto.encoders.hardware import choose_device, choose_precision, use_threads
from impasto.encoders.hypercolumns import equal_gains
from impasto.encoders.vgg import mirrored
from impasto.image import resize, style_size
from impasto.image.tensors import to_array, to_tensor
from impasto.reconstruction.descent import enlarge, stage_account
from impasto.reconstruction.minimise import Objective, minimise
from impasto.reconstruction.pyramid import finest_band
from impasto.reconstruction.resume import watch
from impasto.reconstruction.schedule import Scale
from impasto.textures.neighbours import centre_of, cosine_loss, unit
from impasto.textures.transport import moments_loss, moments_of, palette_loss, transport_loss

from . import CONTENT_LAYER, LAYERS, Options
from .places import MARGIN_PX, Region, anywhere, columns_at, regions_of, shared
from .plan import kept_bytes, stages_for

_BANDS = 5  # of the picture's pyramid, as in the authors' code
_RIM = 0.03  # of a painting's sides: its frame is no part of its style
_CONTENT_PULL = 2.0  # content against style at the last scale; each coarser one has twice that (16 at 64 of 512 pixels)
# Mean square of a layer's entries in a hypercolumn, by block; 1 where none is named. With all equal half of a cosine is
# made in blocks 4 and 5, which see objects more than strokes: style came later and likenesses that matter went.
_ENERGY = {"relu3": 2.0, "relu4": 0.5, "relu5": 0.02}


def stylize(inputs: Inputs, options: Options, context: Context) -> Result:
    """Bring the picture's cloud of hypercolumns to the painting's, coarse to fine, while self-similarity is kept."""
    use_threads(context.run)
    easel = Easel(inputs, options, context)
    picture, account = easel.paint(stages_for(inputs.content.shape[:2], options))
    finished = with_kept_colour(to_array(picture), inputs.content, options.preserve_colour)
    return Result(finished, easel.report(account))


@dataclass(frozen=True, slots=True)
class Cloud:
    """Of the style's hypercolumns in one region directions, colours and moments, and what of the picture it is to paint."""

    region: Region | None
    share: float
    directions: Tensor
    colours: Tensor
    moments: tuple[Tensor, Tensor]

    @classmethod
    def of(cls, rows: Tensor, region: Region | None = None) -> "Cloud":
        """A cloud of hypercolumns (n, C) for a region, or for the whole picture."""
        return cls(region, region.share if region else 1.0, unit(rows), rows[:, :3], moments_of(rows))


class Easel:
    """The pictures, the network and the random numbers of one run."""

    def __init__(self, inputs: Inputs, options: Options, context: Context) -> None:
        self.inputs, self.options, self.context = inputs, options, context
        self.device = choose_device(context.run)
        self.precision = choose_precision(context.run, self.device)
        self.regions = _regions(inputs)
        size = inputs.content.shape[:2]
        self.network = budget.load(
            size, LAYERS, context.run, self.device, self.precision, beside=kept_bytes(size, options, self.precision)
        )
        self.content, self.paintings = recoloured(inputs, options.preserve_colour)
        self.random = watch(context, torch.Generator().manual_seed(context.run.seed))

    def paint(self, stages: Sequence[Scale]) -> tuple[Tensor, list[dict[str, object]]]:
        """The picture at every scale, each starting from the one before; an account by stage."""
        options, account, done = self.options, [], 0
        pull = _CONTENT_PULL * options.content_weight * 2 ** (len(stages) - 1)
        picture: Tensor | None = None
        for stage in stages:
            if self.context.stopping:
                break
            last, photo = stage is stages[-1], to_tensor(resize(self.content, stage.size), self.device)
            picture = self.start(picture, photo, last)
            minimum = minimise(
                picture, self.objective(photo, pull), stage.steps, self.context, optimiser="rmsprop",
                learning_rate=options.learning_rate * (0.5 if last else 1.0), bands=_BANDS, keep="last",
                done=done, total=sum(s.steps for s in stages),
            )  # fmt: skip
            picture, done, pull = minimum.picture, done + stage.steps, pull / 2
            account.append(stage_account(stage, minimum))
        if picture is None or not account:
            raise Cancelled("stopped before there was a picture")
        return enlarge(picture, stages[-1].size).clamp(0, 1), account

    def start(self, picture: Tensor | None, photo: Tensor, last: bool) -> Tensor:
        """The photo's detail on the style's mean colour at first, on the enlarged picture later, none at the end."""
        if picture is None:
            mean = sum(
                share * to_tensor(painting, self.device).mean((2, 3), keepdim=True)
                for painting, share in zip(self.paintings, self.inputs.style_shares, strict=True)
            )
            return finest_band(photo) + mean
        picture = enlarge(picture, (photo.shape[-2], photo.shape[-1]))
        return picture if last else picture + finest_band(photo)

    def look(self, picture: Tensor) -> dict[str, Tensor]:
        """The picture and everything VGG-19 sees in it, of its mirrored margin too."""
        wide = mirrored(picture, MARGIN_PX)
        return {"picture": wide.to(self.network.dtype), **self.network(wide, (*LAYERS, CONTENT_LAYER))}

    def places(self, count: int, region: Region | None = None, rim: float = 0.0) -> Tensor:
        """Random places (n, 2) of y, x in [0, 1], anywhere but at the rim, or within one region."""
        if region:
            return region.places(count, self.random).to(self.device)
        return (rim + (1 - 2 * rim) * anywhere(count, self.random)).to(self.device)

    @torch.no_grad()
    def clouds(self, size: tuple[int, int]) -> tuple[list[Cloud], dict[str, float]]:
        """What the paintings offer at one scale, region by region, and the gains that make layers comparable."""
        looks = [
            self.look(to_tensor(resize(p, style_size(p.shape[:2], size, self.options.style_scale)), self.device))
            for p in self.paintings
        ]
        shares = {name: _ENERGY.get(name[:5], 1.0) * looks[0][name].shape[1] for name in ("picture", *LAYERS)}
        gains = equal_gains(looks[0], shares)
        number = self.options.style_samples
        if self.regions:
            # Half of the samples for each region: it is a style of its own, however little of the painting it is.
            parts = [(mine, columns_at(looks[0], self.places(number // 2, its), gains)) for mine, its in self.regions]
            return [Cloud.of(rows, mine) for mine, rows in parts], gains
        rows = torch.cat([
            columns_at(look, self.places(max(2, round(number * share)), rim=_RIM), gains)
            for look, share in zip(looks, self.inputs.style_shares, strict=True)
        ])  # fmt: skip
        return [Cloud.of(rows)], gains

    def objective(self, photo: Tensor, pull: float) -> Objective:
        """Transport, moments, palette and self-similarity at one scale, at places drawn anew in every step."""
        clouds, gains = self.clouds((photo.shape[-2], photo.shape[-1]))
        with torch.no_grad():
            kept = self.look(photo)
        counts = shared(self.options.samples, [cloud.share for cloud in clouds])
        steer = self.options.laplacian_weight
        contours = contour_keeper(photo, self.options.laplacian_pools) if steer > 0 else None

        def objective(picture: Tensor) -> tuple[Tensor, dict[str, float]]:
            features = self.look(picture)
            groups = [self.places(count, cloud.region) for cloud, count in zip(clouds, counts, strict=True)]
            rows = [columns_at(features, places, gains) for places in groups]
            everywhere = torch.cat(groups)
            target = self_similarity(columns_at(kept, everywhere, gains))
            terms = {"content": self_similarity_loss(torch.cat(rows), target)}
            if self.options.feature_weight > 0:
                terms["features"] = _features_loss(features, kept, everywhere)
            for name, measure in (("transport", _transport), ("moments", _moments), ("palette", _palette)):
                parts = [cloud.share * measure(mine, cloud) for mine, cloud in zip(rows, clouds, strict=True)]
                terms[name] = torch.stack(parts).sum()
            light = 1 / max(pull, 1.0)
            style = terms["transport"] + terms["moments"] + light * terms["palette"]
            content = terms["content"] + self.options.feature_weight * terms.get("features", 0.0)
            loss = (pull * content + style) / (2 + pull + light)
            if contours is not None:
                terms["laplacian"] = contours(picture)
                loss = loss + steer * terms["laplacian"]
            return loss, {name: term.item() for name, term in terms.items()}

        return objective

    def report(self, stages: list[dict[str, object]]) -> dict[str, object]:
        """What happened, JSON-ready."""
        return {"device": self.device.type, "precision": self.precision, "stages": stages}


def _regions(inputs: Inputs) -> list[tuple[Region, Region]]:
    """Each region of the photo with the painting's that is to paint it; none without label pictures."""
    labels = matched_labels(inputs)
    if labels is None:
        return []
    content, style = labels
    numbers = sorted(set(content.ravel().tolist()))
    return list(zip(regions_of(content, numbers), regions_of(style, numbers), strict=True))


def _features_loss(features: Mapping[str, Tensor], kept: Mapping[str, Tensor], places: Tensor) -> Tensor:
    """How far the content layer points elsewhere than in the photo at the same places, each seen from its own mean."""
    mine, theirs = (columns_at(look, places, {CONTENT_LAYER: 1.0}) for look in (features, kept))
    return cosine_loss(mine - centre_of(mine).to(mine.dtype), unit(theirs, centre_of(theirs)))


def _transport(rows: Tensor, cloud: Cloud) -> Tensor:
    return transport_loss(rows, cloud.directions)


def _moments(rows: Tensor, cloud: Cloud) -> Tensor:
    return moments_loss(rows, cloud.moments)


def _palette(rows: Tensor, cloud: Cloud) -> Tensor:
    return palette_loss(rows[:, :3], cloud.colours)
