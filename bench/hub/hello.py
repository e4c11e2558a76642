"""A Flask page that says hello: what any answer costs at least."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Say it."""
    return "hello"
