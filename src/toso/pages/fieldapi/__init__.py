"""The phone's HTTP interface, `/api/v1/…`, and `/healthz`.

Owns: paths, parsing, compression, problem documents, the OpenAPI document. It has no tables and decides nothing:
views parse, admit, call a service or selector, answer.
Invariants: every endpoint names its access rule in `registry`, and there is no rule that lets everybody in by
default; every error is a Problem in the caller's language; a body is never read beyond its limit.
"""
