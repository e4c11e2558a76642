"""huey-monitor: its list of tasks in Django's admin, first page, over SQLite."""

import sys
import tempfile
import time
import uuid
from pathlib import Path
from secrets import token_hex
from statistics import median

import django
from django.conf import settings

APPS = ["admin", "auth", "contenttypes", "sessions", "messages"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


def configure(folder: Path) -> None:
    """A Django site with the admin and huey-monitor alone."""
    processors = [f"django.template.context_processors.{name}" for name in ("request", "debug")]
    processors += [f"django.contrib.{name}.context_processors.{name}" for name in ("auth", "messages")]
    settings.configure(
        SECRET_KEY=token_hex(),
        ALLOWED_HOSTS=["testserver"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "tasks.db")}},
        INSTALLED_APPS=[*(f"django.contrib.{name}" for name in APPS), "bx_django_utils", "huey_monitor"],
        MIDDLEWARE=MIDDLEWARE,
        ROOT_URLCONF="bench.hub.others.huey_urls",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": processors},
            }
        ],
        STATIC_URL="/static/",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()


def fill(count: int) -> None:
    """Finished tasks with the signals that a worker sends."""
    from django.core.management import call_command  # noqa: PLC0415 - Django has to be set up before
    from huey_monitor.models import SignalInfoModel, TaskModel  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    for first in range(0, count, 5000):
        tasks = [
            TaskModel(task_id=uuid.uuid4(), name="nothing", finished=True)
            for _ in range(first, min(first + 5000, count))
        ]
        TaskModel.objects.bulk_create(tasks)
        ends = [
            SignalInfoModel(hostname="example", pid=1, thread="Worker-1", task=task, signal_name="complete")
            for task in tasks
        ]
        for task, end in zip(tasks, SignalInfoModel.objects.bulk_create(ends), strict=True):
            task.state = end
        TaskModel.objects.bulk_update(tasks, ["state"], batch_size=500)


def main(count: int, times: int) -> None:
    """Print the median milliseconds of an answer."""
    with tempfile.TemporaryDirectory() as folder:
        configure(Path(folder))
        fill(count)
        from django.contrib.auth.models import User  # noqa: PLC0415
        from django.test import Client  # noqa: PLC0415

        browser, took = Client(), []
        browser.force_login(
            User.objects.create_superuser("bench", "bench@example.com", "a fictional password")
        )
        for _ in range(times):
            began = time.perf_counter()
            answer = browser.get("/admin/huey_monitor/taskmodel/")
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.status_code
        print(median(took))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
