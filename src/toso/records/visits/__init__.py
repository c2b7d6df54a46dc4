"""Visits: the door-to-door work, day sheets and opening figures.

Owns: `Visit`, `Assist`, `Call` (what is known of the calls at a household), `Progress` (a resident's stages),
`DaySheet`, `OpeningFigure`. Who may call: indicators and the office (selectors), sync through `sync.py`.
Invariants: a visit counts in the cell where the household lived on its day; a person's stage with a service is that of
the latest assist by (day, operation); what is declared is never mixed with what is recorded.
"""
