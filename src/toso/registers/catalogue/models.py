"""Services, folded from the `common` stream."""

from django.db import models


class Service(models.Model):
    """A digital service. `names`, `stages` are JSON; `group` says what kind of help it is."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    group = models.CharField(max_length=20)
    icon = models.CharField(max_length=20, default="")
    names = models.TextField()
    stages = models.TextField()
    starts = models.DateField(null=True)
    ends = models.DateField(null=True)
    successor_id = models.UUIDField(null=True)
    rank = models.IntegerField(default=0)
