"""The doorbell: signed messages, and a ring on every queue we offer."""

import json
from contextlib import contextmanager

import pytest
from flask import Flask
from huey.registry import Message

from app.core import queue
from app.core.rings import DIGEST_SIZE, JsonHmacSerializer, TamperedMessageError

KEY = b"k" * 32


@pytest.fixture
def ring():
    return Message("id-1", queue.TASK_NAME, None, 0, 0, None, (17,), {}, None, None, None, None, None)


@pytest.fixture
def serializer():
    return JsonHmacSerializer(KEY)


@contextmanager
def doorbell(url, name, heard):
    """An application that is nothing but its queue."""
    app = Flask("doorbell")
    queue.init_queue(app, url, name, "a fictional key", heard.append)
    try:
        with app.app_context():
            yield app
    finally:
        queue.close_queue(app)


def test_a_message_comes_back_as_it_went(serializer, ring):
    assert serializer.deserialize(serializer.serialize(ring)) == ring


def test_a_message_is_json_behind_its_signature(serializer, ring):
    assert json.loads(serializer.serialize(ring)[DIGEST_SIZE:])["args"] == [17]


@pytest.mark.parametrize(
    "position", [0, DIGEST_SIZE - 1, DIGEST_SIZE, -1], ids=["first", "last", "body", "end"]
)
def test_a_message_with_one_changed_byte_is_refused(serializer, ring, position):
    data = bytearray(serializer.serialize(ring))
    data[position] ^= 1

    with pytest.raises(TamperedMessageError):
        serializer.deserialize(bytes(data))


@pytest.mark.parametrize("data", [b"", b"short", b"\x80\x04]\x94.", b"{}"])
def test_what_was_never_signed_is_refused(serializer, data):
    with pytest.raises(TamperedMessageError):
        serializer.deserialize(data)


def test_another_deployments_message_is_refused(serializer, ring):
    with pytest.raises(TamperedMessageError):
        serializer.deserialize(JsonHmacSerializer(b"x" * 32).serialize(ring))


@pytest.mark.parametrize("field", ["on_complete", "on_error", "chord_config"])
def test_a_message_that_would_start_another_is_refused(serializer, ring, field):
    with pytest.raises(ValueError, match="no follow-up"):
        serializer.serialize(ring._replace(**{field: {"anything": True}}))


def test_a_tampered_row_in_the_queue_is_dropped_and_never_executed(tmp_path):
    heard = []
    with doorbell(f"sqlite:///{tmp_path / 'queue.db'}", "test", heard) as app:
        huey, _ = app.extensions[queue.EXTENSION]
        huey.storage.enqueue(b"x" * 64)

        with pytest.raises(TamperedMessageError):
            queue.run_one(app)

        queue.ring(17)
        assert queue.run_one(app)
    assert heard == [17]


@pytest.fixture
def sqlite_queue(tmp_path):
    return f"sqlite:///{tmp_path / 'folder' / 'queue.db'}", "test"


@pytest.fixture
def redis_queue(redis_url, queue_prefix):
    return redis_url, queue_prefix


@pytest.fixture
def postgresql_queue(unmigrated_postgres_url):
    return unmigrated_postgres_url.replace("+psycopg", ""), "test"


@pytest.mark.parametrize("kind", ["sqlite", "redis", "postgresql"])
def test_every_queue_delivers_each_ring_once_and_in_order(request, kind):
    url, name = request.getfixturevalue(f"{kind}_queue")
    heard = []

    with doorbell(url, name, heard) as app:
        for run_id in (1, 2, 3):
            queue.ring(run_id)
        while queue.run_one(app):
            pass

    assert heard == [1, 2, 3]


@pytest.mark.parametrize("kind", ["sqlite", "redis", "postgresql"])
def test_a_ring_outlives_the_process_that_rang(request, kind):
    url, name = request.getfixturevalue(f"{kind}_queue")
    heard = []
    with doorbell(url, name, []):
        queue.ring(17)

    with doorbell(url, name, heard) as app:
        assert queue.run_one(app)

    assert heard == [17]


def test_two_queues_of_different_names_do_not_hear_each_other(tmp_path):
    url = f"sqlite:///{tmp_path / 'queue.db'}"
    with doorbell(url, "one", []):
        queue.ring(17)
    with doorbell(url, "two", []) as two:
        assert not queue.run_one(two)


def test_a_ring_into_a_queue_that_is_away_is_logged_and_nothing_else(caplog):
    with doorbell("redis://127.0.0.1:1/0", "test", []):
        queue.ring(17)

    assert "run 17: the queue cannot be reached" in caplog.text
