"""Queue servers of the tests."""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis

REDIS = os.environ.get("TENANTATLAS_TEST_REDIS", "redis://127.0.0.1:6379/0")


@pytest.fixture
def redis_url() -> str:
    """URL of the Redis server of the tests; skips where there is none."""
    client = redis.Redis.from_url(REDIS, socket_connect_timeout=3)
    try:
        client.ping()
    except redis.RedisError as error:
        pytest.skip(f"no Redis at TENANTATLAS_TEST_REDIS: {str(error)[:120]}")
    finally:
        client.close()
    return REDIS


@pytest.fixture
def queue_prefix(redis_url) -> Iterator[str]:
    """A prefix for keys of this test alone; they are deleted afterwards."""
    prefix = f"test-{uuid4().hex[:12]}"
    yield prefix
    client = redis.Redis.from_url(redis_url)
    for key in client.scan_iter(f"*{prefix}*"):
        client.delete(key)
    client.close()
