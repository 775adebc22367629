"""A2: a linked school does not find out a secret postcode by adding a child with each postcode it can think of."""

import pytest

from app.cases.children import AlreadyLinked, add_child
from app.children.child_details import NewChild
from tests.cast import Cast
from tests.make import Maker


@pytest.mark.parametrize("is_secret", [True, False])
def test_A2_a_secret_postcode_is_not_confirmed_to_who_guesses_it(
    cast: Cast, make: Maker, is_secret: bool
) -> None:
    child = make.child(linked=(cast.sana,), forenames="Amina", postcode="BD9 9ZZ", contact_risk=is_secret)
    guess = NewChild(
        forenames="Zoltan",
        surname="Brown",
        date_of_birth=child.date_of_birth,
        address="1 Road",
        postcode="BD9 9ZZ",
        upn_missing_reason="N",
    )
    with cast.sana.works() as work:
        if is_secret:
            assert add_child(work, guess).child_id != child.id
        else:
            with pytest.raises(AlreadyLinked):
                add_child(work, guess)


def test_A2_the_same_name_is_still_noticed_where_an_address_is_secret(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.sana,), surname="Shah", search_name="shah amina", contact_risk=True)
    typed = NewChild("Amina", "Shah", child.date_of_birth, "1 Road", "BD1 1AA", upn_missing_reason="N")
    with pytest.raises(AlreadyLinked), cast.sana.works() as work:
        add_child(work, typed)
