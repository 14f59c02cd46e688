"""What the training of `cin` starts with."""

from impasto.core import UsageError, Workshop
from impasto.training.stylist import Stylist

from . import Options


def build(options: Options, workshop: Workshop) -> Stylist:
    """A network with a row for every painting."""
    if options.learn == "rows" and not options.start_from:
        raise UsageError("learn: rows alone learn only in a network that is trained; name it with start_from")
    return Stylist(options, workshop, rows_only=options.learn == "rows")
