"""The compiled part of the platform."""

from hcc_native.hcc_native import Gateway, __version__

__all__ = ["Gateway", "__version__"]
