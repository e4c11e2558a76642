"""From the bytes of one file to the policies in it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.core import SourceProblem
from app.plugins.inventory.policies.json_value import Json
from app.plugins.inventory.policies.kinds import classify
from app.plugins.inventory.policies.known_types import KnownTypes
from app.plugins.inventory.reading.decoding import Undecodable, decode_document
from app.plugins.inventory.reading.documents import ReadDocument
from app.plugins.inventory.reading.duplicate_keys import named
from app.plugins.inventory.reading.errors import SourceError
from app.plugins.inventory.reading.pages import documents_in, is_cut_short
from app.plugins.inventory.reading.refusing import unreadable
from app.plugins.inventory.reading.skipping import is_error_answer, is_known_companion, is_other_resource


def recognized(
    files: Iterable[tuple[str, bytes] | SourceProblem], types: KnownTypes, origin: str
) -> Iterator[ReadDocument | SourceProblem]:
    """The policies of a source, one file in memory at a time, and what was not read or deserves a remark.

    Args:
        files: JSON texts with their paths, in a stable order.
        types: the policy types to recognize.
        origin: what people call the source.

    Raises:
        SourceError: nothing in it is a policy and nothing failed either; after the remarks were given.
    """
    documents = failures = 0
    recognizer = Recognizer(types)
    for file in files:
        for found in _found(recognizer, file):
            documents += isinstance(found, ReadDocument)
            failures += isinstance(found, SourceProblem) and found.is_failure
            yield found
    if not documents and not failures:
        raise SourceError("no_policies", f"{origin} contains no policies")


def _found(
    recognizer: "Recognizer", file: tuple[str, bytes] | SourceProblem
) -> Iterable[ReadDocument | SourceProblem]:
    return [recognizer.placed(file)] if isinstance(file, SourceProblem) else recognizer.recognize(*file)


class Recognizer:
    """Turns the files of one export into policies; remembers which unknown types it has reported."""

    def __init__(self, types: KnownTypes) -> None:
        """Recognize these types."""
        self._types = types
        self._reported: set[str] = set()

    def recognize(self, path: str, raw: bytes) -> Iterator[ReadDocument | SourceProblem]:
        """The policies of one file, each after the remarks about it."""
        if is_known_companion(path):
            yield _no_policy(path)
            return
        try:
            decoded = decode_document(raw)
        except Undecodable as error:
            yield self.placed(unreadable(path, str(error)))
            return
        if decoded.repeated_keys:
            yield self.placed(_repeated(path, decoded.repeated_keys))
        if is_cut_short(decoded.value):
            yield self._cut_short(path, decoded.value)
        for place, value in documents_in(decoded.value, path):
            yield from self._document(place, value)

    def placed(self, problem: SourceProblem) -> SourceProblem:
        """A problem with the collection that its path tells, where it does not name one itself."""
        known = None if problem.collection else self._types.of_path(problem.path)
        return replace(problem, collection=known.key) if known else problem

    def _document(self, path: str, value: Json) -> Iterator[ReadDocument | SourceProblem]:
        if is_error_answer(value):
            yield self.placed(unreadable(path, "holds an error of Graph instead of a policy"))
            return
        if isinstance(value, str):
            yield self.placed(unreadable(path, "holds a text instead of a policy"))
            return
        kind = None
        if isinstance(value, dict) and not is_other_resource(value):
            kind = classify(value, path, self._types)
        if kind is None or not isinstance(value, dict):
            yield _no_policy(path)
            return
        if not kind.is_known and kind.policy_type not in self._reported:
            self._reported.add(kind.policy_type)
            yield _unknown(path, kind.policy_type)
        yield ReadDocument(path, kind, value)

    def _cut_short(self, path: str, page: Json) -> SourceProblem:
        values = [(place, value) for place, value in documents_in(page, path) if isinstance(value, dict)]
        kinds = (classify(value, place, self._types) for place, value in values)
        collection = next((kind.collection for kind in kinds if kind), None)
        reason = f"{path} is a page that says more follows; what follows is not in the file"
        return self.placed(SourceProblem(path, "page_incomplete", reason, collection))


def _no_policy(path: str) -> SourceProblem:
    return SourceProblem(path, "not_a_policy", f"{path} is no policy and was left out", is_failure=False)


def _repeated(path: str, keys: tuple[str, ...]) -> SourceProblem:
    reason = f"{path} repeats the key {named(keys)} within one object; the last value counts"
    return SourceProblem(path, "duplicate_keys", reason, is_failure=False)


def _unknown(path: str, policy_type: str) -> SourceProblem:
    reason = f'{path} has the unknown type "{policy_type}"; it is kept as a type of its own'
    return SourceProblem(path, "unknown_type", reason, policy_type, is_failure=False)
