"""Sync: how phones stay in step with the journal. Knows nothing of households.

Owns: the registry of collections and operation handlers, push with its receipts and quarantine, pull with
snapshots and digests. Who may call: `pages.fieldapi`; apps register collections and handlers into `registry`.
Invariants: an operation is answered once and for ever by its receipt; a refused operation stands in quarantine
until it is replaced, released or discarded; a phone that has pulled to the head holds exactly the server's rows.
"""
