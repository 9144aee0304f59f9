"""Dask's workers as an executor: the only module that knows ``distributed``."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from pipeline.errors import Refusal, refuse

CONNECT_SECONDS = 10
"""A scheduler in the same building answers in milliseconds."""
ALONE_SECONDS = 60.0
"""A worker that died is started again by its nanny within 10 s; without any for this long nobody will come."""
ASK_SECONDS = 1.0
ANSWER_SECONDS = 10.0
"""A scheduler is asked at most once in the first, and waited for no longer than the second."""


class Cluster(Executor):
    """The executor of a client; knows whether the scheduler still answers and has a worker left."""

    def __init__(self, client: Any, address: str, alone: float = ALONE_SECONDS) -> None:
        self._client, self._address, self._alone = client, address, alone
        # Not pure: Dask would answer a second try of the same pages with the error of the first.
        self._inner: Executor = client.get_executor(pure=False)
        self._seen = time.monotonic()
        self._asked = 0.0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        try:
            return self._inner.submit(fn, *args, **kwargs)
        except Exception as error:
            if self._client.status != "running":
                raise self._lost() from error
            raise

    def check(self) -> None:
        """Refused where the scheduler is lost, or has been silent or without any worker for a minute."""
        if self._client.status != "running":
            raise self._lost()
        now = time.monotonic()
        if now - self._asked < ASK_SECONDS:
            return
        self._asked = now
        workers = self._workers()
        if workers:
            self._seen = now
        elif now - self._seen > self._alone:
            if workers is None:
                raise self._lost()
            raise refuse(
                "cluster-empty",
                self._address,
                "no worker has been there for {seconds} seconds; start workers and give the same command again, what "
                "was read is kept",
                seconds=int(self._alone),
            )

    def _workers(self) -> int | None:
        """How many workers the scheduler has; ``None`` where it does not say in time (it hangs)."""
        try:
            ask = self._client.scheduler.identity
            return len(self._client.sync(ask, n_workers=-1, callback_timeout=ANSWER_SECONDS)["workers"])
        except (OSError, TimeoutError):
            return None

    def _lost(self) -> Refusal:
        return refuse(
            "cluster-lost",
            self._address,
            "the scheduler does not answer any more; start it and give the same command again, what was read is kept",
        )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._inner.shutdown(wait=wait and not cancel_futures)


@contextmanager
def cluster(address: str, connect_seconds: float = CONNECT_SECONDS, alone: float = ALONE_SECONDS) -> Iterator[Cluster]:
    """The workers of the Dask scheduler at ``address`` (``tcp://host:port``), given up after ``alone`` seconds.

    Refused where Dask is not installed (``cluster-missing``) or no scheduler answers (``cluster-refused``).
    """
    try:
        from distributed import Client  # noqa: PLC0415  (only for clusters)
    except ImportError as error:
        raise refuse("cluster-missing", address, "Dask is not installed; install kiemphieu[cluster]") from error
    # What Dask has to say about a lost connection is told as a refusal, on one line.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        asyncio.run(_knock(address, connect_seconds))
        client = Client(address, timeout=connect_seconds)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError, TimeoutError) as error:
        raise refuse(
            "cluster-refused",
            address,
            "no scheduler answers there ({why}); check the address",
            why=str(error)[:200] or f"{connect_seconds:g} s",
        ) from error
    pool = Cluster(client, address, alone)
    try:
        yield pool
    finally:
        # Every page that was waited for has come; others are not waited for.
        pool.shutdown(wait=False)
        client.close(timeout=connect_seconds)  # type: ignore[no-untyped-call]


async def _knock(address: str, seconds: float) -> None:
    """Greet whoever listens there; a client would wait without end for one that says nothing back."""
    from distributed.comm.core import connect  # noqa: PLC0415  (only for clusters)

    comm = await asyncio.wait_for(connect(address, timeout=seconds), seconds)  # type: ignore[no-untyped-call]
    await comm.close()
