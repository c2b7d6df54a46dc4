"""Which page app answers which path; wiring only. `/api/` and `/healthz` are answered by the gate before this."""

from django.urls import include, path

urlpatterns = [path("", include("toso.pages.office.urls"))]

handler400 = "toso.pages.office.urls.bad_request"
handler403 = "toso.pages.office.urls.forbidden"
handler404 = "toso.pages.office.urls.not_found"
handler500 = "toso.pages.office.urls.server_error"
