"""Huang & Belongie 2017: adaptive instance normalisation, the first real-time transfer of any style."""

from impasto.core import Content, Masks, Method, SizeRule, StyleMasks, Styles, Taxonomy
from impasto.reconstruction.options import OnePassOptions


class Options(OnePassOptions):
    """What can be turned on `adain`."""


METHOD = Method(
    id="adain",
    title="AdaIN",
    summary="Give the photo's features the painting's means and deviations, channel by channel, in one pass.",
    papers=("huang2017", "gatys2016colour", "wang2020"),
    taxonomy=Taxonomy(reconstruction="offline", texture="parametric", scope="any-style"),
    inputs=(
        Content(),
        Styles(many=True),
        Masks(help="Where a style goes: one greyscale picture for each style, in order, white where it goes; or one label picture whose grey levels, dark to bright, take the styles in order."),
        StyleMasks(help="Which part of a style to take: one for each style, white is taken. With one style and label pictures on both sides, labels of the same grey belong together."),
    ),
    size=SizeRule(minimum=32, default=1024),
    options=Options,
    presets={
        # Huang & Belongie 2017: VGG-19 to relu4_1, photos and paintings at 512.
        "paper": {"encoder": "vgg19", "size": 512},
        "tiny": {"size": 64},
    },
    run="impasto.methods.feedforward.adain.paint:stylize",
    estimate="impasto.reconstruction.onepass:estimate",
    weights=("slim", "adain_slim"),
    deviations=(
        "On the validation grid at 512 px (36 pairs, slim encoder) the median style ratio is 0.40 at a content cosine of 0.56; the authors' network was taught a hundred times longer.",
        "The default encoder is the slim one, a quarter of VGG-19's width, with a decoder trained here in minutes: see the card of adain_slim. VGG-19's decoder (preset 'paper') is not shipped; 'impasto train adain --encoder vgg19' makes it.",
        "Errors of channels are taken relative to their root mean square over the training pictures, in place of a network whose channels were rescaled.",
        "Below full strength, and where no mask reaches, what the decoder loses of the photo comes back in proportion, so that strength 0 is the photo; the authors' code shows the decoder's photo.",
        "Soft masks blend; the authors' are hard. What no mask covers stays the photo.",
    ),
)  # fmt: skip
