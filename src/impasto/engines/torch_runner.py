"""The torch engine: a network's text run eagerly, on any device torch knows."""

import numpy as np
import torch
from numpy.typing import NDArray

from .hardware import Precision
from .ops import Arrays, Network
from .torch_ops import TORCH

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class TorchRunner:
    """A network on a torch device, its weights laid out channels last."""

    engine = "torch"

    def __init__(self, network: Network, precision: Precision, device: torch.device, threads: int) -> None:
        """Put the weights on the device."""
        self.network, self.precision, self.device, self.threads = network, precision, device, threads
        self._dtype = _DTYPES[precision]
        self._weights = {name: self._tensor(array) for name, array in network.weights.items()}

    def _tensor(self, array: NDArray[np.float32]) -> torch.Tensor:
        tensor = torch.from_numpy(np.array(array, np.float32)).to(self.device, self._dtype)
        return tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor

    def __call__(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """Outputs by name, float32."""
        if self.device.type == "cpu" and torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        with torch.inference_mode():
            given = {name: self._tensor(inputs[name]) for name in self.network.inputs}
            found = self.network.forward(TORCH, self._weights, given)
            return {name: found[name].float().cpu().contiguous().numpy() for name in self.network.outputs}
