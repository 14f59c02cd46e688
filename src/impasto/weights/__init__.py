"""Trained networks by name: found, verified, converted once, loaded as float32 tensors. Importing this imports no torch.

    load("vgg19", up_to="conv5_1")   tensors, from wherever the file is found
    arrays("slim")                   the same as NumPy arrays, without torch
    resolve("vgg19")                 the safetensors file they are read from
    status("vgg19")                  where that is, or what to do when it is nowhere (for `impasto doctor`)
    cards()                          what the files are: origin, licence, limits

A file is looked for in this order: the path given; the folder in the environment variable IMPASTO_WEIGHTS; the files
shipped with impasto; an installed package that carries it; its pinned addresses, unless IMPASTO_OFFLINE is set. What
comes from a package or the network is checked against a sha256 and converted once into the cache (IMPASTO_CACHE).
"""

from .arrays import arrays
from .manifest import FILES, Card, WeightFile, cards
from .resolver import Status, front_end, load, resolve, status

__all__ = ["FILES", "Card", "Status", "WeightFile", "arrays", "cards", "front_end", "load", "resolve", "status"]
