"""Objects of a bucket, as a storage: conditional writes, leases that expire.

Needs of the store: strong consistency (a list shows what was put) and `If-None-Match: *` (a name is given once).
"""

import math
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from estimator.core.errors import SobriaError
from estimator.core.locks import file_lock, waited_lock
from estimator.core.storage.s3_files import StoreRefused, filesystem, telling
from estimator.core.storage.storage import Patience, StoreFailed

LEASE_S = 30.0  # without a renewal, after which a lease is anyone's
RENEWED_S = 8.0
POLL_S = 0.2
AGAIN_S = (0.2, 1.0, 3.0)  # between writes of a name that another write, or a deletion, is in the way of
DAY_S = 86_400.0
LEASES, PROBE, DELETED = ".leases", ".conditional", ".deletable"
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
_LACKING = {"NotImplemented", "501", "InvalidArgument", "InvalidRequest"}


class _About(NamedTuple):
    size: int
    modified: datetime
    etag: str

    def told(self, key: str) -> dict[str, Any]:
        """The same as fsspec tells it."""
        return {"name": key, "size": self.size, "type": "file", "ETag": self.etag, "LastModified": self.modified}


class ObjectStore:
    """The objects of a bucket whose names begin with a prefix. locks: a folder of this machine, whose processes wait
    for one another there. store_address, StoreFailed."""

    keeps_s = DAY_S
    tears = False

    def __init__(self, bucket: str, prefix: str, locks: Path, root: str | None = None) -> None:
        self._bucket, self._prefix, self._locks = bucket, prefix, locks
        self._root = prefix if root is None else root
        self._about: dict[str, _About] = {}

    def __str__(self) -> str:
        return f"s3://{self._key('')}".rstrip("/")

    def below(self, name: str) -> "ObjectStore":
        return ObjectStore(self._bucket, self._inside(name), self._locks, self._root)

    def ready(self) -> None:
        _check_conditional(os.getpid(), self._bucket, self._root)

    def names(self, under: str = "") -> set[str]:
        found = self._listed(f"{under}/" if under else "")[0]
        self._about |= found
        filesystem().known.update({self._key(name): about.told(self._key(name)) for name, about in found.items()})
        return {name for name in found if not any(part.startswith(".") for part in name.split("/"))}

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        wanted = {self._key(name): name for name in names}
        if not wanted:
            return {}
        with telling(self):
            found: dict[str, Any] = filesystem().cat(list(wanted), on_error="return")
        for error in found.values():
            if isinstance(error, Exception) and not isinstance(error, FileNotFoundError):
                with telling(self):
                    raise error
        return {wanted[key]: data for key, data in found.items() if isinstance(data, bytes)}

    def opened(self, name: str) -> Any:
        with telling(self):
            return filesystem().open(self._key(name), size=self.size(name))

    def dataset(self, addresses: Sequence[str], schema: Any) -> Any:
        import pyarrow.dataset as ds

        paths = [address.removeprefix("s3://") for address in addresses]
        with telling(self):
            return ds.dataset(paths, schema=schema, format="parquet", filesystem=filesystem())

    def size(self, name: str) -> int:
        return self._known(name).size

    def modified(self, name: str) -> float:
        return self._known(name).modified.timestamp()

    def address(self, name: str) -> str:
        return f"s3://{self._key(name)}"

    def name_of(self, address: str) -> str:
        return address.removeprefix(self.address(""))

    @contextmanager
    def putting(self, files: Mapping[str, bytes]) -> Iterator[None]:
        """One after the other: each is whole, or absent."""
        yield
        for name, data in files.items():
            self._put(name, data)

    def check(self, names: Iterable[str]) -> None:
        """What was put is kept by the store."""

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            self._about.pop(name, None)
            with suppress(FileNotFoundError):
                self._call("delete_object", Key=self._inside(name))

    @contextmanager
    def lease(self, name: str, patience: Patience | None = None) -> Iterator[None]:
        """What it guards stays right if two hold it, after one was stopped for longer than its lease: only counts that
        are told may then be of both."""
        limit = time.monotonic() + patience.wait_s if patience else math.inf
        root = ObjectStore(self._bucket, self._root, self._locks)
        place = root.below(f"{LEASES}/{name}")
        lock = self._locks / f".{name}"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with waited_lock(lock, *patience) if patience else file_lock(lock):
            while (held := _Lease.taken(place)) is None:
                if patience and time.monotonic() > limit:
                    raise patience.busy
                time.sleep(POLL_S)
            with held.renewed():
                yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        yield

    @contextmanager
    def deleting(self, patience: Patience | None = None) -> Iterator[None]:
        """What it deletes was replaced longer ago than `keeps_s`."""
        yield

    def _key(self, name: str) -> str:
        return f"{self._bucket}/{self._inside(name)}"

    def _inside(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    def _known(self, name: str) -> _About:
        if name not in self._about:
            about = self._call("head_object", Key=self._inside(name))
            self._about[name] = _About(int(about["ContentLength"]), about["LastModified"], about["ETag"])
        return self._about[name]

    def _put(self, name: str, data: bytes) -> bool:
        """Whether the object was put: False where its name is taken. store_unconditional; StoreFailed: it is said to be
        taken, and is not there."""
        waits = iter(AGAIN_S)
        while True:
            try:
                self._call("put_object", Key=self._inside(name), Body=data, IfNoneMatch="*")
                return True
            except StoreRefused as refused:
                if refused.answered in _LACKING:
                    raise StoreFailed("store_unconditional", address=self, told=refused.answered) from refused
                if refused.answered in _TAKEN and self._is_there(name):
                    return False
                if refused.answered not in _TAKEN or (wait_s := next(waits, None)) is None:
                    raise
            time.sleep(wait_s)

    def _is_there(self, name: str) -> bool:
        with suppress(FileNotFoundError):
            return bool(self._call("head_object", Key=self._inside(name)))
        return False

    def _listed(self, under: str) -> tuple[dict[str, _About], float]:
        """The objects below a name, and what time it is there [s since 1970]."""
        found: dict[str, _About] = {}
        start, more = self._inside(under), dict[str, str]()
        while True:
            page = self._call("list_objects_v2", Prefix=start, **more)
            for one in page.get("Contents", ()):
                name = one["Key"].removeprefix(self._inside(""))
                found[name] = _About(int(one["Size"]), one["LastModified"], one["ETag"])
            if not page.get("IsTruncated"):
                told = page["ResponseMetadata"]["HTTPHeaders"].get("date")
                return found, parsedate_to_datetime(told).timestamp() if told else time.time()
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def _call(self, method: str, **asked: Any) -> Any:
        """FileNotFoundError: of an object that is asked for; StoreFailed."""
        with telling(self, there=method not in ("head_object", "delete_object")):
            return filesystem().call_s3(method, Bucket=self._bucket, **asked)


class _Lease:
    """The last of numbered objects, each put if absent: whoever put it holds the lease, until it is old, or until an
    empty one follows it."""

    def __init__(self, place: ObjectStore, number: int) -> None:
        self._place, self._number = place, number

    @classmethod
    def taken(cls, place: ObjectStore) -> "_Lease | None":
        """The lease, None where another holds it."""
        there, now = place._listed("")
        last = max(there, default="0")
        about = there.get(last)
        if about and about.size and now - about.modified.timestamp() < LEASE_S:
            return None
        mine = cls(place, int(last))
        return mine if mine._follow(uuid4().hex.encode()) else None

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Context in which it is held, and renewed; then released."""
        over = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(over,), daemon=True)
        renewing.start()
        try:
            yield
        finally:
            over.set()
            renewing.join()
            self._follow(b"")

    def _renew(self, over: threading.Event) -> None:
        while not over.wait(RENEWED_S):
            with suppress(SobriaError):  # the store does not answer: the lease lasts until it is old
                if not self._follow(uuid4().hex.encode()):
                    return

    def _follow(self, token: bytes) -> bool:
        """Put the next number, and delete those before. A number that was deleted could be put again: a later one says
        so."""
        name = f"{self._number + 1:012d}"
        if not self._place._put(name, token) and self._place.read([name]).get(name) != token:
            return False  # an answer that was lost is asked again, and finds its own object
        there, _ = self._place._listed("")
        if max(there, default=name) > name:
            self._place.delete([name])
            return False
        self._number += 1
        self._place.delete(sorted(there)[:-1])
        return True


@cache
def _check_conditional(process: int, bucket: str, prefix: str) -> None:
    """Whether a name is given once and an object can be deleted, once a process, before anything else is put."""
    store = ObjectStore(bucket, prefix, Path())
    store.delete([DELETED])  # of this name there is none
    if store._put(PROBE, b"") and store._put(PROBE, b""):
        raise StoreFailed("store_unconditional", address=store, told=PROBE)
