"""The compiled part of the platform."""

from hcc_native.hcc_native import (
    Answer,
    Gateway,
    Ingest,
    SegmentReader,
    SeriesIds,
    __version__,
    close_segments,
    waf_check,
    waf_check_text,
    waf_ftw,
)

__all__ = [
    "Answer",
    "Gateway",
    "Ingest",
    "SegmentReader",
    "SeriesIds",
    "__version__",
    "close_segments",
    "waf_check",
    "waf_check_text",
    "waf_ftw",
]
