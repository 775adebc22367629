def test_a_linked_psychologist_sees_the_child_and_an_unlinked_one_does_not(cast, make):
    from app.models import Child
    from app.domain.errors import NotFound
    import pytest
    child = make.child(linked=(cast.ann,))
    with cast.ann.works() as work:
        assert work.get(Child, child.id).id == child.id
    for key in ("bob", "ines", "quinn"):
        with pytest.raises(NotFound), getattr(cast, key).works() as work:
            work.get(Child, child.id)
