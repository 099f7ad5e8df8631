"""The binary interface of OpenFX, as a host sees it: status codes, entry points, the functions of each suite.

OpenFX is a public interface (BSD-3-Clause, https://github.com/AcademySoftwareFoundation/openfx, folder
include/); each block names the header it comes from. Addresses travel as plain numbers, None for NULL.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from ctypes import CFUNCTYPE, c_char_p, c_double, c_int, c_int64, c_size_t, c_uint, c_void_p
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Status(IntEnum):
    """What an action or a function of a suite answers (ofxCore.h, ofxImageEffect.h)."""

    OK = 0
    FAILED = 1
    ERR_FATAL = 2
    ERR_UNKNOWN = 3
    ERR_MISSING_HOST_FEATURE = 4
    ERR_UNSUPPORTED = 5
    ERR_EXISTS = 6
    ERR_FORMAT = 7
    ERR_MEMORY = 8
    ERR_BAD_HANDLE = 9
    ERR_BAD_INDEX = 10
    ERR_VALUE = 11
    REPLY_YES = 12
    REPLY_NO = 13
    REPLY_DEFAULT = 14
    IMAGE_FORMAT = 1000


class Refused(Exception):
    """What a function of a suite raises to answer with a status other than OK."""

    def __init__(self, status: Status, why: str = "") -> None:
        super().__init__(why or status.name)
        self.status = status
        self.why = why


# ofxCore.h
FETCH_SUITE = CFUNCTYPE(c_void_p, c_void_p, c_char_p, c_int)
MAIN_ENTRY = CFUNCTYPE(c_int, c_char_p, c_void_p, c_void_p, c_void_p)


class OfxHost(ctypes.Structure):
    _fields_ = (("host", c_void_p), ("fetch_suite", FETCH_SUITE))


class OfxPlugin(ctypes.Structure):
    _fields_ = (
        ("api", c_char_p),
        ("api_version", c_int),
        ("identifier", c_char_p),
        ("major", c_uint),
        ("minor", c_uint),
        ("set_host", CFUNCTYPE(None, ctypes.POINTER(OfxHost))),
        ("main_entry", MAIN_ENTRY),
    )


@dataclass(frozen=True)
class SuiteLayout:
    """A suite: the functions in the order of its C structure, by the names that implement them here."""

    name: str
    version: int
    functions: tuple[tuple[str, Any], ...]


# The optional arguments of a C function are passed as named ones are, save on Apple's arm64: there
# they lie on the stack, behind the eight registers that named arguments would fill.
_ON_STACK = sys.platform == "darwin" and platform.machine() == "arm64"
VARIADIC_DOUBLES_AS_INTEGERS = _ON_STACK or sys.platform == "win32"
"""Whether a double among optional arguments arrives where an integer would."""


def registers_passed_over(named: int) -> int:
    """How many integer registers lie between `named` pointer arguments and the optional ones."""
    return 8 - named if _ON_STACK else 0


def _optional(named: int, count: int) -> tuple[Any, ...]:
    return (c_void_p,) * (registers_passed_over(named) + count)


def _numbers(named: int) -> tuple[Any, ...]:
    """Four optional values, each either an integer, a pointer or a double."""
    return (c_int64,) * (registers_passed_over(named) + 4) + (c_double,) * 4


def _status(*arguments: Any) -> Any:
    return CFUNCTYPE(c_int, *arguments)


# Short names for the tables below: an address (of anything), a text, a whole number, a double.
_A, _S, _I, _D = c_void_p, c_char_p, c_int, c_double

# ofxProperty.h
PROPERTY = SuiteLayout(
    "OfxPropertySuite",
    1,
    (
        ("set_pointer", _status(_A, _S, _I, _A)),
        ("set_string", _status(_A, _S, _I, _S)),
        ("set_double", _status(_A, _S, _I, _D)),
        ("set_int", _status(_A, _S, _I, _I)),
        ("set_pointers", _status(_A, _S, _I, _A)),
        ("set_strings", _status(_A, _S, _I, _A)),
        ("set_doubles", _status(_A, _S, _I, _A)),
        ("set_ints", _status(_A, _S, _I, _A)),
        ("get_pointer", _status(_A, _S, _I, _A)),
        ("get_string", _status(_A, _S, _I, _A)),
        ("get_double", _status(_A, _S, _I, _A)),
        ("get_int", _status(_A, _S, _I, _A)),
        ("get_pointers", _status(_A, _S, _I, _A)),
        ("get_strings", _status(_A, _S, _I, _A)),
        ("get_doubles", _status(_A, _S, _I, _A)),
        ("get_ints", _status(_A, _S, _I, _A)),
        ("reset", _status(_A, _S)),
        ("get_dimension", _status(_A, _S, _A)),
    ),
)

# ofxImageEffect.h
EFFECT = SuiteLayout(
    "OfxImageEffectSuite",
    1,
    (
        ("get_property_set", _status(_A, _A)),
        ("get_param_set", _status(_A, _A)),
        ("clip_define", _status(_A, _S, _A)),
        ("clip_get_handle", _status(_A, _S, _A, _A)),
        ("clip_get_property_set", _status(_A, _A)),
        ("clip_get_picture", _status(_A, _D, _A, _A)),
        ("clip_release_picture", _status(_A)),
        ("clip_get_region_of_definition", _status(_A, _D, _A)),
        ("abort", _status(_A)),
        ("memory_alloc", _status(_A, c_size_t, _A)),
        ("memory_free", _status(_A)),
        ("memory_lock", _status(_A, _A)),
        ("memory_unlock", _status(_A)),
    ),
)

# ofxParam.h
PARAMETER = SuiteLayout(
    "OfxParameterSuite",
    1,
    (
        ("define", _status(_A, _S, _S, _A)),
        ("get_handle", _status(_A, _S, _A, _A)),
        ("set_get_property_set", _status(_A, _A)),
        ("get_property_set", _status(_A, _A)),
        ("get_value", _status(_A, *_optional(1, 4))),
        ("get_value_at_time", _status(_A, _D, *_optional(1, 4))),
        ("get_derivative", _status(_A, _D, *_optional(1, 4))),
        ("get_integral", _status(_A, _D, _D, *_optional(1, 4))),
        ("set_value", _status(_A, *_numbers(1))),
        ("set_value_at_time", _status(_A, _D, *_numbers(1))),
        ("get_num_keys", _status(_A, _A)),
        ("get_key_time", _status(_A, c_uint, _A)),
        ("get_key_index", _status(_A, _D, _I, _A)),
        ("delete_key", _status(_A, _D)),
        ("delete_all_keys", _status(_A)),
        ("copy", _status(_A, _A, _D, _A)),
        ("edit_begin", _status(_A, _S)),
        ("edit_end", _status(_A)),
    ),
)

# ofxMemory.h
MEMORY = SuiteLayout("OfxMemorySuite", 1, (("alloc", _status(_A, c_size_t, _A)), ("free", _status(_A))))

# ofxMultiThread.h
THREAD_FUNCTION = CFUNCTYPE(None, c_uint, c_uint, c_void_p)
THREADS = SuiteLayout(
    "OfxMultiThreadSuite",
    1,
    (
        ("run", _status(THREAD_FUNCTION, c_uint, _A)),
        ("count_processors", _status(_A)),
        ("index", _status(_A)),
        ("is_spawned", _status()),
        ("mutex_create", _status(_A, _I)),
        ("mutex_destroy", _status(_A)),
        ("mutex_lock", _status(_A)),
        ("mutex_unlock", _status(_A)),
        ("mutex_try_lock", _status(_A)),
    ),
)

# ofxMessage.h: what is written into the text follows as optional arguments.
_MESSAGE = ("message", _status(_A, _S, _S, _S, *_optional(4, 4)))
MESSAGE_1 = SuiteLayout("OfxMessageSuite", 1, (_MESSAGE,))
MESSAGE_2 = SuiteLayout(
    "OfxMessageSuite",
    2,
    (
        _MESSAGE,
        ("set_persistent", _status(_A, _S, _S, _S, *_optional(4, 4))),
        ("clear_persistent", _status(_A)),
    ),
)

# ofxProgress.h
_PROGRESS = (("update", _status(_A, _D)), ("end", _status(_A)))
PROGRESS_1 = SuiteLayout("OfxProgressSuite", 1, (("start", _status(_A, _S)), *_PROGRESS))
PROGRESS_2 = SuiteLayout("OfxProgressSuite", 2, (("start", _status(_A, _S, _S)), *_PROGRESS))

# ofxTimeLine.h
TIMELINE = SuiteLayout(
    "OfxTimeLineSuite",
    1,
    (("get_time", _status(_A, _A)), ("go_to", _status(_A, _D)), ("get_bounds", _status(_A, _A, _A))),
)


def store(address: int | None, kind: Any, value: Any, place: int = 0) -> None:
    """Write `value` as the C type `kind` where `address` points, `place` elements on; NULL is left alone."""
    if address:
        kind.from_address(address + place * ctypes.sizeof(kind)).value = value
