import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from django_wizard_sessions.grants import Admission, Grant
from django_wizard_sessions.slots import Slots

GRANT = Grant(1, "w", "", "comment")


@pytest.fixture
def slots():
    return Slots()


def test_a_grant_takes_a_slot_until_it_is_closed(slots):
    admission = Admission(slots)
    assert admission.admit(GRANT)
    assert len(slots) == 1
    admission.close()
    assert len(slots) == 0


def test_however_often_it_is_admitted_and_closed_it_is_one_slot(slots):
    admission = Admission(slots)
    for _ in range(2):
        assert admission.admit(GRANT)
    assert len(slots) == 1
    for _ in range(2):
        admission.close()
    assert len(slots) == 0


def test_a_client_that_went_meanwhile_is_not_admitted(slots):
    admission = Admission(slots)
    admission.close()
    assert not admission.admit(GRANT)
    assert len(slots) == 0


class SlowSlots(Slots):
    def __init__(self):
        super().__init__()
        self.taken = threading.Event()

    def take(self, project_id):
        took = super().take(project_id)
        self.taken.set()
        time.sleep(0.05)
        return took


def test_no_slot_is_lost_when_a_client_goes_while_it_is_admitted():
    slots = SlowSlots()
    admission = Admission(slots)
    with ThreadPoolExecutor() as pool:
        admitted = pool.submit(admission.admit, GRANT)
        slots.taken.wait(5)
        admission.close()
        admitted.result()
    assert len(slots) == 0
