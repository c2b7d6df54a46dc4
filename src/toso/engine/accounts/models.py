"""Users, devices, enrolment codes and counters of failures. Moments are milliseconds since 1970 UTC."""

from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from toso.kernel.ids import new_id


class User(AbstractBaseUser):
    """A person who signs in. Members and leaders have no user name and no usable password."""

    last_login = None  # `last_seen_at` says it, without a write at each request

    id = models.UUIDField(primary_key=True, default=new_id)
    username = models.CharField(max_length=40, unique=True, null=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, default="vi")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.BigIntegerField()
    last_seen_at = models.BigIntegerField(null=True)

    USERNAME_FIELD = "username"
    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()


class Device(models.Model):
    """A phone or program that holds a token. Revoked devices stay: they may still deposit into quarantine."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    app = models.CharField(max_length=40, default="")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.BigIntegerField()
    last_contact_at = models.BigIntegerField()
    revoked_at = models.BigIntegerField(null=True)
    wipe = models.BooleanField(default=False)


class EnrolmentCode(models.Model):
    """A code that turns a phone into a user's device once; `reusable` exists in demonstrations only."""

    code_hash = models.CharField(max_length=64)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    used_at = models.BigIntegerField(null=True)
    reusable = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code_hash"], condition=models.Q(used_at__isnull=True), name="one_open_code"
            )
        ]


class Throttle(models.Model):
    """Failures under one key (a user name, an address, all enrolments) since the moment `since`."""

    key = models.CharField(max_length=80, primary_key=True)
    since = models.BigIntegerField()
    count = models.IntegerField()
