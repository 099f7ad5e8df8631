"""Runs a model on whole frames: checked, clamped once, padded, in tiles, always with the same result."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.closing import Closing
from engine.errors import DeviceError, ModelError
from engine.inference.loading import open_session, spec_of
from engine.inference.model_spec import ModelSpec, TensorSpec
from engine.inference.registry import ModelEntry, find, read
from engine.inference.runtime import Device
from engine.inference.tiling import Tile, mirrored, tiles
from engine.types import AnyArray, Box, Float32

_AT_ONCE = 64
"""Rows that are still in a core's cache when they are gone over again."""


class ModelSession(Closing):
    """A loaded model; close it, or use it in a `with` block. `run` is safe to call from threads."""

    def __init__(
        self, model: ModelEntry | str | Path, device: Device = "auto", threads: int | None = None
    ) -> None:
        """`model`: a shipped id, an .onnx path, or an entry of `registry.listing()`.

        `threads`: cores that one run uses on the CPU, None for all; as many runs go side by side as there
        are cores for. The result is the same. Raises ModelError where the file is missing,
        altered, unreadable or not what its spec says, and DeviceError where the device is not there.
        """
        file = read(model if isinstance(model, ModelEntry) else find(model))
        self._session, self._device = open_session(file, device, threads)
        self._spec = spec_of(self._session, file)
        self._metadata = dict(self._session.get_modelmeta().custom_metadata_map)
        self._turn = threading.BoundedSemaphore(_side_by_side(self._device, threads))
        self._path, self._sha256 = file.entry.path, file.sha256

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    @property
    def metadata(self) -> Mapping[str, str]:
        """All that is written in the model file beside the net, by key."""
        return self._metadata

    @property
    def sha256(self) -> str:
        """Of the model file, in hexadecimal digits."""
        return self._sha256

    @property
    def device(self) -> str:
        """What it really computes on: "cpu", "cuda", "coreml" or "directml"."""
        return self._device

    def run(self, inputs: Mapping[str, AnyArray], consume: bool = False) -> dict[str, Float32]:
        """Every output by name, (N, C, H, W) float32, from every input by name, (N, C, H, W) float32.

        An output with a `scale` in the spec is (N, C, ceil(H / scale), ceil(W / scale)).
        Pictures are in the model encoding. They are clamped to the spec's `encoding_range` (a value that
        is not a number becomes its lower bound), on a copy, or with `consume` in the arrays given, where
        their sides fit; other channels are passed as they are.
        Sides that are no multiple of the spec's are filled up by reflection and the result is cropped.
        Frames larger than the spec's tile are run in tiles. Raises ModelError for inputs that do not
        fit the spec, DeviceError where the device fails (out of memory, for one).
        """
        session = self._live()
        self._check(inputs)
        ready = {
            tensor.name: self._prepared(inputs[tensor.name], tensor, consume) for tensor in self._spec.inputs
        }
        first = self._spec.inputs[0].name
        rows, columns = ready[first].shape[2:]
        parts = tiles(rows, columns, self._spec.tile, self._spec.overlap)
        if len(parts) == 1:
            results = self._run_tile(session, parts[0].read, ready)
        else:
            results = self._run_tiles(session, parts, ready)
        height, width = inputs[first].shape[2:]
        return {
            tensor.name: np.ascontiguousarray(
                results[tensor.name][..., : -(-height // tensor.scale), : -(-width // tensor.scale)]
            )
            for tensor in self._spec.outputs
        }

    def close(self) -> None:
        self._session = None

    def _live(self) -> Any:
        if self._session is None:
            raise ValueError(f"the session of {self._spec.id!r} is closed")
        return self._session

    def _check(self, inputs: Mapping[str, AnyArray]) -> None:
        expected = {tensor.name: tensor.channels for tensor in self._spec.inputs}
        if inputs.keys() != expected.keys():
            raise ModelError(
                f"{self._spec.id} takes {', '.join(expected)}, but was given "
                f"{', '.join(inputs) or 'nothing'}; give exactly these."
            )
        first = inputs[self._spec.inputs[0].name].shape
        for name, channels in expected.items():
            array = inputs[name]
            fits = len(first) == 4 and array.shape == (first[0], channels, *first[2:])
            if not fits or array.size == 0 or array.dtype != np.float32:
                raise ModelError(
                    f"{self._spec.id} takes {name!r} as float32 of (N, {channels}, H, W), N, H, W the same "
                    f"for all, but was given {array.dtype} of {array.shape}; give the planes its spec names."
                )

    def _prepared(self, array: AnyArray, tensor: TensorSpec, consume: bool) -> Float32:
        """Clamped and filled up, on a copy; the array itself where nothing is to be done, or it is ours."""
        multiple = self._spec.size_multiple
        bounds = self._spec.encoding_range if tensor.pictures else None
        down, right = -array.shape[2] % multiple, -array.shape[3] % multiple
        if not (down or right or bounds):
            return np.ascontiguousarray(array, np.float32)
        ours = consume and not (down or right)
        filled = array if ours else _filled_up(array, down, right)
        if bounds is not None:
            for name in tensor.pictures:
                _clamp(filled[:, tensor.meaning.index(name)], bounds)
        return filled

    def _run_tiles(
        self, session: Any, parts: Sequence[Tile], inputs: Mapping[str, Float32]
    ) -> dict[str, Float32]:
        batch, _, rows, columns = inputs[self._spec.inputs[0].name].shape
        results = {
            tensor.name: np.empty(
                (batch, tensor.channels, rows // tensor.scale, columns // tensor.scale), np.float32
            )
            for tensor in self._spec.outputs
        }
        for part in parts:
            found = self._run_tile(session, part.read, inputs)
            for tensor in self._spec.outputs:
                keep, inner = (_coarser(box, tensor.scale).slices for box in (part.keep, part.inner))
                results[tensor.name][(..., *keep)] = found[tensor.name][(..., *inner)]
        return results

    def _run_tile(self, session: Any, box: Box, inputs: Mapping[str, Float32]) -> dict[str, Float32]:
        rows, columns = box.slices
        feed = {name: np.ascontiguousarray(array[..., rows, columns]) for name, array in inputs.items()}
        names = [tensor.name for tensor in self._spec.outputs]
        try:
            # More runs than there are cores for would only need more memory, for good.
            with self._turn:
                found = dict(zip(names, session.run(names, feed), strict=True))
        except Exception as error:
            raise DeviceError(
                f"{self._spec.id} failed on {self.device} for {box.width}x{box.height} pixels: "
                f"{error}; free memory on the device, or use --device cpu."
            ) from error
        batch = inputs[self._spec.inputs[0].name].shape[0]
        for tensor in self._spec.outputs:
            coarse = _coarser(box, tensor.scale)
            expected = (batch, tensor.channels, coarse.height, coarse.width)
            self._check_result(tensor, found[tensor.name], expected)
        return found

    def _check_result(self, tensor: TensorSpec, plane: AnyArray, shape: tuple[int, ...]) -> None:
        if plane.shape != shape:
            raise ModelError(
                f"{self._path}: output {tensor.name!r} must be {shape} by its spec, but came as "
                f"{plane.shape}; export the model again with this version of Reelmend."
            )


def threads_for(at_once: int) -> int | None:
    """The `threads` of a session that so many frames use at the same time: one core each does more in all
    than many cores one after the other. None, all cores, where there is one at a time."""
    return None if at_once == 1 else max(1, _cores() // at_once)


def _side_by_side(device: str, threads: int | None) -> int:
    return 1 if threads is None or device != "cpu" else max(1, _cores() // threads)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _filled_up(array: AnyArray, down: int, right: int) -> Float32:
    """A copy with `down` rows and `right` columns more: mirrored, or the last repeated where too few."""
    batch, channels, height, width = array.shape
    filled = np.empty((batch, channels, height + down, width + right), np.float32)
    filled[..., :height, :width] = array
    filled[..., height:, :width] = filled[..., mirrored(height, down), :width]
    filled[..., width:] = filled[..., mirrored(width, right)]
    return filled


def _clamp(planes: Float32, bounds: tuple[float, float]) -> None:
    """(N, H, W), in place; what is not a number becomes the lower bound."""
    low, high = np.float32(bounds[0]), np.float32(bounds[1])
    for plane in planes:
        for top in range(0, plane.shape[0], _AT_ONCE):
            part = plane[top : top + _AT_ONCE]
            # Nearly all pictures lie inside, and to look is cheaper than to write.
            if not (part.min() >= low and part.max() <= high):
                # Of a number and what is none, fmax gives the number.
                np.fmax(part, low, out=part)
                np.minimum(part, high, out=part)


def _coarser(box: Box, scale: int) -> Box:
    """`box`, whose corners are multiples of `scale`, on a plane that is so much coarser."""
    return Box(box.top // scale, box.left // scale, box.bottom // scale, box.right // scale)
