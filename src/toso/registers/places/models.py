"""Units, their versions, cells and what they belong to.

Every span is half-open: `starts` is the first day, `ends` the first day after. "Since ever" is stored as
`EVER`, "without end" as `FAR`, so that comparisons need no special case; both are None outside this app.
"""

from django.db import models

from .types import LEVEL_LENGTH


class Unit(models.Model):
    """A unit's identity and life."""

    id = models.UUIDField(primary_key=True)
    level = models.CharField(max_length=LEVEL_LENGTH)
    starts = models.DateField()
    ends = models.DateField()


class UnitVersion(models.Model):
    """What a unit was called and where it lay, from one day to another. Versions of a unit do not overlap."""

    pk = models.CompositePrimaryKey("unit", "starts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    starts = models.DateField()
    ends = models.DateField()
    code = models.CharField(max_length=20, db_index=True)
    kind = models.CharField(max_length=40)
    name_vi = models.CharField(max_length=100)
    name_km = models.CharField(max_length=100)
    name_folded = models.CharField(max_length=400)
    sort_key = models.CharField(max_length=600)
    parent = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    population_note = models.CharField(max_length=200)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    coverage_of = models.IntegerField(null=True)


class Cell(models.Model):
    """A piece of ground. It has ended when it was split: its children then stand for it on all dates."""

    id = models.UUIDField(primary_key=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    remainder = models.BooleanField()
    ended = models.BooleanField()


class CellBelonging(models.Model):
    """The hamlet that a living cell belongs to, from one day to another."""

    pk = models.CompositePrimaryKey("cell", "starts")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+", db_index=False)
    hamlet = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    starts = models.DateField()
    ends = models.DateField()


class Heir(models.Model):
    """Which unit took over (part of) an ended unit: read where a unit has no cells to follow."""

    pk = models.CompositePrimaryKey("unit", "heir")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    heir = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")


class Reorganisation(models.Model):
    """A decision that changed boundaries. `clauses` is JSON text, for reading only."""

    id = models.UUIDField(primary_key=True)
    decision = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    effective_on = models.DateField(db_index=True)
    clauses = models.TextField()


class Position(models.Model):
    """The last entry folded: one row. Caches of boundaries are keyed by it, also inside open transactions."""

    id = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField()
    op_id = models.UUIDField()
    appended_at = models.BigIntegerField()
