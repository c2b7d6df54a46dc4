"""The demonstration: a synthetic Sóc Trăng with invented names, the same at every start with the same end day.

Owns: no table; it writes through the services of other apps, in order of time, with the clock held at each moment.
Who may call: the `toso` command (`load`, `is_loaded`, `accounts`) and tests.
Invariants: on 30 September 2024 it shows every figure of the article it comes from; nobody in it exists; it loads into
an empty database only, and the accounts come last, so that they are there if and only if all the rest is.
"""

from .loading import CutOff, Summary, load
from .signing_in import PASSWORD, DemoAccount, accounts, is_loaded

__all__ = ["PASSWORD", "CutOff", "DemoAccount", "Summary", "accounts", "is_loaded", "load"]
