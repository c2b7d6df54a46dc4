"""Visits and what follows from them, keyed by cell. Written by `fold.apply` alone."""

from django.db import models


class Visit(models.Model):
    """One call at one household. `outcome`: met, absent, come_back, not_now; `state`: ok, void."""

    pk = models.CompositePrimaryKey("cell_id", "id")
    cell_id = models.UUIDField()
    id = models.UUIDField(db_index=True)
    household_id = models.UUIDField()
    on = models.DateField()
    outcome = models.CharField(max_length=10)
    done_by = models.UUIDField(null=True)
    author_id = models.UUIDField(null=True)
    follow_up_on = models.DateField(null=True)
    note = models.CharField(max_length=280, default="")
    state = models.CharField(max_length=4, default="ok")
    extra = models.TextField(default="{}")
    op_id = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["cell_id", "household_id"], name="visit_household"),
            models.Index(fields=["cell_id", "on"], name="visit_day"),
        ]


class Assist(models.Model):
    """Help to one resident, or one unnamed person, with one service.

    `carried`: it happened in another cell and came along with the person; it makes stages here, and is no flow here.
    `live`: its visit is not void.
    """

    pk = models.CompositePrimaryKey("cell_id", "visit_id", "n")
    cell_id = models.UUIDField()
    visit_id = models.UUIDField()
    n = models.SmallIntegerField()
    household_id = models.UUIDField(null=True)
    resident_id = models.UUIDField(null=True)
    service_id = models.UUIDField()
    stage = models.CharField(max_length=24)
    result = models.CharField(max_length=8, default="")
    on = models.DateField()
    carried = models.BooleanField(default=False)
    live = models.BooleanField(default=True)
    op_id = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["cell_id", "resident_id"], name="assist_resident")]


class Call(models.Model):
    """What is known of the calls at a household: the last one that stands, how many, and the promised return."""

    pk = models.CompositePrimaryKey("cell_id", "id")
    cell_id = models.UUIDField()
    id = models.UUIDField()
    last_on = models.DateField()
    last_outcome = models.CharField(max_length=10)
    follow_up_on = models.DateField(null=True)
    visits = models.IntegerField()
    last_op = models.UUIDField(null=True)


class Carried(models.Model):
    """What a household's calls in other cells were: [last_on, last_outcome, follow_up_on, visits] as JSON."""

    pk = models.CompositePrimaryKey("cell_id", "id")
    cell_id = models.UUIDField()
    id = models.UUIDField()
    call = models.TextField()


class Progress(models.Model):
    """A resident's stage with each service: {service id: [stage, day]}; `ops`: {service id: operation} that set it."""

    pk = models.CompositePrimaryKey("cell_id", "id")
    cell_id = models.UUIDField()
    id = models.UUIDField(db_index=True)
    stages = models.TextField()
    ops = models.TextField(default="{}")


class DaySheet(models.Model):
    """Hamlet × day × service × count, without names."""

    pk = models.CompositePrimaryKey("cell_id", "id")
    cell_id = models.UUIDField()
    id = models.UUIDField()
    on = models.DateField()
    service_id = models.UUIDField()
    count = models.IntegerField()
    author_id = models.UUIDField(null=True)


class OpeningFigure(models.Model):
    """What was done before the system, declared with its source: of a unit, an indicator, from a day on."""

    pk = models.CompositePrimaryKey("unit_id", "id")
    unit_id = models.UUIDField()
    id = models.UUIDField()
    indicator = models.CharField(max_length=60)
    value = models.BigIntegerField()
    on = models.DateField()
    source = models.CharField(max_length=200)
    declared_by = models.UUIDField(null=True)
    state = models.CharField(max_length=9, default="ok")
