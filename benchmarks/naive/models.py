"""One table for each kind of document; `updated_at` carries the sync."""

from django.conf import settings
from django.db import models


class Hamlet(models.Model):
    """A hamlet in a commune in a district; `users` may read and write it."""

    id = models.IntegerField(primary_key=True)
    commune = models.IntegerField(db_index=True)
    district = models.IntegerField(db_index=True)
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="hamlets")


class Household(models.Model):
    """A household."""

    id = models.UUIDField(primary_key=True)
    hamlet = models.ForeignKey(Hamlet, on_delete=models.CASCADE, related_name="households")
    label = models.CharField(max_length=120)
    people = models.IntegerField()
    cluster = models.CharField(max_length=60, blank=True)
    zalo_news = models.BooleanField(null=True)
    lang_screen = models.CharField(max_length=2, blank=True)
    lang_listen = models.CharField(max_length=2, blank=True)
    lang_read = models.CharField(max_length=2, blank=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)


class Resident(models.Model):
    """A named resident."""

    id = models.UUIDField(primary_key=True)
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="residents")
    name = models.CharField(max_length=120)
    birth_year = models.IntegerField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)


class Status(models.Model):
    """The stage that a resident has reached with a service, and when."""

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="statuses")
    service = models.CharField(max_length=24)
    stage = models.CharField(max_length=24)
    on = models.DateField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resident", "service"], name="one_status_a_service")]


class Visit(models.Model):
    """A visit."""

    id = models.UUIDField(primary_key=True)
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="visits")
    on = models.DateField(db_index=True)
    outcome = models.CharField(max_length=12)
    follow_up_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=280, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)


class Assist(models.Model):
    """Help given at a visit."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="assists")
    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, null=True, related_name="assists")
    service = models.CharField(max_length=24)
    stage = models.CharField(max_length=24)
    result = models.CharField(max_length=12, blank=True)
