"""What tensors a network of a given width has, where its text and the manifest both have to know."""

Shape = tuple[int, ...]

CIN_BLOCKS = 5
LOOKS = (32, 48, 64, 96, 128)
"""Channels of the convolutions with which `ghiasi` looks at a painting; each halves it."""
CODE = 100
"""Numbers in a painting's code (Ghiasi et al. 2017, section 2.2)."""


def cin_contracting(width: int) -> dict[str, int]:
    """Channels of the layers whose norm no style touches. width: channels at the full size; 32 in the paper."""
    return {"down1": width, "down2": 2 * width, "down3": 4 * width}


def cin_styled(width: int) -> dict[str, int]:
    """Channels of the styled layers, in the order of their numbers in a row."""
    blocks = {f"block{i}{half}": 4 * width for i in range(1, CIN_BLOCKS + 1) for half in "ab"}
    return blocks | {"up1": 2 * width, "up2": width, "out": 3}


def cin_row_length(width: int) -> int:
    """How many numbers a style is: gain and shift of every styled channel; 2,758 in the paper."""
    return 2 * sum(cin_styled(width).values())


def cin(width: int) -> dict[str, Shape]:
    """The transformer of Dumoulin et al. 2017. Its convolutions have no bias: the norm after each would take it off."""
    found: dict[str, Shape] = {}
    before = 3
    for name, channels in (cin_contracting(width) | cin_styled(width)).items():
        side = 9 if name in ("down1", "out") else 3
        found[f"{name}.weight"] = (channels, before, side, side)
        if name in cin_contracting(width):
            found |= {f"{name}.gain": (1, channels), f"{name}.shift": (1, channels)}
        before = channels
    return found


def cin_styles(width: int, count: int) -> dict[str, Shape]:
    """The transformer with the rows of `count` styles."""
    return cin(width) | {"rows": (count, cin_row_length(width))}


def johnson(width: int) -> dict[str, Shape]:
    """The transformer of one style: as `cin`, with a gain and a shift of its own for every norm."""
    layers = cin_contracting(width) | cin_styled(width)
    own = {f"{name}.{kind}": (1, channels) for name, channels in layers.items() for kind in ("gain", "shift")}
    return cin(width) | own


SUPER_BLOCKS = 4
"""Residual blocks of the network that enlarges (Johnson et al. 2016, section 4.2)."""


def super_resolution(factor: int, width: int = 64) -> dict[str, Shape]:
    """The network that sharpens a picture enlarged `factor` (4 or 8) times. width: channels at the size it had before."""
    layers: dict[str, tuple[int, int]] = {"stem": (3 * factor**2, width)}
    layers |= {f"block{i}{half}": (width, width) for i in range(1, SUPER_BLOCKS + 1) for half in "ab"}
    before = width
    for i in range(factor.bit_length() - 1):
        after = max(width // 4, width >> (i + 1))
        layers[f"up{i + 1}"] = (before, after)
        before = after
    layers["out"] = (before, 3)
    found: dict[str, Shape] = {}
    for name, (inputs, outputs) in layers.items():
        found |= {f"{name}.weight": (outputs, inputs, 3, 3), f"{name}.bias": (outputs,)}
    return found


def ghiasi(width: int) -> dict[str, Shape]:
    """The transformer, what looks at a painting, and the matrices from there to a code and from a code to a row."""
    found = cin(width)
    before = 3
    for i, channels in enumerate(LOOKS, 1):
        found |= {f"look{i}.weight": (channels, before, 3, 3), f"look{i}.bias": (channels,)}
        before = channels
    found |= {"code.weight": (CODE, 2 * (3 + sum(LOOKS))), "code.bias": (CODE,)}
    return found | {"row.weight": (cin_row_length(width), CODE), "row.bias": (cin_row_length(width),)}


def alla_prima() -> dict[str, Shape]:
    """The network of `alla_prima`; a test holds it to its text."""
    shapes: dict[str, Shape] = {}
    blocks = {"before": 64, "below": 64, "after": 64, "fine": 32}
    convolutions = {"stem": (48, 32), "down": (32, 64)}
    for block, channels in {"look": 64, **blocks}.items():
        convolutions |= {f"{block}.1": (channels, channels), f"{block}.2": (channels, channels)}
    convolutions |= {"lower": (64, 64), "up": (64, 32), "grain": (32, 16), "out": (16, 12), "read.down": (64, 64)}
    for name, (inputs, outputs) in convolutions.items():
        shapes |= {f"{name}.weight": (outputs, inputs, 3, 3), f"{name}.bias": (outputs,)}
    for name, inputs, outputs in (("read.1", 320, 96), ("read.2", 96, 896)):
        shapes |= {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
    return shapes


MSGNET_BLOCKS = 6
_MSGNET_STEM = 64
"""Channels at the full size, twice as many at the half (Zhang & Dana 2017); narrow networks have fewer."""


def msgnet(width: int) -> dict[str, Shape]:
    """The network of Zhang & Dana 2017. width: of the bottlenecks at a quarter of the size, 128 in the paper."""
    stem = min(_MSGNET_STEM, 3 * width // 4)
    half, quarter = 2 * stem, 4 * width
    found: dict[str, Shape] = {"stem.weight": (stem, 3, 7, 7), "stem.bias": (stem,)}
    blocks = {"down1": (stem, max(4, half // 4), half), "down2": (half, width, quarter)}
    blocks |= {f"block{i}": (quarter, width, quarter) for i in range(1, MSGNET_BLOCKS + 1)}
    blocks |= {"up1": (quarter, max(4, half // 4), half), "up2": (half, max(4, stem // 4), stem)}
    for name, (inputs, middle, outputs) in blocks.items():
        found |= {
            f"{name}.1.weight": (middle, inputs, 1, 1), f"{name}.2.weight": (middle, middle, 3, 3),
            f"{name}.3.weight": (outputs, middle, 1, 1), f"{name}.1.bias": (middle,), f"{name}.2.bias": (middle,),
            f"{name}.3.bias": (outputs,),
        }  # fmt: skip
        if inputs != outputs:
            side = 3 if name.startswith("up") else 1
            found[f"{name}.skip.weight"] = (outputs, inputs, side, side)
        if name == "down2":
            found["comatch.weight"] = (quarter, quarter)
    return found | {"out.weight": (3, stem, 7, 7), "out.bias": (3,)}


TEXTURE_SCALES = 6
"""Sizes of noise, from the picture's own to a thirty-second (Ulyanov et al. 2016, section 3.2)."""
TEXTURE_WIDTH = 8
"""Channels of one scale; they add up from the smallest to the largest."""


def texture_net(channels: int, *, fixed: bool = False) -> dict[str, Shape]:
    """The generator of Ulyanov et al. 2016. channels: of its input at every scale: of noise, and three of a photo.

    fixed: with the means and deviations that its norms take off, of a network trained with batch norm.
    """
    found: dict[str, Shape] = {}

    def layer(name: str, outputs: int, inputs: int, side: int) -> None:
        found[f"{name}.weight"] = (outputs, inputs, side, side)
        norms(name, outputs)

    def norms(name: str, count: int) -> None:
        for part in ("gain", "shift", *(("mean", "deviation") if fixed else ())):
            found[f"{name}.{part}"] = (1, count)

    width = TEXTURE_WIDTH
    for scale in range(TEXTURE_SCALES):
        for i, (inputs, side) in enumerate(((channels, 3), (width, 3), (width, 1)), 1):
            layer(f"noise{scale}.{i}", width, inputs, side)
    for scale in reversed(range(TEXTURE_SCALES - 1)):
        whole = width * (TEXTURE_SCALES - scale)
        norms(f"join{scale}.coarse", whole - width)
        norms(f"join{scale}.fine", width)
        for i, side in enumerate((3, 3, 1), 1):
            layer(f"join{scale}.{i}", whole, whole, side)
    return found | {"out.weight": (3, width * TEXTURE_SCALES, 1, 1), "out.bias": (3,)}


BANK = "banks"
"""StyleBank's tensor of all banks; "bank_bias" goes with it."""


BANK_BLOCKS = 3
"""Residual blocks of StyleBank's decoder, which the paper has not."""


def stylebank(width: int, styles: int) -> dict[str, Shape]:
    """The auto-encoder of Chen et al. 2017, and a bank of filters for every style. width: channels at the full size."""
    found: dict[str, Shape] = {}
    rows = [("down1", 3, width, 9), ("down2", width, 2 * width, 3), ("down3", 2 * width, 4 * width, 3)]
    rows += [(f"block{i}{half}", 4 * width, 4 * width, 3) for i in range(1, BANK_BLOCKS + 1) for half in "ab"]
    rows += [("up1", 4 * width, 2 * width, 3), ("up2", 2 * width, width, 3), ("out", width, 3, 9)]
    for name, inputs, outputs, side in rows:
        found |= {f"{name}.weight": (outputs, inputs, side, side), f"{name}.bias": (outputs,)}
    return found | {BANK: (styles, 4 * width, 4 * width, 3, 3), "bank_bias": (styles, 4 * width)}


DIVERSE_OWN = 3
"""Sizes of `diversified`, from the smallest on, at which every texture has noise of its own; at the others all share it."""
DIVERSE_NOISE = 2
"""Channels of noise, for every texture where each has its own (Li et al. 2017, section 3.1)."""


def diversified_widths(width: int) -> tuple[int, ...]:
    """Channels from a thirty-second of the size to all of it. width: at the smallest ones."""
    return (width, width, width, 6 * width // 7, 4 * width // 7, 3 * width // 7)


def diversified_noise(scale: int, textures: int) -> int:
    """Channels of noise at a size, the smallest being 0."""
    return DIVERSE_NOISE * (textures if scale < DIVERSE_OWN else 1)


def diversified(width: int, textures: int) -> dict[str, Shape]:
    """The generator of Li et al. 2017 in its convolutional form, with a selector for so many textures."""
    found: dict[str, Shape] = {}
    before = 0
    for scale, channels in enumerate(diversified_widths(width)):
        inputs = before + diversified_noise(scale, textures)
        for i, side in enumerate((3, 3, 1), 1):
            found[f"scale{scale}.{i}.weight"] = (channels, inputs, side, side)
            for part in ("gain", "shift"):
                found[f"scale{scale}.{i}.{part}"] = (channels, textures)
            inputs = channels
        before = channels
    return found | {"out.weight": (3, before, 3, 3), "out.bias": (3,)}
