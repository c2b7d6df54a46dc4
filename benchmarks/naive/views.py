"""Viewsets over the documents of one's own hamlets, and figures counted from the rows."""

# The types of Django models come from the product's settings, which do not know this project.
# mypy: disable-error-code="misc,attr-defined,no-any-return"

from datetime import date
from typing import Any

from django.db.models import QuerySet
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import figures
from .models import Household, Resident, Visit
from .serializers import HouseholdSerializer, ResidentSerializer, VisitSerializer


class Synced(viewsets.ModelViewSet):
    """Rows of one's own hamlets, changed after a moment."""

    own = "household__hamlet__users"

    def get_queryset(self) -> QuerySet[Any]:
        """Filtered and in order of change, so that pages stay in place."""
        found = super().get_queryset().filter(**{self.own: self.request.user}).order_by("updated_at", "id")
        if after := self.request.query_params.get("updated_after"):
            found = found.filter(updated_at__gt=after)
        return found


class Households(Synced):
    """Households."""

    queryset = Household.objects.all()
    serializer_class = HouseholdSerializer
    own = "hamlet__users"


class Residents(Synced):
    """Residents with their stages."""

    queryset = Resident.objects.prefetch_related("statuses")
    serializer_class = ResidentSerializer


class Visits(Synced):
    """Visits with their assists; a list may be posted."""

    queryset = Visit.objects.prefetch_related("assists")
    serializer_class = VisitSerializer

    def get_queryset(self) -> QuerySet[Any]:
        """Since a day, where one is asked for."""
        found = super().get_queryset()
        since = self.request.query_params.get("since")
        return found.filter(on__gte=since) if since else found

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One visit or a list; a list is answered by its ids."""
        many = isinstance(request.data, list)
        serializer = self.get_serializer(data=request.data, many=many)
        serializer.is_valid(raise_exception=True)
        serializer.save(author_id=request.user.pk)
        found = [str(one["id"]) for one in serializer.validated_data] if many else serializer.data
        return Response(found, status=status.HTTP_201_CREATED)


class Participation(APIView):
    """Share of people helped at least once, for each day and unit."""

    def get(self, request: Request) -> Response:
        """By `from` and `to`."""
        first, last = (date.fromisoformat(request.query_params[name]) for name in ("from", "to"))
        return Response(figures.participation(first, last))
