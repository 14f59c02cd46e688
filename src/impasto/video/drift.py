"""Noise that goes along with what moves, and stays noise: hatching and turbulence for films.

Bousseau, Neyret, Thollot & Salesin 2007 (Video Watercolorization using Bidirectional Texture Advection): places in a texture
are carried along the motion; as they would stretch in time, two generations take turns, each fresh while the other fades.
"""

from dataclasses import dataclass

import numpy as np

from impasto.core import Array

from .motion import Motion, from_beyond, warp

_LIFE = 24  # frames a generation lasts
_APART_PX = 1.5  # places so far apart show different noise


@dataclass(frozen=True, slots=True)
class Drift:
    """Where in a texture each pixel of a frame looks, for two generations: (2, H, W, 2), x then y, as steps in px.

    age: frames since the first generation began; the second is half a life behind.
    """

    steps: Array
    age: int = 0

    @classmethod
    def begin(cls, shape: tuple[int, int]) -> "Drift":
        """That of a first frame: every pixel looks at its own place."""
        return cls(np.zeros((2, *shape, 2), np.float32), _LIFE // 2)

    def moved(self, motion: Motion) -> "Drift":
        """That of the next frame. What was hidden looks at its own place; what comes in at a border goes on as its neighbours."""
        age = (self.age + 1) % _LIFE
        known = ((motion.trust > 0.5) | from_beyond(motion.backward))[..., None]
        steps = np.stack([(warp(each, motion.backward, "linear") + motion.backward) * known for each in self.steps])
        for generation, since in enumerate((age, (age + _LIFE // 2) % _LIFE)):
            if since == 0:
                steps[generation] = 0
        return Drift(steps, age)

    def __call__(self, noise: Array) -> Array:
        """A field of noise (H, W) of mean 0 as this frame shows it, with the spread it has; itself where nothing moved."""
        one, other = (warp(noise, each, "linear", beyond="mirror") for each in self.steps)
        share = np.float32(1 - abs(2 * self.age / _LIFE - 1))  # of the first: none when it is new
        apart = np.square(self.steps[0] - self.steps[1]).sum(-1)
        like = np.exp(-apart / (2 * _APART_PX**2))
        # The deviation of a mean of two noises that are alike to that degree.
        spread = np.sqrt(share**2 + (1 - share) ** 2 + 2 * like * share * (1 - share))
        return (share * one + (1 - share) * other) / spread
