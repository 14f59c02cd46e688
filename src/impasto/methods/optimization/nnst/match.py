"""Neighbours in the paintings, for whole hypercolumns and for single layers, and the losses that ask for them."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from impasto.content.laplacian import contour_keeper
from impasto.core import Array
from impasto.encoders.encoder import Encoder
from impasto.encoders.hypercolumns import as_rows, equal_gains, hypercolumns, on_grid
from impasto.encoders.tiled import stride_of
from impasto.encoders.vgg import mirrored
from impasto.image import resize, style_size
from impasto.image.tensors import to_tensor
from impasto.reconstruction.minimise import Objective
from impasto.textures.neighbours import centre_of, cosine_loss, lengths_of, nearest, shared_out, unit

from . import Options

CONTENT_LAYER = "relu4_2"  # what is where, of any look; Gatys et al. 2016, section 2.1
MARGIN_PX = 8  # mirrored around pictures, so that their edges do not see the network's black surroundings
CELL = 4  # pixels of a hypercolumn's side, as in the authors' code
# Cosines do not see how strong a look is: without the colours of the places found and their lengths, contrast and saturation run away.
_COLOUR_PULL, _LENGTH_PULL = 2.0, 0.5
_RIM = 0.03  # of a painting's sides: its frame and the network's own padding are no part of its style
MOST_OFFERS = 98_304  # hypercolumns searched at a scale: half a gigabyte; larger paintings are sampled down to it
FINISH_QUERIES, FINISH_KEYS = 2048, 8192  # places compared in one step of the finish, per layer


class Matcher:
    """Finds what the paintings offer for each place of the picture."""

    def __init__(self, network: Encoder, paintings: Sequence[Array], shares: tuple[float, ...], options: Options,
                 seed: int) -> None:  # fmt: skip
        self.network, self.paintings, self.shares, self.options = network, paintings, shares, options
        self.layers = tuple(layer for layer, share in options.layers.items() if share > 0)
        self.seen = tuple(dict.fromkeys((*self.layers, CONTENT_LAYER) if options.content_weight > 0 else self.layers))
        self.random = torch.Generator().manual_seed(seed)

    def look(self, picture: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """A picture's features by layer, of its mirrored margin too."""
        return self.network(picture, layers, margin_px=MARGIN_PX)

    def turned(self, painting: Array, size: tuple[int, int]) -> Iterator[Tensor]:
        """The painting as large as a result of `size` wants it, upright and turned by quarters, (1, 3, H, W) each."""
        scaled = resize(painting, style_size(painting.shape[:2], size, self.options.style_scale))
        upright = to_tensor(scaled, self.network.device)
        for quarters in range(4 if self.options.turned else 1):
            yield torch.rot90(upright, quarters, (2, 3))

    @torch.no_grad()
    def whole(self, query: Tensor, photo: Tensor) -> Objective:
        """The loss that gives every place the hypercolumn its look in `query` (1, 3, H, W) is nearest to."""
        size = (query.shape[-2], query.shape[-1])
        grid = _grid(size)
        gains: dict[str, float] = {}
        offers: list[Offer] = []
        for painting in self.paintings:
            found: list[Offer] = []
            pictures = list(self.turned(painting, size))
            most = MOST_OFFERS // (len(pictures) * len(self.paintings))
            for picture in pictures:
                features = self.look(picture, self.layers)
                gains = gains or equal_gains(features, {layer: self.options.layers[layer] for layer in self.layers})
                cells = _grid((picture.shape[-2], picture.shape[-1]))
                rows = _within(hypercolumns(features, cells, gains).view(*cells, -1), CELL, _RIM)
                colours = _within(as_rows(on_grid(mirrored(picture, MARGIN_PX), cells)).view(*cells, -1), CELL, _RIM)
                chosen = self.some(len(rows), most)
                found.append(Offer(rows[chosen], colours[chosen]))
            offers.append(Offer(*(torch.cat(parts) for parts in zip(*found, strict=True))))

        def columns(features: Mapping[str, Tensor]) -> Tensor:
            return _within(hypercolumns(features, grid, gains).view(*grid, -1), CELL)

        targets, lengths, colours = self.targets(columns(self.look(query, self.layers)), offers)

        def neighbours(features: Mapping[str, Tensor]) -> Tensor:
            return cosine_loss(columns(features), targets, lengths, length_pull=_LENGTH_PULL)

        return self.objective(neighbours, photo, colours)

    def objective(
        self, neighbours: Callable[[Mapping[str, Tensor]], Tensor], photo: Tensor, colours: Tensor
    ) -> Objective:
        """The loss of neighbours, of colours (n, 3) cell by cell, and of the photo's deep features where they hold on."""
        weight = self.options.content_weight
        kept = self.directions(self.look(photo, (CONTENT_LAYER,))) if weight > 0 else None
        steer = self.options.laplacian_weight
        contours = contour_keeper(photo, self.options.laplacian_pools) if steer > 0 else None

        def objective(picture: Tensor) -> tuple[Tensor, dict[str, float]]:
            features = self.look(picture, self.seen)
            near, colour = neighbours(features), (_colours(picture) - colours).square().mean()
            terms = {"neighbours": near.item(), "colours": colour.item()}
            loss = near + _COLOUR_PULL * colour
            if kept is not None:
                rows = as_rows(features[CONTENT_LAYER])
                content = cosine_loss(rows - centre_of(rows).to(rows.dtype), kept)
                terms["content"] = content.item()
                loss = loss + weight * content
            if contours is not None:
                bent = contours(picture)
                terms["laplacian"] = bent.item()
                loss = loss + steer * bent
            return loss, terms

        return objective

    def directions(self, features: Mapping[str, Tensor]) -> Tensor:
        """Where the content layer points at every place, seen from its mean: what differs from place to place."""
        rows = as_rows(features[CONTENT_LAYER])
        return unit(rows, centre_of(rows))

    def targets(self, rows: Tensor, offers: list["Offer"]) -> tuple[Tensor, Tensor, Tensor]:
        """The nearest of each painting's hypercolumns for every row, of the painting whose turn it is there.

        Unit length, (n, C); their lengths (n,); their colours (n, 3). Photo and painting are each seen from their own mean, so that the
        dark places of the one meet the dark places of the other, however bright they are.
        """
        directions = unit(rows, centre_of(rows))
        found = [nearest(directions, unit(offer.rows, centre_of(offer.rows))) for offer in offers]
        choice = shared_out(torch.stack([cosine for _, cosine in found], 1), self.shares)
        targets, colours = torch.empty_like(rows), rows.new_empty((len(rows), 3), dtype=torch.float32)
        for number, (offer, (index, _)) in enumerate(zip(offers, found, strict=True)):
            mine = choice == number
            targets[mine] = offer.rows[index[mine]]
            colours[mine] = offer.colours[index[mine]]
        return unit(targets), lengths_of(targets), colours

    @torch.no_grad()
    def split(self, photo: Tensor, picture: Tensor) -> Objective:
        """The loss that lets every layer look for neighbours by itself, anew in every step ("feature splitting").

        Each step looks at a coarse grid of places, shifted at random, so that all have their turn. Colours stay those of
        `picture`, where the descent starts.
        """
        keys = self.keys((photo.shape[-2], photo.shape[-1]))
        centres = {layer: centre_of(rows) for layer, rows in keys.items()}
        lengths = {layer: lengths_of(rows, centres[layer]) for layer, rows in keys.items()}
        keys = {layer: unit(rows, centres[layer]) for layer, rows in keys.items()}

        def neighbours(features: Mapping[str, Tensor]) -> Tensor:
            losses: list[Tensor] = []
            for layer in self.layers:
                shape, margin = features[layer].shape[-2:], MARGIN_PX // stride_of(layer)
                height, width = (side - 2 * margin for side in shape)
                stride = math.ceil((height * width / FINISH_QUERIES) ** 0.5)
                down, across = (
                    torch.randint(min(stride, height, width), (2,), generator=self.random) + margin
                ).tolist()
                # Rows by number: the gradient of a slice would come back in another memory order than the network's.
                numbers = torch.arange(shape.numel()).view(shape)
                places = numbers[down : shape[0] - margin : stride, across : shape[1] - margin : stride].flatten()
                rows = as_rows(features[layer]).index_select(0, places.to(features[layer].device))
                rows = rows - centres[layer].to(rows.dtype)
                index, _ = nearest(unit(rows.detach()), keys[layer], candidates=1)
                losses.append(cosine_loss(rows, keys[layer][index], lengths[layer][index], length_pull=_LENGTH_PULL))
            return torch.stack(losses).mean()

        return self.objective(neighbours, photo, _colours(picture))

    def keys(self, size: tuple[int, int]) -> dict[str, Tensor]:
        """A sample of every layer's features in the paintings, each painting by its share."""
        found: dict[str, list[Tensor]] = {layer: [] for layer in self.layers}
        for painting, share in zip(self.paintings, self.shares, strict=True):
            pictures = list(self.turned(painting, size))
            most = max(1, round(FINISH_KEYS * share / len(pictures)))
            for picture in pictures:
                for layer, features in self.look(picture, self.layers).items():
                    cells = features[0].permute(1, 2, 0)
                    rows = _within(cells, stride_of(layer), _RIM)
                    found[layer].append(rows[self.some(len(rows), most)])
        return {layer: torch.cat(rows) for layer, rows in found.items()}

    def some(self, count: int, most: int) -> Tensor:
        """Numbers below `count`, all or at most so many of them, drawn at random."""
        chosen = torch.arange(count) if count <= most else torch.randperm(count, generator=self.random)[:most]
        return chosen.to(self.network.device)


class Offer(NamedTuple):
    """What a painting offers: hypercolumns (n, C), and the colour of the place each stands for, (n, 3)."""

    rows: Tensor
    colours: Tensor


def _colours(picture: Tensor) -> Tensor:
    """Mean colour of every cell of a picture (1, 3, H, W), (n, 3)."""
    return as_rows(on_grid(picture, (picture.shape[-2] // CELL, picture.shape[-1] // CELL)))


def _grid(size: tuple[int, int]) -> tuple[int, int]:
    """Hypercolumns down and across a picture (height, width) with its margin."""
    return (size[0] + 2 * MARGIN_PX) // CELL, (size[1] + 2 * MARGIN_PX) // CELL


def _within(cells: Tensor, stride: int, share: float = 0.0) -> Tensor:
    """Vectors of a grid (h, w, C) without its margin, nor the outermost `share` of the picture's sides: (n, C)."""
    margin = MARGIN_PX // stride
    height, width = cells.shape[0] - 2 * margin, cells.shape[1] - 2 * margin
    rim = margin + min(round(share * max(height, width)), (min(height, width) - 1) // 2)
    return cells[rim : cells.shape[0] - rim, rim : cells.shape[1] - rim].reshape(-1, cells.shape[2])
