"""Indicators: one number, everywhere, by the boundaries of any date.

Owns: `Tally` (deltas by month, cell or unit, and measure), `Measure`, `CarriedMonth`, `Seen`, `Activity`, `Formula`.
Who may call: pages and reports (`selectors.figure`, `figures_for_units`, `indicators`), the `toso` command and timed
work (`services`). Nothing below knows of it: the projector registers itself with the journal.
Invariants: tallies equal what `rebuild` computes from the tables of the records, whatever came late, was corrected,
moved, merged, erased or split; a missing value is None, never 0; declared and recorded are never mixed in storage.
"""
