"""Streams, entries and receipts."""

from django.db import models


class Stream(models.Model):
    """An append-only list of entries. `head` is the number of its last entry.

    A stream born by splitting a cell continues the numbers of the stream it was born from, so that a phone's
    `base_seq` stays comparable; its first own entry is `born_seq + 1`.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=64, unique=True)
    epoch = models.UUIDField()
    head = models.BigIntegerField(default=0)
    durable_seq = models.BigIntegerField(default=0)
    born_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    born_seq = models.BigIntegerField(default=0)
    ended_seq = models.BigIntegerField(null=True)


class Entry(models.Model):
    """One thing that happened, with its outcome. `data` and `touches` are canonical JSON text."""

    pk = models.CompositePrimaryKey("stream_id", "seq")
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="+", db_index=False)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    record_id = models.UUIDField()
    op_id = models.UUIDField()
    author_id = models.UUIDField(null=True)
    device_id = models.UUIDField(null=True)
    base_seq = models.BigIntegerField(default=0)
    made_at = models.BigIntegerField()
    happened_on = models.DateField()
    uncertain = models.BooleanField(default=False)
    appended_at = models.BigIntegerField()
    data = models.TextField()
    touches = models.TextField()


class Receipt(models.Model):
    """What became of one operation, for the whole system and for ever. `stream` and `seq` are empty for refusals."""

    op_id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(max_length=16)
    verdict = models.CharField(max_length=12)
    stream = models.ForeignKey(Stream, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    seq = models.BigIntegerField(null=True)
    code = models.CharField(max_length=40, default="")
    params = models.TextField(default="")
    device_id = models.UUIDField(null=True)
    received_at = models.BigIntegerField()
