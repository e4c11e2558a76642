"""Audit events as Graph writes them, and those that cannot be used."""

from datetime import UTC, datetime

import pytest

from app.core import InvalidInputError
from app.plugins.drift.audit.events import event_of, events_in


def raw(**changes):
    event = {
        "id": "e1",
        "activityDateTime": "2026-10-31T08:15:30.1234567Z",
        "activityType": "Patch DeviceCompliancePolicy",
        "activityOperationType": "Patch",
        "actor": {"userPrincipalName": "desk@example.com", "applicationDisplayName": "Portal"},
        "resources": [
            {"resourceId": "ABC", "displayName": "Policy", "modifiedProperties": [{"newValue": "s"}]}
        ],
    }
    return {**event, **changes}


def test_an_event_is_reduced_to_resource_time_activity_and_actor():
    event = event_of(raw())

    assert (event.id, event.actor, event.resource_ids) == ("e1", "desk@example.com", ("abc",))
    assert (event.activity, event.operation) == ("Patch DeviceCompliancePolicy", "patch")
    assert event.at == datetime(2026, 10, 31, 8, 15, 30, 123456, tzinfo=UTC)
    assert set(vars(event)) == {"id", "at", "activity", "operation", "actor", "resource_ids"}


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        ({"applicationDisplayName": "Sync job"}, "Sync job"),
        ({"userPrincipalName": "", "servicePrincipalName": "spn"}, "spn"),
        ({"userPrincipalName": None}, "unknown"),
        ("ada", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_actor_is_a_person_else_an_application_else_unknown(actor, name):
    assert event_of(raw(actor=actor)).actor == name


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("text", "no object"),
        (raw(id=""), "no id"),
        (raw(id=7), "no id"),
        (raw(resources=[]), "no resource"),
        (raw(resources=[{"resourceId": None}, "x"]), "no resource"),
        (raw(activityDateTime="yesterday"), "no moment"),
        (raw(activityDateTime=None), "no moment"),
    ],
)
def test_an_event_that_lacks_something_is_refused_without_repeating_it(event, said):
    with pytest.raises(InvalidInputError, match=said) as caught:
        event_of(event)

    assert "yesterday" not in str(caught.value)


def test_texts_are_bounded_and_a_moment_without_a_zone_is_utc():
    event = event_of(raw(id="x" * 99, activityType="y" * 999, activityDateTime="2026-10-31T08:15:30"))

    assert (len(event.id), len(event.activity)) == (64, 200)
    assert event.at.tzinfo is UTC


@pytest.mark.parametrize("document", [{"value": [1, 2]}, [1, 2]])
def test_events_stand_in_an_answer_of_graph_or_in_a_list(document):
    assert list(events_in(document)) == [1, 2]


def test_one_event_alone_is_a_document_too():
    assert list(events_in(raw())) == [raw()]


@pytest.mark.parametrize("document", [7, "text", None, {"value": 3}])
def test_what_holds_no_events_is_refused(document):
    with pytest.raises(InvalidInputError):
        list(events_in(document))
