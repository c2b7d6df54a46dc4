"""The office: pages for officials and leaders, rendered on the server.

Owns: signing in by password, the overview of a unit, its links, tables and schematic map. It has no tables.
Invariants: every page names its access rule in `registry` and none lets everybody in by default; the whole state of
a page is in its link; a missing value is shown as missing, never as 0; no inline script or style; a wrong input is
answered by a sentence; above the commune nobody sees a name of a resident.
"""
