import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from django_wizard_sessions.signals import pushes_healed
from tests.lengths import IS_THOROUGH

from .machine import NUMBERS, HubMachine

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("disk_without_waiting"),
]

SEARCH = settings(
    max_examples=3000 if IS_THOROUGH else 100,
    stateful_step_count=60,
    derandomize=not IS_THOROUGH,  # what fails on CI is to fail again
    deadline=None,
    database=None,
    phases=set(Phase) - {Phase.shrink},  # of so long a story, it takes many minutes
    suppress_health_check=list(HealthCheck),
)


class OverALayerThatLosesNothing(HubMachine):
    """In which everything arrives, in order; though perhaps after the hub missed it by itself."""

    def __init__(self):
        super().__init__()
        self.found_at_push = 0
        pushes_healed.connect(self._note_what_was_found)
        self.stack.callback(pushes_healed.disconnect, self._note_what_was_found)

    def _note_what_was_found(self, sender, **_):
        self.found_at_push = len(self.pushes)

    def before_long(self):
        self.deliver_all()

    def assert_right_before_reconciliation(self):
        for tab in self.tabs:
            if tab.has_begun:
                self.assert_all_pushes_are_shown(tab)
                self.assert_the_last_push_came_last(tab)

    def assert_all_pushes_are_shown(self, tab):
        for session in self.stored(tab):
            push = int(session.tasks[0]["id"])
            if push > tab.since.push:
                assert tab.shown[session.session_id].push == push

    def assert_the_last_push_came_last(self, tab):
        pushes = [number for number, run in enumerate(self.pushes, 1) if tab.follows(*run[1:])]
        since = tab.read_at if tab.before else tab.opened
        if pushes and pushes[-1] > max(since.push, self.found_at_push):
            assert tab.last.push == pushes[-1] or tab.last.is_stale


class OverALayerThatDoesWhatItWants(HubMachine):
    @precondition(lambda self: self.network.under_way)
    @rule(number=NUMBERS)
    def a_message_is_lost(self, number):
        self.network.under_way.pop(number % len(self.network.under_way))

    @precondition(lambda self: self.network.under_way)
    @rule(number=NUMBERS)
    def a_message_is_doubled(self, number):
        under_way = self.network.under_way
        under_way.insert(0, under_way[number % len(under_way)])

    @precondition(lambda self: self.network.under_way)
    @rule(number=NUMBERS)
    def a_message_overtakes_others(self, number):
        self.network.deliver(number % len(self.network.under_way))
        self.turn()

    @rule(number=NUMBERS)
    def the_groups_are_forgotten(self, number):
        if number % 5 == 0:  # or hardly any message would arrive
            self.network.groups.clear()


@pytest.mark.parametrize(
    "machine",
    [
        OverALayerThatLosesNothing,
        OverALayerThatDoesWhatItWants,
    ],
)
def test_every_tab_is_right(machine):
    run_state_machine_as_test(machine, settings=SEARCH)
