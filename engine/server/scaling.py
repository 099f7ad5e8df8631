"""Sizes that were set for the full picture, at a proxy."""

from __future__ import annotations

from dataclasses import replace

from engine.parameters import Settings


def at_scale(settings: Settings, scale: float) -> Settings:
    """`settings` for a proxy that shows a full pixel with `scale` pixels; the very same at 1.

    Lengths shrink with the picture, areas with its square; a pixel covers the more film.
    """
    if scale == 1:
        return settings
    if settings.size_unit == "px":
        settings = replace(settings, dilation=settings.dilation * scale, feather=settings.feather * scale)
    area = scale * scale
    # 0 means no limit and must stay it, as must a limit.
    largest = max(1, round(settings.maximum_area * area)) if settings.maximum_area else 0
    return replace(
        settings,
        pixel_pitch=settings.pixel_pitch / scale,
        minimum_area=round(settings.minimum_area * area),
        maximum_area=largest,
    )
