"""People: households and residents of a cell.

Owns: `Household`, `Resident`, their stays, conflicts between writes, the residue that erasure leaves.
Who may call: visits and indicators (selectors), the office, and sync through the handler in `sync.py`.
Invariants: rows are keyed by cell, so that the stream of a cell alone rebuilds them; a household's head count makes
population right before anybody is named; no ethnicity, id number or opinion about a person is ever stored;
fields merge singly and the server alone merges.
"""
