"""rq-dashboard: its finished jobs, 25 of them, as its page asks for them."""

import os
import sys
import time
from datetime import UTC, datetime
from statistics import median

from redis import Redis
from rq.job import Job, JobStatus
from rq.registry import FinishedJobRegistry
from rq_dashboard.cli import make_flask_app

DAY = 86_400
PATH = "/0/data/jobs/default/finished/25/dsc/1.json"


def fill(url: str, count: int) -> None:
    """Finished jobs, as a worker leaves them."""
    redis = Redis.from_url(url)
    registry, now = FinishedJobRegistry("default", connection=redis), datetime.now(UTC)
    for first in range(0, count, 1000):
        pipeline = redis.pipeline()
        for number in range(first, min(first + 1000, count)):
            job = Job.create(print, id=f"task-{number}", connection=redis, status=JobStatus.FINISHED)
            job.origin, job.ended_at, job.started_at = "default", now, now
            job.save(pipeline=pipeline)
            registry.add(job, ttl=DAY, pipeline=pipeline)
        pipeline.sadd("rq:queues", "rq:queue:default")
        pipeline.execute()


def main(count: int, times: int) -> None:
    """Print the median milliseconds of an answer."""
    url = os.environ["BENCH_REDIS"]
    fill(url, count)
    app = make_flask_app(None, None, None, "")
    app.config["RQ_DASHBOARD_REDIS_URL"] = [url]
    browser, took = app.test_client(), []
    for _ in range(times):
        began = time.perf_counter()
        answer = browser.get(PATH)
        took.append((time.perf_counter() - began) * 1000)
        assert b"task-" in answer.data, answer.data[:300]
    print(median(took))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
