"""One moment, one text."""

import pytest

from app.plugins.inventory.policies.instants import one_instant


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("2024-05-24T09:26:17Z", "2024-05-24T09:26:17Z"),
        ("2024-05-24T09:26:17.000Z", "2024-05-24T09:26:17Z"),
        ("2024-05-24T09:26:17.2878988Z", "2024-05-24T09:26:17.2878988Z"),
        ("2024-05-24T09:26:17.250+02:00", "2024-05-24T07:26:17.25Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+02:00", "0001-01-01T00:00:00+02:00"),
        ("2024-13-45T09:26:17Z", "2024-13-45T09:26:17Z"),
        ("2024-05-24T09:26:17", "2024-05-24T09:26:17"),
        ("2024-05-24T09:26:17Z and more", "2024-05-24T09:26:17Z and more"),
    ],
)
def test_an_instant_has_one_form_and_other_texts_stay(written, one):
    assert one_instant(written) == one
