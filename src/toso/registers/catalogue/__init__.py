"""The catalogue: digital services on offer, each with its own ladder of stages, dates and successor.

Owns: `Service`. Who may call: visits (offered? which stages?), indicators, the office, phones through `common`.
Invariants: a service is never deleted, it ends; stage codes of a ladder are never reused for something else.
"""
