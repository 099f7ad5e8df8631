"""From film material to an ONNX in `engine/models/`: damage model, training sets, nets, training, evaluation.

The only part of Reelmend that needs PyTorch, and only `export.models`, `export.train` and
`export.to_onnx` import it.
"""

import os

# ONNX Runtime reports to its maker unless forbidden before it is loaded: engine/inference/runtime.py.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
