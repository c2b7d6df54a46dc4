"""Terms."""

from django.db import models


class Term(models.Model):
    """One person's role at one unit, half-open [starts, ends). `end_recorded_at` is when its end became known, in ms."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField(db_index=True)
    role = models.CharField(max_length=20)
    unit_id = models.UUIDField(db_index=True)
    team_id = models.UUIDField(null=True, db_index=True)
    starts = models.DateField()
    ends = models.DateField(null=True)
    end_recorded_at = models.BigIntegerField(null=True)
    successor_of = models.UUIDField(null=True)
