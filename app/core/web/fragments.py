"""Fragments: the parts of pages that htmx fetches again."""

from flask import Response, g, make_response, render_template, request

PTAG = "HX-PTag"
VARY = "HX-Request, HX-History-Restore-Request"


def render_fragment(template: str, ptag: str | None = None, **context: object) -> Response:
    """A rendered partial that no cache keeps; of the frame's values it gets tenant, role and may_start alone.

    Args:
        template: an underscore file.
        ptag: version of what is shown; sent, and given to the partial, so that the next poll can be answered
            by `unchanged`.
        context: what the partial needs.
    """
    g.is_fragment = True
    answer = make_response(render_template(template, ptag=ptag, **context))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Vary"] = VARY
    if ptag is not None:
        answer.headers[PTAG] = ptag
    return answer


def unchanged(ptag: str) -> Response | None:
    """A 304 without body if the page already shows what the tag names, else nothing.

    Args:
        ptag: of what would be shown; with a slash, a version that may change alone, and a mark of the
            content.
    """
    shown = request.headers.get(PTAG, "")
    _, joint, mark = ptag.rpartition("/")
    is_same = shown == ptag or (joint and shown.endswith(joint + mark))
    return not_modified(ptag) if is_same else None


def not_modified(ptag: str) -> Response:
    """A 304 without body; htmx remembers the tag for its next poll and touches nothing."""
    answer = make_response("", 304)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Vary"] = VARY
    answer.headers[PTAG] = ptag
    return answer
