"""The endpoints by what they are about; importing them registers them."""

from . import about, account, figures, operations, streams

__all__ = ["about", "account", "figures", "operations", "streams"]
