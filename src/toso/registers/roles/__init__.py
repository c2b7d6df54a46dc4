"""Roles: who serves where, from when to when. Team terms are the roles: one truth.

Owns: `Term`.
Who may call: teams and the office write through `services`; every app above asks `access` what a person may do.
Invariants: a term belongs to one person, one role and one unit, and is half-open [starts, ends); it is written
only from `term.*` entries in the stream of its unit; rights flow down today's boundaries; a term at a unit that
has ended covers the cells of that unit's last day until the term ends. Deny by default: what no term grants is
refused.
"""
