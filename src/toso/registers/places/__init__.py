"""Places: administrative units, their boundaries through time, and the cells they are made of.

Owns: `Unit`, `UnitVersion`, `Cell`, `CellBelonging`, `Heir`, `Reorganisation`, `Position`.
Who may call: every app above reads through `selectors`; the office, imports and demonstration data write through
`services`.
Invariants: a unit's identity is our own id, official codes are reused; every span of days is half-open
[starts, ends); on every date each living cell belongs to exactly one hamlet and each unit but a province has a
parent of a higher level; a non-empty code and a date name one unit; the tables are a fold of the `system` stream
alone (the entries `cell.split` and `cell.born` in the streams of cells are for the apps that keep households).
"""
