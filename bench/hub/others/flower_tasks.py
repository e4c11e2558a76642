"""Flower: the rows of its task table, 25 of them, as its page asks for them."""

import sys
import time
from statistics import median
from urllib.parse import urlencode

import celery
from flower.app import Flower
from flower.options import default_options
from flower.urls import settings
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.testing import bind_unused_port

QUERY = {
    "draw": 1,
    "start": 0,
    "length": 25,
    "search[value]": "",
    "order[0][column]": 7,
    "order[0][dir]": "desc",
    "columns[7][data]": "received",
}
STEPS = ("task-received", "task-started", "task-succeeded")


def fill(flower: Flower, count: int) -> None:
    """Tell it of finished tasks, as a worker would."""
    now = time.time()
    for number in range(count):
        for step in STEPS:
            flower.events.state.event(
                {
                    "type": step,
                    "uuid": f"task-{number}",
                    "name": "bench.nothing",
                    "hostname": "worker@example",
                    "timestamp": now - count + number,
                    "local_received": now - count + number,
                    "clock": number,
                    "pid": 1,
                    "runtime": 0.1,
                    "result": "None",
                    "args": "()",
                    "kwargs": "{}",
                }
            )


async def measure(flower: Flower, times: int) -> float:
    """Median milliseconds from the request to the whole answer."""
    socket, port = bind_unused_port()
    HTTPServer(flower).add_socket(socket)
    client, took = AsyncHTTPClient(), []
    for _ in range(times):
        began = time.perf_counter()
        address = f"http://127.0.0.1:{port}/tasks/datatable?{urlencode(QUERY)}"
        answer = await client.fetch(HTTPRequest(address, request_timeout=60))
        took.append((time.perf_counter() - began) * 1000)
        assert b"task-" in answer.body, answer.body[:200]
    return median(took)


def main(count: int, times: int) -> None:
    """Print the median."""
    default_options.max_tasks = count
    flower = Flower(capp=celery.Celery(broker="memory://"), options=default_options, **settings)
    fill(flower, count)
    print(IOLoop.current().run_sync(lambda: measure(flower, times)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
