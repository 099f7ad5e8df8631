from __future__ import annotations

import gc
import hashlib
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from engine.errors import DeviceError, ModelError
from engine.inference import loading
from engine.inference import session as session_module
from engine.inference.registry import ModelEntry
from engine.inference.session import ModelSession, threads_for


def planes(height, width, seed=0, batch=1):
    return np.random.default_rng(seed).uniform(0, 1, (batch, 4, height, width)).astype(np.float32)


@pytest.fixture
def run(make_net, make_spec):
    """The result of the tiny net for `array`, under a spec with changes."""

    def of(array, **changes):
        with ModelSession(make_net(spec=make_spec(**changes)), "cpu", threads=1) as session:
            return session.run({"planes": array})["probability"]

    return of


@pytest.fixture
def by_hand(known_weights):
    """The tiny net computed with cv2.filter2D, zero beyond the border."""

    def convolve(layers, weights):
        def one(kernels):
            border = cv2.BORDER_CONSTANT
            pairs = zip(layers, kernels, strict=True)
            return sum(cv2.filter2D(plane, cv2.CV_32F, kernel, borderType=border) for plane, kernel in pairs)

        return [one(kernels) for kernels in weights]

    def compute(array):
        first, second = known_weights
        active = [np.maximum(plane, 0) for plane in convolve(list(array[0]), first)]
        return np.stack(convolve(active, second))[None]

    return compute


def test_a_net_gives_what_its_weights_say(run, by_hand):
    array = planes(24, 32)
    assert np.allclose(run(array), by_hand(array), atol=1e-5)


@pytest.mark.parametrize("size", [(40, 32), (60, 100), (64, 64), (132, 36)])
def test_tiles_give_what_the_whole_gives(run, size):
    array = planes(*size)
    whole = run(array, tile=256)
    assert np.abs(run(array, tile=32, overlap=8) - whole).max() < 1e-5
    assert np.abs(run(array, tile=20, overlap=4) - whole).max() < 1e-5


def test_an_overlap_below_the_receptive_field_would_be_seen(run):
    array = planes(64, 64)
    assert np.abs(run(array, tile=16, overlap=0) - run(array, tile=256)).max() > 1e-3


@pytest.mark.parametrize("size", [(21, 30), (24, 33), (37, 50), (5, 6)])
def test_odd_sizes_are_filled_up_by_reflection_and_cropped(run, size):
    array = planes(*size)
    height, width = size
    down, right = -height % 4, -width % 4
    filled = np.pad(array, ((0, 0), (0, 0), (0, down), (0, right)), mode="reflect")
    assert np.abs(run(array, tile=256) - run(filled, tile=256)[..., :height, :width]).max() < 1e-6
    assert np.abs(run(array) - run(array, tile=256)).max() < 1e-5


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 70)])
def test_tiny_frames_are_run(run, size):
    result = run(planes(*size))
    assert result.shape == (1, 2, *size)
    assert np.isfinite(result).all()


def test_pictures_are_clamped_once_and_other_channels_are_not(run):
    array = planes(16, 16) * 4 - 2
    clamped = array.copy()
    clamped[:, :3] = np.clip(clamped[:, :3], 0.1, 0.7)
    kept = array.copy()
    result = run(array, encoding_range=(0.1, 0.7))
    assert np.array_equal(result, run(clamped, encoding_range=None))
    assert not np.array_equal(result, run(np.clip(array, 0.1, 0.7), encoding_range=None))
    assert np.array_equal(array, kept)


def test_nothing_is_clamped_where_the_spec_gives_no_range(run, by_hand):
    array = planes(16, 16) * 40 - 20
    assert np.allclose(run(array, encoding_range=None), by_hand(array), rtol=1e-4, atol=1e-3)


def test_pixels_that_are_not_numbers_count_as_the_lower_bound(run):
    array = planes(16, 16)
    array[0, 0, 3, 3], array[0, 1, 8, 8], array[0, 2, 5, 5] = np.nan, np.inf, -np.inf
    mended = array.copy()
    mended[0, 0, 3, 3], mended[0, 1, 8, 8], mended[0, 2, 5, 5] = 0, 1, 0
    assert np.array_equal(run(array), run(mended))


def test_a_batch_is_run_frame_by_frame_alike(run):
    batch = planes(40, 40, batch=3)
    together = run(batch)
    for n in range(3):
        assert np.abs(together[n] - run(batch[n : n + 1])[0]).max() < 1e-6


def test_every_run_and_every_session_gives_the_same_bytes(make_net):
    array, path = planes(50, 70), make_net()
    results = []
    for _ in range(2):
        with ModelSession(path, "cpu") as session:
            results += [session.run({"planes": array})["probability"].tobytes() for _ in range(3)]
    assert len(set(results)) == 1


def test_threads_may_share_a_session(make_net):
    arrays = [planes(40, 40, seed) for seed in range(4)]
    with ModelSession(make_net(), "cpu", threads=1) as session:
        alone = [session.run({"planes": array})["probability"] for array in arrays]
        shared: dict[int, np.ndarray] = {}

        def work(n):
            shared[n] = session.run({"planes": arrays[n]})["probability"]

        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(np.array_equal(shared[n], alone[n]) for n in range(4))


def test_a_session_tells_spec_sha_and_device(make_net, make_spec):
    path = make_net()
    with ModelSession(path, "auto") as session:
        assert session.spec == make_spec()
        assert session.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert session.device in ("cpu", "cuda", "coreml", "directml")


def test_a_closed_session_does_not_run(make_net):
    session = ModelSession(make_net(), "cpu")
    session.close()
    with pytest.raises(ValueError, match="closed"):
        session.run({"planes": planes(8, 8)})
    gc.collect()


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({}, "but was given nothing"),
        ({"frames": planes(8, 8)}, "takes planes, but was given frames"),
        ({"planes": planes(8, 8), "more": planes(8, 8)}, "given planes, more"),
        ({"planes": planes(8, 8)[0]}, r"given float32 of \(4, 8, 8\)"),
        ({"planes": planes(8, 8)[:, :3]}, r"\(N, 4, H, W\).*given float32 of \(1, 3, 8, 8\)"),
        ({"planes": planes(8, 8).astype(np.float64)}, "given float64"),
        ({"planes": planes(8, 0)}, r"given float32 of \(1, 4, 8, 0\)"),
        ({"planes": np.float32(1)}, r"of \(\)"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(make_net, inputs, said):
    with ModelSession(make_net(), "cpu") as session, pytest.raises(ModelError, match=said):
        session.run(inputs)


@pytest.mark.parametrize("threads", [0, -2])
def test_threads_below_one_are_refused(make_net, threads):
    with pytest.raises(ValueError, match="threads must be 1 or more"):
        ModelSession(make_net(), "cpu", threads)


def test_an_unknown_device_is_refused(make_net):
    with pytest.raises(DeviceError, match="'abacus' is not there"):
        ModelSession(make_net(), "abacus")


@pytest.mark.parametrize("content", [b"", b"not a model at all"])
def test_a_file_that_is_no_model_is_refused(tmp_path, content):
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"broken\.onnx"):
        ModelSession(path, "cpu")


def test_a_truncated_model_is_refused(make_net):
    path = make_net()
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(ModelError, match=r"tiny-net\.onnx"):
        ModelSession(path, "cpu")


def test_a_model_without_a_spec_is_refused(make_net):
    with pytest.raises(ModelError, match=r"reelmend\.spec.*there is none"):
        ModelSession(make_net(spec=None), "cpu")


def test_a_model_with_a_broken_spec_is_refused(make_net):
    with pytest.raises(ModelError, match="is not JSON"):
        ModelSession(make_net(spec="{"), "cpu")


def test_a_spec_that_belongs_to_another_net_is_refused(make_net):
    with pytest.raises(ModelError, match=r"its spec says inputs.*'planes': 4.*the net has.*'frames'"):
        ModelSession(make_net(names=("frames", "probability")), "cpu")


def test_a_spec_with_other_channels_is_refused(make_net, make_spec):
    outputs = make_spec().outputs
    spec = make_spec(outputs=(type(outputs[0])("probability", ("damage",)),))
    with pytest.raises(ModelError, match=r"outputs \{'probability': 1\}, the net has \{'probability': 2\}"):
        ModelSession(make_net(spec=spec), "cpu")


def test_a_shipped_file_with_another_models_spec_is_refused(make_net):
    path = make_net()
    content = path.read_bytes()
    entry = ModelEntry("other", path, hashlib.sha256(content).hexdigest(), len(content))
    with pytest.raises(ModelError, match="expected the model 'other', found 'tiny-net'"):
        ModelSession(entry, "cpu")


class Pretending:
    """A runtime that lists CUDA but gets no further than the CPU, as a machine without its driver does."""

    __version__ = "9.9"

    def __init__(self, runtime, raises):
        self.SessionOptions = runtime.SessionOptions
        self.runtime, self.raises, self.asked = runtime, raises, []

    def get_available_providers(self):
        return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    def InferenceSession(self, content, sess_options, providers):  # noqa: N802
        self.asked.append(providers[0][0])
        if providers[0][0].startswith("CUDA") and self.raises:
            raise RuntimeError("no CUDA-capable device is detected")
        return self.runtime.InferenceSession(content, sess_options=sess_options, providers=providers[-1:])


@pytest.mark.parametrize("raises", [False, True])
def test_a_device_that_does_not_start_is_an_error_never_a_silent_cpu(make_net, monkeypatch, raises):
    pretending = Pretending(loading.load_runtime(), raises)
    monkeypatch.setattr(loading, "load_runtime", lambda: pretending)
    with pytest.raises(DeviceError, match=r"'cuda' is listed by ONNX Runtime 9\.9 but does not start"):
        ModelSession(make_net(), "cuda")
    with ModelSession(make_net(), "auto") as session:
        assert session.device == "cpu"
    assert pretending.asked == ["CUDAExecutionProvider"] * 2 + ["CPUExecutionProvider"]


def test_a_device_that_fails_at_work_is_an_error_with_a_remedy(make_net):
    def fails(names, feed):
        raise RuntimeError("out of memory")

    session = ModelSession(make_net(), "cpu")
    session._session = SimpleNamespace(run=fails)
    with pytest.raises(
        DeviceError, match=r"tiny-net failed on cpu for 8x8 pixels: out of memory.*--device cpu"
    ):
        session.run({"planes": planes(8, 8)})


def test_a_net_that_gives_another_size_is_refused(make_net):
    session = ModelSession(make_net(), "cpu")
    session._session = SimpleNamespace(run=lambda names, feed: [np.zeros((1, 2, 4, 4), np.float32)])
    with pytest.raises(ModelError, match=r"must be \(1, 2, 8, 8\) by its spec, but came as \(1, 2, 4, 4\)"):
        session.run({"planes": planes(8, 8)})


def test_running_a_model_needs_no_onnx_and_no_torch(make_net):
    check = (
        "import sys, numpy as np;from engine.inference.session import ModelSession;"
        f"s = ModelSession({str(make_net())!r}, 'cpu');"
        "s.run({'planes': np.zeros((1, 4, 8, 8), np.float32)});"
        "print([m for m in ('onnx', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr[-400:]


def test_the_shipped_net_gives_the_same_bytes_however_many_cores_share_a_run():
    planes = np.random.default_rng(8).random((1, 13, 96, 160), np.float32)
    found = []
    for threads in (None, 1, 2):
        with ModelSession("detect-unet", "cpu", threads) as session:
            found.append(session.run({"planes": planes}))
    for name, plane in found[0].items():
        assert all(other[name].tobytes() == plane.tobytes() for other in found[1:]), name


def test_runs_side_by_side_give_what_they_give_one_after_the_other():
    batches = [np.random.default_rng(seed).random((1, 13, 64, 96), np.float32) for seed in range(6)]
    with ModelSession("detect-unet", "cpu", 1) as session:
        alone = [session.run({"planes": planes})["damage"] for planes in batches]
        with ThreadPoolExecutor(3) as pool:
            together = list(pool.map(lambda planes: session.run({"planes": planes})["damage"], batches))
    assert all(one.tobytes() == other.tobytes() for one, other in zip(alone, together, strict=True))


@pytest.mark.parametrize(("at_once", "cores", "threads"), [(1, 8, None), (3, 2, 1), (3, 16, 5), (4, 4, 1)])
def test_cores_are_shared_out_among_the_frames_in_work(monkeypatch, at_once, cores, threads):
    monkeypatch.setattr(session_module, "_cores", lambda: cores)
    assert threads_for(at_once) == threads
