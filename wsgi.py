"""The WSGI application: `gunicorn wsgi:app`, and what `flask` finds."""

from app.factory import create_app

app = create_app()
