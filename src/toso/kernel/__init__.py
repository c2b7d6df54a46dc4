"""Kernel: the plain Python every floor above may lean on.

Owns: identifiers, clocks, hybrid timestamps, the day something happened, the catalogue of user-visible
errors, message catalogues, text forms (normal, folded, sortable), the state digest, schematic map cells.
May be called by: every other package. It imports nothing of Tổ Số and no Django.
Invariants: functions are pure, except that `ids` draws randomness, `clock` reads the time and `messages`
reads the locale folder. What phones compute too (ids, hlc, days, text, digest, message formats) has a twin in
`field/src/core/`, and both must agree with `contracts/vectors/`. Formats marked ❄ in the design are stored:
changing them changes data that already exists.
"""
