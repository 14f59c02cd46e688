"""Where a method stands in the field, in the terms of Jing et al., "Neural Style Transfer: A Review"."""

from dataclasses import dataclass
from typing import Literal

Family = Literal["neural", "strokes", "regions", "examples", "filters", "texture", "colour", "translation"]
Reconstruction = Literal["online", "offline", "none"]
Texture = Literal["parametric", "non-parametric", "none"]
Scope = Literal["per-style", "multi-style", "any-style", "none"]

FAMILIES: dict[Family, str] = {
    "neural": "Neural style transfer",
    "strokes": "Stroke-based rendering",
    "regions": "Region-based rendering",
    "examples": "Example-based rendering",
    "filters": "Image processing and filtering",
    "texture": "Texture synthesis",
    "colour": "Colour transfer",
    "translation": "Image-to-image translation",
}
_RECONSTRUCTION = {"online": "Image optimisation (slow, online)", "offline": "Model optimisation (fast, offline)"}
_TEXTURE = {"parametric": "Parametric: summary statistics", "non-parametric": "Non-parametric: patches (MRF)"}
_SCOPE = {
    "per-style": "One style per model",
    "multi-style": "Many styles per model",
    "any-style": "Any style per model",
}


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """One place in the survey's tree (its figure 2), plus the families before and beside neural methods."""

    family: Family = "neural"
    reconstruction: Reconstruction = "none"
    texture: Texture = "none"
    scope: Scope = "none"

    @property
    def path(self) -> tuple[str, ...]:
        """Titles from the root of the tree to this branch; offline methods divide by scope, online ones by texture."""
        branch = [FAMILIES[self.family]]
        if self.reconstruction == "online":
            branch.append(_RECONSTRUCTION["online"])
            if self.texture != "none":
                branch.append(_TEXTURE[self.texture])
        elif self.reconstruction == "offline":
            branch.append(_RECONSTRUCTION["offline"])
            if self.scope != "none":
                branch.append(_SCOPE[self.scope])
        return tuple(branch)
