"""From the bytes of one file to the policies in it."""

from collections.abc import Iterator

from app.plugins.inventory.policies.folders import collection_of_path
from app.plugins.inventory.policies.json_value import Json
from app.plugins.inventory.policies.kinds import classify
from app.plugins.inventory.policies.problems import Problem
from app.plugins.inventory.reading.decoding import Undecodable, decode_document
from app.plugins.inventory.reading.documents import ReadDocument
from app.plugins.inventory.reading.duplicate_keys import named
from app.plugins.inventory.reading.pages import documents_in, is_cut_short
from app.plugins.inventory.reading.skipping import is_error_answer, is_known_companion, is_other_resource


class Recognizer:
    """Turns the files of one export into policies; remembers which unknown types it has reported."""

    def __init__(self) -> None:
        self._reported: set[str] = set()

    def recognize(self, path: str, raw: bytes) -> Iterator[ReadDocument | Problem]:
        """The policies of one file, each after the remarks about it."""
        if is_known_companion(path):
            yield _no_policy(path)
            return
        try:
            decoded = decode_document(raw)
        except Undecodable as error:
            yield unreadable(path, str(error))
            return
        if decoded.repeated_keys:
            yield _repeated(path, decoded.repeated_keys)
        if is_cut_short(decoded.value):
            yield _cut_short(path, decoded.value)
        for place, value in documents_in(decoded.value, path):
            yield from self._document(place, value)

    def _document(self, path: str, value: Json) -> Iterator[ReadDocument | Problem]:
        if is_error_answer(value):
            yield unreadable(path, "holds an error of Graph instead of a policy")
            return
        if isinstance(value, str):
            yield unreadable(path, "holds a text instead of a policy")
            return
        kind = classify(value, path) if isinstance(value, dict) and not is_other_resource(value) else None
        if kind is None or not isinstance(value, dict):
            yield _no_policy(path)
            return
        if not kind.is_known and kind.policy_type not in self._reported:
            self._reported.add(kind.policy_type)
            yield _unknown(path, kind.policy_type)
        yield ReadDocument(path, kind, value)


def unreadable(path: str, what: str, *, reason_code: str = "document_unreadable") -> Problem:
    """A document that should have been read and was not; `what` continues a sentence after its name."""
    return Problem(path, reason_code, f"{path} {what}", collection_of_path(path))


def _no_policy(path: str) -> Problem:
    return Problem(path, "not_a_policy", f"{path} is no policy and was left out", is_failure=False)


def _repeated(path: str, keys: tuple[str, ...]) -> Problem:
    reason = f"{path} repeats the key {named(keys)} within one object; the last value counts"
    return Problem(path, "duplicate_keys", reason, collection_of_path(path), is_failure=False)


def _unknown(path: str, policy_type: str) -> Problem:
    reason = f'{path} has the unknown type "{policy_type}"; it is kept as a type of its own'
    return Problem(path, "unknown_type", reason, policy_type, is_failure=False)


def _cut_short(path: str, page: Json) -> Problem:
    kinds = (classify(value, place) for place, value in documents_in(page, path) if isinstance(value, dict))
    collection = next((kind.collection for kind in kinds if kind), None) or collection_of_path(path)
    reason = f"{path} is a page that says more follows; what follows is not in the file"
    return Problem(path, "page_incomplete", reason, collection)
