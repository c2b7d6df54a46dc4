"""Teams: community digital teams at units of any level, their members, the groups they run, hamlet aggregates.

Owns: `Team`, `Member`, `Group`, `GroupCount`, `Ethnicity` (aggregates of a hamlet, never of a person). Terms of members
are roles and live in `roles`, written through its services in the same transaction. Who may call: indicators, office,
phones through the unit's stream. Invariants: everything is keyed by the unit whose stream tells it; a group's members
are counted, never listed.
"""
