"""Audit: which office user read personal data, when and from where.

Owns: `Read`. Who may call: office pages (`note_reads`), the access log page, the worker (`prune`).
Invariants: it notes that data was read, never the data; rows are kept twelve months and never changed. Changes of
data are not noted here: the journal has them with their author.
"""
