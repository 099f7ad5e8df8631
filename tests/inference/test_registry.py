from __future__ import annotations

import hashlib
import json

import pytest

from engine.errors import ModelError
from engine.inference.registry import SHIPPED, find, listing, read


@pytest.fixture
def shelf(tmp_path, make_net):
    """A folder with one listed model, and a way to rewrite its list."""
    net = make_net("tiny.onnx")
    content = net.read_bytes()
    row = {"file": "tiny.onnx", "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}

    def write(**changes):
        table = {"schema": 1, "models": {"tiny-net": {**row, **changes}}}
        (tmp_path / "models.json").write_text(json.dumps(table))
        return tmp_path

    write()
    return write


def test_a_listed_model_is_found_and_verified(shelf):
    folder = shelf()
    entry = find("tiny-net", folder)
    assert listing(folder) == (entry,)
    file = read(entry)
    assert entry.shipped
    assert file.sha256 == entry.sha256 == hashlib.sha256(file.content).hexdigest()


def test_an_unknown_id_lists_what_there_is(shelf):
    with pytest.raises(ModelError, match=r"no model 'big'; the models are tiny-net\. Give .* path"):
        find("big", shelf())


def test_an_altered_model_is_refused_saying_expected_and_found(shelf):
    entry = find("tiny-net", shelf())
    content = bytearray(entry.path.read_bytes())
    content[len(content) // 2] ^= 1
    entry.path.write_bytes(content)
    with pytest.raises(ModelError, match="altered or is incomplete") as refusal:
        read(entry)
    assert entry.sha256 in str(refusal.value)
    assert hashlib.sha256(content).hexdigest() in str(refusal.value)
    assert "install Reelmend again" in str(refusal.value)


def test_a_truncated_model_is_refused(shelf):
    entry = find("tiny-net", shelf())
    entry.path.write_bytes(entry.path.read_bytes()[:-5])
    with pytest.raises(ModelError, match="incomplete"):
        read(entry)


def test_a_missing_model_is_refused(shelf):
    entry = find("tiny-net", shelf())
    entry.path.unlink()
    with pytest.raises(ModelError, match=r"tiny\.onnx.*cannot be read.*install Reelmend again"):
        read(entry)


def test_a_users_own_model_is_taken_by_path_and_its_sha_reported(make_net):
    path = make_net("mine.onnx")
    for given in (path, str(path)):
        entry = find(given)
        assert not entry.shipped
        assert read(entry).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_users_own_model_that_is_missing_is_refused_by_path(tmp_path):
    with pytest.raises(ModelError, match=r"mine\.onnx.*cannot be read.*that exists"):
        read(find(tmp_path / "mine.onnx"))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": 2, "models": {}}', '{"schema": 1}', '{"schema": 1, "models": []}'],
)
def test_a_malformed_list_is_refused(tmp_path, text):
    (tmp_path / "models.json").write_text(text)
    with pytest.raises(ModelError, match=r"models\.json"):
        listing(tmp_path)


def test_a_missing_list_is_refused(tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        listing(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [{"file": "../tiny.onnx"}, {"file": "tiny.bin"}, {"file": None}, {"sha256": "abc"}, {"bytes": "many"}],
)
def test_a_malformed_entry_is_refused_by_name(shelf, changes):
    with pytest.raises(ModelError, match="model 'tiny-net' must have"):
        listing(shelf(**changes))


def test_what_ships_is_listed_and_whole():
    entries = listing()
    assert {entry.path.name for entry in entries} == {path.name for path in SHIPPED.glob("*.onnx")}
    for entry in entries:
        assert len(read(entry).content) == entry.size
