"""What is read and written, nested where the phone needs it together."""

# The types of Django models come from the product's settings, which do not know this project.
# mypy: disable-error-code="misc,attr-defined,no-any-return"

from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers

from .models import Assist, Household, Resident, Status, Visit


class HouseholdSerializer(serializers.ModelSerializer):
    """A household."""

    class Meta:
        model = Household
        fields = "__all__"


class StatusSerializer(serializers.ModelSerializer):
    """A stage."""

    class Meta:
        model = Status
        fields = ["service", "stage", "on"]


class ResidentSerializer(serializers.ModelSerializer):
    """A resident with all stages."""

    statuses = StatusSerializer(many=True, read_only=True)

    class Meta:
        model = Resident
        fields = ["id", "household", "name", "birth_year", "statuses", "updated_at"]


class AssistSerializer(serializers.ModelSerializer):
    """Help given."""

    class Meta:
        model = Assist
        fields = ["resident", "service", "stage", "result"]


class VisitList(serializers.ListSerializer):
    """Many visits at once, in a handful of statements; a visit that is there already is left as it is."""

    def to_internal_value(self, data: Any) -> Any:
        """Check that people and households exist with two queries, not two for each visit."""
        homes = {str(one.get("household")) for one in data}
        people = {str(a.get("resident")) for one in data for a in one.get("assists", ()) if a.get("resident")}
        own = {"hamlet__users": self.context["request"].user}
        self.child.known_homes = Household.objects.filter(**own).in_bulk(homes)
        self.child.known_people = Resident.objects.filter(household__hamlet__users=own["hamlet__users"]).in_bulk(people)
        return super().to_internal_value(data)

    @transaction.atomic
    def create(self, validated_data: Any) -> Any:
        """Write visits and assists, and bring the stages up to date."""
        there = set(Visit.objects.filter(id__in=[d["id"] for d in validated_data]).values_list("id", flat=True))
        fresh = [data for data in validated_data if data["id"] not in there]
        visits = [Visit(**{k: v for k, v in data.items() if k != "assists"}) for data in fresh]
        Visit.objects.bulk_create(visits)
        pairs = [(visit, given) for visit, data in zip(visits, fresh, strict=True) for given in data["assists"]]
        Assist.objects.bulk_create([Assist(visit=visit, **given) for visit, given in pairs])
        latest: dict[Any, Status] = {}
        for visit, given in sorted(pairs, key=lambda pair: pair[0].on):
            if given["resident"] is not None:
                key = (given["resident"].id, given["service"])
                latest[key] = Status(
                    resident=given["resident"], service=given["service"], stage=given["stage"], on=visit.on
                )
        Status.objects.bulk_create(
            latest.values(), update_conflicts=True, unique_fields=["resident", "service"], update_fields=["stage", "on"]
        )
        Resident.objects.filter(id__in={key[0] for key in latest}).update(updated_at=timezone.now())
        return visits


class VisitSerializer(serializers.ModelSerializer):
    """A visit with its assists."""

    id = serializers.UUIDField()
    household = serializers.UUIDField(source="household_id")
    assists = AssistSerializer(many=True)

    class Meta:
        model = Visit
        list_serializer_class = VisitList
        fields = ["id", "household", "on", "outcome", "follow_up_on", "note", "author", "assists", "updated_at"]
        read_only_fields = ["author"]

    def to_internal_value(self, data: Any) -> Any:
        """Inside a list, what it has read once serves all; alone, the fields check for themselves."""
        homes = getattr(self, "known_homes", None)
        if homes is None:
            return super().to_internal_value(data)
        found = _Plain().run_validation(data)
        if found["household_id"] not in homes:
            raise serializers.ValidationError({"household": "unknown"})
        for given in found["assists"]:
            key = given["resident"]
            if key is not None and key not in self.known_people:
                raise serializers.ValidationError({"resident": "unknown"})
            given["resident"] = self.known_people[key] if key is not None else None
        return found

    @transaction.atomic
    def create(self, validated_data: Any) -> Visit:
        """Write one visit as the list does."""
        known = Visit.objects.filter(pk=validated_data["id"]).first()
        if known:
            return known
        given = validated_data.pop("assists")
        visit = Visit.objects.create(**validated_data)
        Assist.objects.bulk_create([Assist(visit=visit, **one) for one in given])
        for one in given:
            if one["resident"] is not None:
                Status.objects.update_or_create(
                    resident=one["resident"], service=one["service"], defaults={"stage": one["stage"], "on": visit.on}
                )
                one["resident"].save(update_fields=["updated_at"])
        return visit


class _PlainAssist(serializers.Serializer):
    resident = serializers.UUIDField(allow_null=True)
    service = serializers.CharField(max_length=24)
    stage = serializers.CharField(max_length=24)
    result = serializers.CharField(max_length=12, allow_blank=True, required=False, default="")


class _Plain(serializers.Serializer):
    id = serializers.UUIDField()
    household = serializers.UUIDField(source="household_id")
    on = serializers.DateField()
    outcome = serializers.CharField(max_length=12)
    follow_up_on = serializers.DateField(required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=280, allow_blank=True, required=False, default="")
    assists = _PlainAssist(many=True)
