"""B7 on both databases: one page sent many times at once adds one child."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from sqlalchemy import func, select

from app.cases import children
from app.children.child_details import NewChild
from app.models import Child, Request
from tests.cast import everything


def test_B7_one_page_sent_twenty_times_at_once_adds_one_child(cast, context):
    typed = NewChild("Amina", "Shah", date(2017, 3, 14), "4 Beck Lane", "BD9 4NQ", upn="B801200005001")

    def send(_number):
        with cast.sana.works() as work:
            return children.add_child(work, typed, "the same page").child_id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(send, range(20)))

    assert len(ids) == 1
    with everything(context) as work:
        for table in (Child, Request):
            assert work.session.scalar(select(func.count()).select_from(table)) == 1
