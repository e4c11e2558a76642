"""Documents of a source, identified, on their way into the store."""

import hashlib
from collections.abc import Iterable, Iterator

import orjson

from app.core import SourceProblem, Tenant, tenant_key
from app.plugins.inventory.policies.canonical import NORMALIZER_VERSION, canonicalize, content_hash
from app.plugins.inventory.policies.identity import Identifier
from app.plugins.inventory.policies.readable import readable
from app.plugins.inventory.policies.sealer import Sealer
from app.plugins.inventory.reading.documents import ReadDocument
from app.plugins.inventory.reading.recognizing import recognized
from app.plugins.inventory.recognition import known_types
from app.plugins.inventory.store.policy import PolicyContent, PolicyKey, ReadPolicy

LONGEST = 600  # characters of a name, path or identity in the store


class PolicyReader:
    """Reads one source of one tenant; keeps what could not be read in `problems`."""

    def __init__(self, tenant: Tenant) -> None:
        """Seal with the tenant's keys."""
        self.problems: list[SourceProblem] = []
        self.collections_by_path: dict[str, str] = {}
        self._types = known_types()
        self._identifier = Identifier(self._types)
        self._sealer = Sealer(tenant_key(tenant, "inventory.secrets"))
        # Keyed: what is sealed in the store must not be guessed from the digest of the body beside it.
        self._digest_key = tenant_key(tenant, f"inventory.source/{NORMALIZER_VERSION}")

    def policies(
        self, files: Iterable[tuple[str, bytes] | SourceProblem], origin: str
    ) -> Iterator[ReadPolicy]:
        """Every policy of a source, in its order.

        Args:
            files: JSON texts with their paths.
            origin: what people call the source.

        Raises:
            SourceError: there is no policy.
        """
        for found in recognized(files, self._types, origin):
            if isinstance(found, SourceProblem):
                self.problems.append(found)
            else:
                yield self._policy(found)

    def _policy(self, document: ReadDocument) -> ReadPolicy:
        kind = document.kind
        identity = self._identifier.identify(document.body, kind.policy_type, document.path, kind.collection)
        if identity.problem is not None:
            self.problems.append(identity.problem)
        self.collections_by_path[document.path] = kind.collection
        return ReadPolicy(
            key=PolicyKey(kind.collection, kind.policy_type, _bounded(identity.external_id)),
            display_name=_bounded(identity.display_name),
            path=_bounded(document.path),
            may_be_renamed=identity.has_graph_id,
            source_digest=self._source_digest(document),
            content=lambda: self._content(document),
        )

    def _content(self, document: ReadDocument) -> PolicyContent:
        collection = document.kind.collection
        canonical = canonicalize(document.body, collection, self._sealer)
        return PolicyContent(
            content_hash=content_hash(canonical.content),
            secret_count=canonical.secret_count,
            body=lambda: orjson.dumps(
                readable(document.body, collection, self._sealer, is_wary=canonical.is_wary)
            ),
        )

    def _source_digest(self, document: ReadDocument) -> str:
        digest = hashlib.blake2b(document.kind.collection.encode(), digest_size=16, key=self._digest_key)
        digest.update(orjson.dumps(document.body))
        return digest.hexdigest()


def _bounded(text: str) -> str:
    """A text the store can hold; what is cut off still tells two long texts apart."""
    if len(text) <= LONGEST:
        return text
    mark = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{text[: LONGEST - len(mark) - 1]}…{mark}"
