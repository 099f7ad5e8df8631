"""Framing and parsing: what is a message, and that everything else is refused by its code."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import RequestRefused
from engine.server.limits import MESSAGE_BYTES
from engine.server.messages import MessageStream, packed, parsed, sentence

NAMES = st.from_regex(r"[a-z0-9_.]{1,64}", fullmatch=True).filter(lambda name: name != "type")
VALUES = st.text(
    st.characters(min_codepoint=32, exclude_characters="\x7f", exclude_categories=("Cs",)), max_size=80
)


@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_what_is_packed_is_parsed_again(fields: dict[str, str]) -> None:
    fields = {**fields, "type": "render"}
    message = packed(fields)
    assert message[:4] == b"RMP1"
    assert struct.unpack("<I", message[4:8]) == (len(message) - 8,)
    found = parsed(message[8:])
    assert found == fields
    assert next(iter(found)) == "type"


@pytest.mark.parametrize(
    "body",
    [
        b"id=1\n",
        b"type=render",
        b"type=render\nid\n",
        b"type=render\nid=1\nid=1\n",
        b"type=render\nID=1\n",
        b"type=render\n=1\n",
        b"type=render\n\n",
        b"type=render\nid=\x00\n",
        b"type=render\nid=1\r\n",
        b"type=\xff\n",
        b"type=render\n" + b"a" * 65 + b"=1\n",
    ],
)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(RequestRefused) as refusal:
        parsed(body)
    assert refusal.value.code == "bad_message"


def test_a_message_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(RequestRefused) as refusal:
        packed({"type": "render", "model": "x" * MESSAGE_BYTES})
    assert refusal.value.code == "too_large"


@given(st.text(max_size=3000))
def test_a_sentence_fits_on_one_line_of_a_message(text: str) -> None:
    value = sentence(text.encode("utf-8", "replace").decode())
    assert parsed(packed({"type": "error", "message": value})[8:])["message"] == value


@pytest.mark.parametrize(
    "header", [b"RMP2" + struct.pack("<I", 5), b"RMP1" + struct.pack("<I", 0), b"RMP1\xff\xff\xff\xff"]
)
def test_a_header_is_believed_only_within_the_limits(header: bytes) -> None:
    here, there = socket.socketpair()
    with here, MessageStream(there) as stream:
        here.sendall(header + b"type=")
        with pytest.raises(RequestRefused) as refusal:
            stream.receive()
        assert refusal.value.code == "bad_message"


def test_messages_arrive_in_any_pieces() -> None:
    here, there = socket.socketpair()
    with here, MessageStream(there) as stream:
        for byte in packed({"type": "cancel", "id": "7"}):
            here.sendall(bytes([byte]))
        here.sendall(packed({"type": "cancel", "id": "8"}) + b"RMP1\x09")
        here.shutdown(socket.SHUT_WR)
        assert stream.receive() == {"type": "cancel", "id": "7"}
        assert stream.receive() == {"type": "cancel", "id": "8"}
        assert stream.receive() is None
