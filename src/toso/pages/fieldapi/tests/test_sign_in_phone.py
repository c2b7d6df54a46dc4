"""Signing in, enrolling, signing out, over HTTP."""

import orjson
import pytest

from toso.engine.accounts import services
from toso.engine.accounts.rules import LOCK_AFTER
from toso.engine.accounts.tests.factories import PASSWORD, make_user
from toso.kernel.ids import parse_id

from .client import Phone, code_of

pytestmark = pytest.mark.django_db
PHONE = {"name": "Redmi 9A", "app": "0.1"}


def test_official_signs_in_uses_the_token_and_signs_out():
    user = make_user("xa", name="Trần Văn Xã")
    answer = Phone().post("/api/v1/sign-in", {"username": "xa", "password": PASSWORD, "device": PHONE})
    body = orjson.loads(answer.content)
    assert parse_id(body["user"]["id"]) == user
    assert body["server"]["seal_key"]
    phone = Phone(body["token"])
    me = orjson.loads(phone.get("/api/v1/me").content)
    assert me["user"] == {"id": body["user"]["id"], "name": "Trần Văn Xã", "language": "vi"}
    assert me["device_id"] == body["device_id"]
    assert phone.post("/api/v1/sign-out").status_code == 204
    assert code_of(phone.get("/api/v1/me")) == "device_revoked"
    assert phone.post("/api/v1/sign-out").status_code == 204


def test_member_enrols_by_code_once():
    code = services.issue_code(user_id=make_user(), by=None)
    body = orjson.loads(Phone().post("/api/v1/enrol", {"code": code, "device": PHONE}).content)
    assert Phone(body["token"]).get("/api/v1/me").status_code == 200
    assert code_of(Phone().post("/api/v1/enrol", {"code": code, "device": PHONE})) == "code_expired"
    assert code_of(Phone().post("/api/v1/enrol", {"code": "999", "device": PHONE})) == "code_wrong"


def test_guessing_passwords_is_stopped():
    make_user("xa")
    body = {"username": "xa", "password": "wrong", "device": PHONE}
    codes = [code_of(Phone().post("/api/v1/sign-in", body)) for _ in range(LOCK_AFTER + 1)]
    assert codes == ["sign_in_failed"] * LOCK_AFTER + ["too_many_attempts"]
    response = Phone().post("/api/v1/sign-in", {**body, "password": PASSWORD})
    assert code_of(response) == "too_many_attempts"
    assert response["Retry-After"]


def test_contact_is_noted(django_assert_max_num_queries):
    code = services.issue_code(user_id=make_user(), by=None)
    token = orjson.loads(Phone().post("/api/v1/enrol", {"code": code, "device": PHONE}).content)["token"]
    phone = Phone(token)
    phone.get("/api/v1/common/changes")
    with django_assert_max_num_queries(8):
        phone.get("/api/v1/common/changes?after=0")
