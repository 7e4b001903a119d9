"""The compiled part of the platform."""

from hcc_native.hcc_native import Gateway, __version__, waf_check, waf_check_text, waf_ftw

__all__ = ["Gateway", "__version__", "waf_check", "waf_check_text", "waf_ftw"]
