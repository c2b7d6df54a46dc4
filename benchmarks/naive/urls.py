"""Paths of the baseline."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.routers import DefaultRouter

from . import views

router = DefaultRouter()
router.register("households", views.Households)
router.register("residents", views.Residents)
router.register("visits", views.Visits)


def healthz(request: HttpRequest) -> HttpResponse:
    """The server answers."""
    return HttpResponse("ok")


urlpatterns = [
    path("api/", include(router.urls)),
    path("api/participation/", views.Participation.as_view()),
    path("healthz", healthz),
]
