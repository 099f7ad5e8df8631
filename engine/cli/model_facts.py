"""What is known of each shipped model, and whether it is as it should be."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import ReelmendError
from engine.inference.model_spec import ModelSpec
from engine.inference.registry import ModelEntry, listing
from engine.inference.session import ModelSession


@dataclass(frozen=True)
class ModelFacts:
    """A shipped model; `spec` is None and `problem` says why where it cannot be used."""

    entry: ModelEntry
    spec: ModelSpec | None
    problem: str = ""


def shipped_models() -> tuple[ModelFacts, ...]:
    """Every model of the list, verified and opened. Raises ModelError where there is no list."""
    return tuple(_facts(entry) for entry in listing())


def _facts(entry: ModelEntry) -> ModelFacts:
    try:
        with ModelSession(entry, "cpu", threads=1) as session:
            return ModelFacts(entry, session.spec)
    except ReelmendError as error:
        return ModelFacts(entry, None, str(error))
