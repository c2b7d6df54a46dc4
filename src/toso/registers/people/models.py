"""Households and residents, one row for each cell they ever lived in. Written by `fold.apply` alone."""

from django.db import models


class Household(models.Model):
    """A household as one cell's stream knows it. `state`: here, moved, closed.

    `clocks`: {field: [made_at, seq, author]} of the write that stands; `history`: {"people" | "zalo_news":
    [[day, value], …]} by day, for the step functions; `stays`: [[from, to or null], …] in this cell.
    """

    pk = models.CompositePrimaryKey("cell_id", "id")
    cell_id = models.UUIDField()
    id = models.UUIDField(db_index=True)
    label = models.CharField(max_length=120)
    folded = models.CharField(max_length=160)
    people = models.IntegerField()
    cluster = models.CharField(max_length=80, default="")
    zalo_news = models.BooleanField(null=True)
    lang_screen = models.CharField(max_length=2, null=True)
    lang_listen = models.CharField(max_length=2, null=True)
    lang_read = models.CharField(max_length=2, null=True)
    state = models.CharField(max_length=6, default="here")
    extra = models.TextField(default="{}")
    clocks = models.TextField(default="{}")
    history = models.TextField(default="{}")
    stays = models.TextField(default="[]")


class Resident(models.Model):
    """A named person. `state`: here, moved, left, residue (erased: no name, kept so that counts stay).

    `stays`: [[household id, from, to or null], …] in this cell; `alias_of`: the record that stands for this one.
    """

    pk = models.CompositePrimaryKey("cell_id", "id")
    cell_id = models.UUIDField()
    id = models.UUIDField(db_index=True)
    household_id = models.UUIDField()
    name = models.CharField(max_length=120)
    folded = models.CharField(max_length=160)
    birth_year = models.SmallIntegerField(null=True)
    alias_of = models.UUIDField(null=True)
    state = models.CharField(max_length=7, default="here")
    extra = models.TextField(default="{}")
    clocks = models.TextField(default="{}")
    stays = models.TextField(default="[]")

    class Meta:
        indexes = [
            models.Index(fields=["cell_id", "household_id"], name="resident_household"),
            models.Index(fields=["household_id"], name="resident_home"),
            models.Index(fields=["alias_of"], name="resident_alias", condition=models.Q(alias_of__isnull=False)),
        ]


class Conflict(models.Model):
    """Two values for one field where neither author had seen the other's write; both stay readable until settled."""

    pk = models.CompositePrimaryKey("cell_id", "id")
    cell_id = models.UUIDField()
    id = models.UUIDField(db_index=True)
    collection = models.CharField(max_length=24)
    record_id = models.UUIDField(db_index=True)
    field = models.CharField(max_length=24)
    kept = models.TextField()
    kept_by = models.UUIDField(null=True)
    lost = models.TextField()
    lost_by = models.UUIDField(null=True)
    seq = models.BigIntegerField()


class Erased(models.Model):
    """The id of an erased resident, so that a late operation does not raise the record again."""

    pk = models.CompositePrimaryKey("cell_id", "id")
    cell_id = models.UUIDField()
    id = models.UUIDField(db_index=True)


class ImportJob(models.Model):
    """A list of households from a file, staged outside the journal. `state`: staged, applied, undone."""

    id = models.UUIDField(primary_key=True)
    cell_id = models.UUIDField()
    author_id = models.UUIDField()
    staged_at = models.BigIntegerField()
    on = models.DateField()
    state = models.CharField(max_length=8, default="staged")


class ImportRow(models.Model):
    """One row of the list with its verdict. `verdict`: ready, refused, applied, undone, spared."""

    pk = models.CompositePrimaryKey("job_id", "number")
    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    op_id = models.UUIDField()
    record_id = models.UUIDField()
    given = models.TextField()
    verdict = models.CharField(max_length=8)
    code = models.CharField(max_length=40, default="")
    params = models.TextField(default="{}")
    seq = models.BigIntegerField(null=True)
