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
