"""A task that is right at first sight is taken as field by field, and any other refused alike."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from django_wizard_sessions.serializers import TASK_STATUSES, WizardSessionTaskSerializer


class FieldByField(WizardSessionTaskSerializer):
    """A host's own, which is not looked at but by DRF."""


texts = st.one_of(
    st.text(st.characters(exclude_categories=[]), max_size=20),
    st.sampled_from(["", " ", "\0", "\ud800", "a\udfff", "\U0001f389"]),
    st.sampled_from([255, 256, 10_240, 10_241]).map("x".__mul__),
)
values = st.one_of(texts, st.sampled_from(TASK_STATUSES), st.sampled_from([None, True, 1, [], {}]))
tasks = st.one_of(
    values,
    st.dictionaries(st.sampled_from(["id", "title", "status", "more"]), values),
    st.fixed_dictionaries({"id": texts, "title": texts, "status": st.sampled_from(TASK_STATUSES)}),
)


def verdict(serializer_class, data):
    serializer = serializer_class(data=data, many=True)
    if serializer.is_valid():
        return serializer.validated_data, serializer.data
    return serializer.errors


@settings(deadline=None)
@given(tasks)
@example({"id": "0", "title": "A title", "status": "pending"})
@example({"id": "x" * 255, "title": "x" * 10_240, "status": "failed", "more": 1})
def test_both_ways_come_to_the_same(task):
    assert verdict(WizardSessionTaskSerializer, [task]) == verdict(FieldByField, [task])


def represented(serializer_class, task):
    try:
        return serializer_class().to_representation(task)
    except Exception as error:  # noqa: BLE001  # whatever DRF raises for a row that is broken
        return type(error)


@settings(deadline=None)
@given(tasks)
def test_and_a_stored_task_is_shown_the_same(task):
    shown = represented(WizardSessionTaskSerializer, task)
    assert shown == represented(FieldByField, task)


def test_a_task_that_is_refused_says_what_is_wrong_with_each_field():
    with pytest.raises(ValidationError) as refused:
        WizardSessionTaskSerializer().run_validation({"id": "", "title": 1, "status": "x"})
    assert set(refused.value.detail) == {"id", "title", "status"}
