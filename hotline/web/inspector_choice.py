"""The list of inspectors to tick: those who may be sent out, and those who are there already."""

from typing import Any

from sqlalchemy.orm import Session
from wtforms import SelectMultipleField

from hotline.errors import T
from hotline.inspection import inspectors
from hotline.models.inspection import Round
from hotline.models.people import User
from hotline.web.current import current_actor
from hotline.web.forms import RoomForm, options
from hotline.web.wording import say, word

_NOBODY = 0  # whom the use case refuses


class InspectorsForm(RoomForm):
    """`remarks`: by value of a box, what is to be known of whoever could not be ticked anew."""

    inspectors = SelectMultipleField(T("检查员"))
    remarks: dict[str, str]

    def offer(self, session: Session, found: Round | None = None) -> Any:
        """Fill the list with those whom the actor may send out, and whoever is assigned."""
        may = inspectors.assignable(session, current_actor())
        stay = [user for user in (found.inspectors if found else ()) if user not in may]
        everyone = sorted((*may, *stay), key=lambda user: user.name)
        self.inspectors.choices = options((str(user.id), _called(user)) for user in everyone)
        not_ours = T("不归您管辖，取消后您不能再指派")
        self.remarks = {
            str(user.id): word(inspectors.not_serving(user) or not_ours) for user in stay
        }
        return self

    def chosen(self) -> tuple[int, ...]:
        given = self.inspectors.data or ()
        return tuple(int(each) if _is_id(each) else _NOBODY for each in given)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _called(user: User) -> str:
    if not user.full_name:
        return user.name
    return say("{name}（{of}）", name=user.full_name, of=user.name)
