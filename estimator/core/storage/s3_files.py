"""The file system of s3fs, and what its answers are told as. The only module that imports s3fs."""

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from estimator.core.errors import SobriaError
from estimator.core.storage.storage import OfRange, StoreFailed

SILENT_S = 60.0  # without an answer, after which a server is said to be silent
HURRIED_S = 5.0  # the same for what is asked of one that was silent in that time
READ_S = 20.0  # without a byte, after which an answer is asked for again
SENT_A_SECOND = 50_000  # bytes that are given the time to leave
TOGETHER, CONNECTIONS = 10, 32  # objects read at once, of the connections: none waits for its turn, as for an answer
_ABSENT = {"NoSuchKey", "404", "FileNotFoundError"}
# What S3 says in each answer that it does not refuse.
_ALWAYS = {"list_objects_v2": "IsTruncated", "get_object": "ETag", "head_object": "ETag", "put_object": "ETag"}
_TOLD = {  # what a store answers -> what to do about it; its address, its bucket and its rights for any other
    **dict.fromkeys(("InvalidAccessKeyId", "SignatureDoesNotMatch"), "store_key_unknown"),
    **dict.fromkeys(("ExpiredToken", "InvalidToken"), "store_key_unknown"),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired"), "store_clock"),
    **dict.fromkeys(("SlowDown", "ServiceUnavailable", "RequestLimitExceeded", "503"), "store_busy"),
    **dict.fromkeys(("InternalError", "500", "502", "504", "BadGateway", "GatewayTimeout"), "store_broken"),
    **dict.fromkeys(("OperationAborted", "ConditionalRequestConflict", "InvalidBucketState", "409"), "store_conflict"),
    **dict.fromkeys(("QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "507"), "store_full"),
}


class _Ranges:
    """An object that several threads read, each from its own place: DuckDB asks ranges of one file together."""

    path: str

    @property
    def loc(self) -> int:
        return getattr(self.__dict__.setdefault("places", threading.local()), "loc", 0)

    @loc.setter
    def loc(self, place: int) -> None:
        self.__dict__.setdefault("places", threading.local()).loc = place

    def _fetch_range(self, start: int, end: int) -> Any:
        try:
            with telling(f"s3://{self.path}", there=True):
                return self._range(start, end)
        except StoreFailed as error:
            raise OfRange(error.code, **error.facts) from error

    def _range(self, start: int, end: int) -> Any:
        try:
            return super()._fetch_range(start, end)  # type: ignore[misc]
        except IndexError as error:  # s3fs looks for the number of an error that has none
            cut = error.__context__ or error
            raise cut from cut.__cause__


@cache
def _filesystem(process: int, server: str | None) -> Any:
    try:
        import s3fs
    except ModuleNotFoundError as error:
        raise SobriaError("store_package", told=error.name) from error

    core = s3fs.core  # botocore asks again, AWS_MAX_ATTEMPTS times in all, five by default
    core.S3_RETRYABLE_ERRORS = tuple(error for error in core.S3_RETRYABLE_ERRORS if error is not core.HTTPClientError)
    session = core.aiobotocore.session.AioSession()
    session.register("before-call.s3.HeadBucket", _redirected)
    limits = {"connect_timeout": 10, "read_timeout": READ_S, "max_pool_connections": CONNECTIONS}
    own = {"session": session, "config_kwargs": limits, "default_cache_type": "none"}
    return _kind(s3fs)(skip_instance_cache=True, use_listings_cache=False, **own)


def _kind(s3fs: Any) -> Any:
    """The file system of s3fs, as it is asked here."""
    from botocore.exceptions import HTTPClientError, ReadTimeoutError

    ranges = type("Ranges", (_Ranges, s3fs.S3File), {})

    class Known(s3fs.S3FileSystem):  # type: ignore[misc]
        """What is known of an object, which never changes, is asked once: each reading of a part asks again."""

        retries = 2  # of what is cut while it is read; botocore has asked again by then

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.batch_size = TOGETHER
            self.known: dict[str, Any] = {}
            self.silent: dict[str, float] = {}  # what was asked for in vain -> until when others hurry

        async def _call_s3(self, method: str, *given: Any, **asked: Any) -> Any:
            hurried = time.monotonic() < max(self.silent.values(), default=0.0)
            patience_s = (HURRIED_S if hurried else SILENT_S) + len(asked.get("Body") or b"") / SENT_A_SECOND
            try:
                answer = await asyncio.wait_for(super()._call_s3(method, *given, **asked), patience_s)
            except (HTTPClientError, TimeoutError) as error:
                if not hurried:
                    self.silent[method] = time.monotonic() + SILENT_S
                if isinstance(error, TimeoutError):
                    raise ReadTimeoutError(endpoint_url=self._s3.meta.endpoint_url) from error
                raise
            self.silent.pop(method, None)
            if method in _ALWAYS and _ALWAYS[method] not in answer:
                raise _NotS3(_read(method.title().replace("_", ""), answer))
            return answer

        call_s3 = s3fs.core.sync_wrapper(_call_s3)

        async def _info(self, path: str, *given: Any, **options: Any) -> Any:
            key = self._strip_protocol(path)
            if key not in self.known:
                self.known[key] = await super()._info(path, *given, **options)
            return self.known[key]

        def _open(self, path: str, mode: str = "rb", **options: Any) -> Any:
            file = super()._open(path, mode, **options)
            file.__class__ = ranges
            file.cache.fetcher = file._fetch_range
            return file

    return Known


def _redirected(params: dict[str, Any], **_: Any) -> None:
    """A server that sends elsewhere without saying where is asked once for the region of a bucket: botocore asks that
    of the same server, which sends elsewhere, without end."""
    params["context"].setdefault("s3_redirect", {})["redirected"] = True


def _read(method: str, answer: dict[str, Any]) -> str:
    """An answer that is not of S3, for people: « ListObjectsV2, 200, text/html ». botocore calls 500 what it cannot
    read."""
    about = answer.get("ResponseMetadata", {})
    status, kind = (about.get(name) for name in ("HTTPStatusCode", "HTTPHeaders"))
    told = (method, "" if status == 500 else f"{status}", (kind or {}).get("content-type", "").partition(";")[0])
    return ", ".join(filter(None, told))


def filesystem() -> Any:
    """The fsspec file system of this process, of the usual variables and files of AWS; it reads the ranges that it is
    asked for, and nothing more. store_package: the extra is not installed."""
    return _filesystem(os.getpid(), os.environ.get("AWS_ENDPOINT_URL"))


def is_open() -> bool:
    """Whether this process reads objects."""
    return _filesystem.cache_info().currsize > 0


@contextmanager
def telling(address: object, there: bool = False) -> Iterator[None]:
    """there: an object that is not found was listed. FileNotFoundError, StoreFailed."""
    filesystem()
    import s3fs
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

    try:
        yield
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise StoreFailed("store_key", address=address) from error
    except _NotS3 as error:
        raise StoreFailed("store_foreign", address=address, read=error) from error
    except (BotoCoreError, TimeoutError, *s3fs.core.S3_RETRYABLE_ERRORS) as error:
        told = (str(error) or str(error.__cause__ or type(error).__name__)).rstrip(".")
        raise StoreFailed("store_unreachable", address=address, told=told) from error
    except (OSError, ClientError) as error:
        cause = error if isinstance(error, ClientError) else error.__cause__
        answer = cause.response if isinstance(cause, ClientError) else {"Error": {"Message": str(error)}}
        said, read = answer["Error"], _read(getattr(cause, "operation_name", ""), answer)
        code = str(said.get("Code", type(error).__name__))
        if code in _ABSENT and not there:
            raise FileNotFoundError(2, "No such object", str(address)) from error
        if code.isdecimal() and "html" in read:
            raise StoreFailed("store_foreign", address=address, read=read) from error
        told = ", ".join(filter(None, (code, str(said.get("Message", "")).rstrip("."))))
        raise StoreRefused(_TOLD.get(code, "store_refused"), code, address=address, told=told) from error


class _NotS3(OSError):
    """An answer that S3 does not give."""


class StoreRefused(StoreFailed):
    """The store did not do what was asked, for the reason of the code that it answered."""

    code = StoreFailed.code

    def __init__(self, code: str, answered: str, **facts: Any) -> None:
        super().__init__(code, **facts)
        self.answered = answered
