"""The ONNX Runtime engine: a network's ONNX form, run on the processor. Needs no torch."""

from threading import Lock
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from . import onnx
from .narrow import Narrow
from .ops import Arrays, Network

onnxruntime.disable_telemetry_events()  # it has some on Windows


class OnnxRunner:
    """A network as an ONNX Runtime session, in float32. Sizes may change from call to call."""

    engine = "onnx"
    precision = "float32"

    def __init__(self, network: Network, threads: int) -> None:
        """threads: of the processor."""
        self.network, self._threads = network, threads
        self._sessions: Narrow[Any] = Narrow(network, self._session)
        self._lock = Lock()

    def __call__(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """Outputs by name, float32."""
        given = {name: np.ascontiguousarray(inputs[name], np.float32) for name in self.network.inputs}
        with self._lock:
            session = self._sessions.for_shapes({name: x.shape for name, x in given.items()})
        return dict(zip(self.network.outputs, session.run(None, given), strict=True))

    def _session(self, shapes: Any) -> Any:
        model, narrow = onnx.graph(self.network, shapes)
        if shapes is not None and not narrow:
            return None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # Idle threads that spin take the processor from whatever runs beside.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
