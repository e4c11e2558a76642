"""Files that are written while they are sent."""

from itertools import chain

from flask import Response

from app.core.sheets import Chunks


def send_chunks(chunks: Chunks, mimetype: str, *, name: str = "") -> Response:
    """An answer that is written while it is sent; what fails before its first chunk is an error page.

    Args:
        chunks: the texts; closed when the answer is, whole or not.
        mimetype: such as `text/csv`.
        name: under which a browser keeps it; empty: it shows it.
    """
    first = next(chunks)
    answer = Response(chain([first], chunks), mimetype=mimetype)
    answer.call_on_close(chunks.close)
    if name:
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
