"""Tallies and what is needed to read them. All of it can be rebuilt from the tables of the records and the journal."""

from django.db import models


class Measure(models.Model):
    """What is tallied, in words; the id is computed from them (`rules.blocks.measure_id`)."""

    id = models.IntegerField(primary_key=True)
    indicator = models.CharField(max_length=60)
    dim1 = models.CharField(max_length=40)
    dim2 = models.CharField(max_length=40)


class Tally(models.Model):
    """One month of one measure at one node (a cell, or a unit's own facts).

    `month` is year × 12 + month − 1. `opening` is the value at the start of the month; `days` holds, as int32 in
    little-endian order, by how much the value has changed since then at the end of each of 31 days. So a day is read
    by four bytes, and a change of a day is a difference. Months in which nothing changed may be absent: the value on a
    day is that at the end of the latest block. A flow is stored as the running total since ever.
    """

    pk = models.CompositePrimaryKey("node_id", "measure_id", "month")
    node_id = models.UUIDField()
    measure_id = models.IntegerField()
    month = models.SmallIntegerField()
    opening = models.BigIntegerField()
    days = models.BinaryField(max_length=124)

    class Meta:
        indexes = [models.Index(fields=["measure_id", "month", "node_id"], name="tally_by_measure")]


class CarriedMonth(models.Model):
    """A month in which every node with an earlier block of the measure has a block: no need to look further back."""

    pk = models.CompositePrimaryKey("measure_id", "month")
    measure_id = models.IntegerField()
    month = models.SmallIntegerField()


class Seen(models.Model):
    """The first day (as an ordinal) on which a node had an entry of a kind: before it, values are missing, not 0."""

    pk = models.CompositePrimaryKey("node_id", "kind")
    node_id = models.UUIDField()
    kind = models.CharField(max_length=80, db_index=True)
    first = models.IntegerField()


class Activity(models.Model):
    """The days of a month on which something happened in a cell: bit n − 1 stands for day n."""

    pk = models.CompositePrimaryKey("node_id", "month")
    node_id = models.UUIDField()
    month = models.SmallIntegerField(db_index=True)
    mask = models.IntegerField()


class Formula(models.Model):
    """A definition that is being computed for the past: `done` of `total` cells are ready."""

    code = models.CharField(max_length=60, primary_key=True)
    version = models.SmallIntegerField()
    done = models.IntegerField()
    total = models.IntegerField()
