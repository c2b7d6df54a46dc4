"""Teams, members, groups and hamlet aggregates, keyed by unit. Written by `fold.apply` alone."""

from django.db import models


class Team(models.Model):
    """A team at a unit; `starts` and `ends` bound its life (half-open)."""

    pk = models.CompositePrimaryKey("unit_id", "id")
    unit_id = models.UUIDField()
    id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=160)
    decision = models.CharField(max_length=120, default="")
    starts = models.DateField()
    ends = models.DateField(null=True)


class Member(models.Model):
    """A person in a team, from day to day. `id` is the person's id: his account's, when he has one."""

    pk = models.CompositePrimaryKey("unit_id", "team_id", "id", "starts")
    unit_id = models.UUIDField()
    team_id = models.UUIDField()
    id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=120)
    folded = models.CharField(max_length=160)
    role = models.CharField(max_length=20)
    speaks_khmer = models.BooleanField(null=True)
    starts = models.DateField()
    ends = models.DateField(null=True)


class Group(models.Model):
    """A community group that a team runs (Zalo or other); only its size is known."""

    pk = models.CompositePrimaryKey("unit_id", "id")
    unit_id = models.UUIDField()
    id = models.UUIDField(db_index=True)
    team_id = models.UUIDField()
    name = models.CharField(max_length=120)
    topic = models.CharField(max_length=20)
    starts = models.DateField()
    ends = models.DateField(null=True)


class GroupCount(models.Model):
    """How many members a group had from a day on."""

    pk = models.CompositePrimaryKey("unit_id", "group_id", "on")
    unit_id = models.UUIDField()
    group_id = models.UUIDField()
    on = models.DateField()
    members = models.IntegerField()


class Ethnicity(models.Model):
    """How many people of an ethnic group a hamlet has from a day on: an aggregate, from the commune's paper."""

    pk = models.CompositePrimaryKey("unit_id", "group", "on")
    unit_id = models.UUIDField()
    group = models.CharField(max_length=20)
    on = models.DateField()
    people = models.IntegerField()
