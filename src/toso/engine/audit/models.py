"""Reads of personal data by office users."""

from django.db import models


class Read(models.Model):
    """One read: who (`user_id`), what (`subject`, a stream's or a record's name), why (`page`), when, from where."""

    id = models.BigAutoField(primary_key=True)
    at = models.BigIntegerField(db_index=True)
    user_id = models.UUIDField(db_index=True)
    subject = models.CharField(max_length=80, db_index=True)
    page = models.CharField(max_length=80)
    address = models.CharField(max_length=45)
