"""Eight-bit arithmetic: what has to be known of a network for it, measured once and kept beside its weights.

Every convolution's input is cut into 256 steps of one range (NumPy array RANGES among the network's weights: least and
largest by convolution, in the order the text asks for them; a row whose least is not below its largest leaves that one
in higher precision), and every filter into 255 steps of its own. Between convolutions nothing changes.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from impasto.core import RunError

from .openvino import graph
from .openvino_runner import OpenVINORunner, core
from .ops import RANGES, Arrays, Network

_PSNR_DB = 34.0  # against float32: below it, flat skies begin to show steps


def calibrated(network: Network, samples: Sequence[Arrays], at_least_db: float = _PSNR_DB) -> tuple[Network, float]:
    """The network with ranges among its weights, and the least PSNR in dB of what it then gives against float32.

    samples: inputs as they come in real use, a handful of photos with the styles they are painted in. Where all
    convolutions in eight bits miss the mark, the last, the first, or both stay in higher precision. Raises RunError
    when that does not reach it either.
    """
    bare = replace(network, weights={name: array for name, array in network.weights.items() if name != RANGES})
    ranges = measured(bare, samples)
    threads = 0  # all there are
    wanted = [OpenVINORunner(bare, "float32", threads)(sample) for sample in samples]
    best = -np.inf
    for spared in ((), (-1,), (0,), (0, -1)):
        tried = ranges.copy()
        tried[list(spared)] = 0
        made = replace(bare, weights={**bare.weights, RANGES: tried}, fingerprint="")
        runner = OpenVINORunner(made, "int8", threads)
        found = min(psnr(runner(sample), expected) for sample, expected in zip(samples, wanted, strict=True))
        if found >= at_least_db:
            return made, found
        best = max(best, found)
    raise RunError(f"network '{network.name}' keeps {best:.1f} dB in eight bits, {at_least_db:g} are needed")


def measured(network: Network, samples: Sequence[Arrays]) -> NDArray[np.float32]:
    """Least and largest of what every convolution is given on the samples: (convolutions, 2)."""
    model, _ = graph(network, watched=True)
    request = core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
    rows: list[NDArray[np.float32]] = []
    for sample in samples:
        request.infer({name: sample[name] for name in network.inputs})
        found = [float(request.get_output_tensor(i).data) for i in range(len(model.outputs))]
        rows.append(np.array(found, np.float32).reshape(-1, 2))
    return np.stack([np.min(rows, 0)[:, 0], np.max(rows, 0)[:, 1]], 1)


def psnr(found: Arrays, expected: Arrays) -> float:
    """The least of any output, in dB, against the span of what was expected."""
    values: list[float] = []
    for name, array in expected.items():
        error, span = float(np.square(found[name] - array).mean()), float(np.ptp(array)) or 1.0
        values.append(10 * np.log10(span**2 / max(error, 1e-20)))
    return min(values)
