"""Nets that stand in for trained ones."""

from collections.abc import Callable
from typing import TypeVar

import torch

Net = TypeVar("Net", bound=torch.nn.Module)


def awake(make: Callable[[], Net], seed: int = 1) -> Net:
    """What `make` makes, none of its parts silent, as those of trained nets are not."""
    torch.manual_seed(seed)
    made = make()
    with torch.no_grad():
        for weight in made.parameters():
            if not weight.any():
                weight.normal_(std=0.1)
    return made.eval()
