"""Quarantine, verdicts, snapshots and digests."""

from django.db import models


class Quarantine(models.Model):
    """A refused operation. `state`: waiting, replaced, released or discarded.

    `record_id` is the record that it would have made or changed; `missing_id` the record whose absence refused it.
    """

    op_id = models.UUIDField(primary_key=True)
    device_id = models.UUIDField()
    user_id = models.UUIDField(db_index=True)
    stream_name = models.CharField(max_length=64, default="", db_index=True)
    kind = models.CharField(max_length=40)
    record_id = models.UUIDField(null=True, db_index=True)
    missing_id = models.UUIDField(null=True, db_index=True)
    code = models.CharField(max_length=40)
    params = models.TextField(default="{}")
    payload = models.TextField()
    received_at = models.BigIntegerField()
    state = models.CharField(max_length=10, default="waiting")
    reason = models.CharField(max_length=280, default="")
    settled_by = models.UUIDField(null=True)


class Verdict(models.Model):
    """What was decided about a quarantined operation; folded from its author's user stream."""

    pk = models.CompositePrimaryKey("user_id", "op_id")
    user_id = models.UUIDField()
    op_id = models.UUIDField()
    verdict = models.CharField(max_length=10)
    reason = models.CharField(max_length=280)
    code = models.CharField(max_length=40)
    at = models.BigIntegerField()


class Snapshot(models.Model):
    """The rows of a stream at one seq, compressed with brotli. A cache: may be dropped at any time."""

    id = models.BigAutoField(primary_key=True)
    stream_name = models.CharField(max_length=64, db_index=True)
    epoch = models.UUIDField()
    seq = models.BigIntegerField()
    since = models.CharField(max_length=7)
    body = models.BinaryField()


class DigestState(models.Model):
    """How far the row hashes of a stream have been brought. A cache: may be dropped at any time."""

    stream_name = models.CharField(primary_key=True, max_length=64)
    epoch = models.UUIDField()
    seq = models.BigIntegerField()
    sums = models.TextField()


class RowHash(models.Model):
    """The hash of one wire row and the month bucket it counts in ('' for rows that are not windowed)."""

    pk = models.CompositePrimaryKey("stream_name", "collection", "record_id")
    stream_name = models.CharField(max_length=64)
    collection = models.CharField(max_length=24)
    record_id = models.UUIDField()
    bucket = models.CharField(max_length=7)
    hash = models.BinaryField(max_length=8)


class Report(models.Model):
    """What a phone reported about itself (a digest that did not match, a failed update)."""

    id = models.BigAutoField(primary_key=True)
    device_id = models.UUIDField()
    at = models.BigIntegerField()
    body = models.TextField()
