"""The journal: streams, entries, receipts.

Owns: `Stream`, `Entry`, `Receipt`, and the one way to append. All field data changes only by entries appended
through `services.writing`; a registered fold is the only writer of what the entries mean.
Who may call: services of every app above (append), selectors (read), the `toso` command (check, rebuild).
Invariants: entries of a stream are numbered 1, 2, 3 … without gaps; an entry never changes except by erasure;
a receipt stands in the same transaction as what it acknowledges; streams are locked in id order.
"""
