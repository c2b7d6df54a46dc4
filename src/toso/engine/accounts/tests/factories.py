"""Users and devices for tests of other apps too."""

from uuid import UUID

from toso.engine.accounts import services
from toso.engine.accounts.types import NewDevice, NewUser, SignedIn
from toso.kernel.ids import new_id

PASSWORD = "mot hai ba bon nam"


def make_user(username: str | None = None, *, name: str = "Thạch Thị Sa Rây", language: str = "vi") -> UUID:
    """A member, or with a user name an official with PASSWORD."""
    password = PASSWORD if username else None
    act = NewUser(id=new_id(), name=name, username=username, password=password, language=language)
    return services.create_users(acts=[act])[0]


def make_device(user_id: UUID, address: str = "10.0.0.1") -> SignedIn:
    """A phone of the user, enrolled by code."""
    code = services.issue_code(user_id=user_id, by=None)
    return services.enrol(code=code, device=NewDevice("Redmi 9A", "toso/0.1"), address=address)
