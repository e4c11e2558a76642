"""Workers in the registry, without processes behind them."""

from app.core.runs.workers import WorkerCard, note_worker


def register(worker_id="harbour:1:aa", *, lives=True, **changes) -> WorkerCard:
    """Note a worker that lives for an hour, or that should have been seen an hour ago."""
    declared = {
        "host": "harbour",
        "pid": 1,
        "version": "0.1.0",
        "slots": 2,
        "plugins": {"probe": "1.0.0"},
        "run_types": ["probe.check"],
    }
    card = WorkerCard(id=worker_id, **(declared | changes))
    note_worker(card, 3600 if lives else -3600)
    return card
