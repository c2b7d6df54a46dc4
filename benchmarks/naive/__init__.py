"""The baseline: Django REST framework over the same documents, as a competent team would write it in a week.

Models with an `updated_at`, serializers, viewsets with pages of 100, sync by `?updated_after=`, gzip, token sign-in,
lists written with `bulk_create`, indexes on what is asked for. No journal, no merging, no receipts, no tallies:
figures are counted from the rows. A Django project of its own, with its own settings and database; the product never
imports it.
"""
