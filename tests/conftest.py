"""What every test may ask for; the fixtures live in `tests/support`, by noun.

databases     `database`, `on_both_databases`, `unmigrated_postgres_url`
applications  `settings`, `make_app`, `app`, `client`, `sign_in`, `flask_cli`, `worker`, `offer`, `fresh`
records       `make_tenant`, `tenant`, `make_user`, `operator`, `make_run`, `lose_an_item`
queues        `redis_url`, `queue_prefix`
servers       `own_postgres`, `own_database`, `own_redis`
processes     `spawn`
disks         `small_disk`
channels      `pigeons`
receivers     `receiver`, `tls_receiver`, `dripping_receiver`
graph         `graph`, `connected`, `pauses`
plugging      `drop_in`, `plugins_folder`, `install`, `install_with_tables`, `installed_greetings`
"""

import gc

from hypothesis import settings

# The same examples in every run, and no clock in judging them; `--hypothesis-profile=default` explores.
settings.load_profile("ci")

# A look at every object there is takes a third of a second, and each test makes and leaves an application.
gc.set_threshold(50_000, 20, 100)

pytest_plugins = [
    "tests.ci_skips",
    "tests.support.routes",
    "tests.support.databases",
    "tests.support.disks",
    "tests.support.applications",
    "tests.support.records",
    "tests.support.plugging",
    "tests.support.processes",
    "tests.support.queues",
    "tests.support.servers",
    "tests.support.channels",
    "tests.support.receivers",
    "tests.support.graph",
]


def pytest_collection_finish():
    """What is there by now stays: nobody has to look at it again."""
    gc.freeze()
