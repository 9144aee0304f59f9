"""Reviewers without a screen: they send what the review screen sends, pictures included, at a pace that is given."""

from __future__ import annotations

import multiprocessing as mp
import random
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from visitors import PASSWORD

HELD = 3


@dataclass
class Heard:
    """Milliseconds of what the crowd asked for: answers, pictures, and a bare request beside them."""

    answers: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    refused: int = 0


class Crowd:
    """``with Crowd(...) as crowd:`` they work; ``crowd.heard()`` afterwards."""

    def __init__(self, address: str, accounts: list[str], a_minute: float) -> None:
        context = mp.get_context("spawn")
        self._end, self._ready, self._back = context.Event(), context.Event(), context.Queue()
        arguments = (address, accounts, a_minute, self._ready, self._end, self._back)
        self._process = context.Process(target=_work, args=arguments, daemon=True)
        self._heard: Heard | None = None

    def __enter__(self) -> Crowd:
        self._process.start()
        if not self._ready.wait(120):
            raise SystemExit("the crowd could not sign in")
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._heard = self._back.get(timeout=120)
        self._process.join(30)

    def heard(self) -> Heard:
        assert self._heard is not None
        return self._heard


def _work(address: str, accounts: list[str], a_minute: float, ready: Any, end: Any, back: Any) -> None:
    heard = Heard()
    people = [_Reviewer(address, key, 60 / a_minute, heard, end) for key in accounts]
    for one in people:
        one.sign_in()
    threads = [threading.Thread(target=one.work) for one in people]
    threads.append(threading.Thread(target=_bare, args=(address, heard, end)))
    for thread in threads:
        thread.start()
    ready.set()
    for thread in threads:
        thread.join()
    back.put(heard)


def _bare(address: str, heard: Heard, end: Any) -> None:
    """The reference: a small file, no account, no database."""
    with httpx.Client(base_url=address, timeout=60) as client:
        while not end.wait(0.1):
            begun = time.perf_counter()
            client.get("/static/icon.svg").raise_for_status()
            heard.bare.append(1000 * (time.perf_counter() - begun))


class _Reviewer:
    def __init__(self, address: str, key: str, every: float, heard: Heard, end: Any) -> None:
        self.client = httpx.Client(base_url=address, timeout=60, headers={"Accept": "application/json"})
        self.key, self.every, self.heard, self.end = key, every, heard, end
        self.dice = random.Random(key)
        self.queue: list[dict[str, Any]] = []

    def sign_in(self) -> None:
        self.client.post("/sign-in", data={"name": self.key, "password": PASSWORD})
        page = self.client.get("/review").text
        found = re.search(r'data-csrf="([^"]+)"', page)
        assert found, page
        self.client.headers["X-CSRF-Token"] = found[1]

    def work(self) -> None:
        time.sleep(self.dice.random() * self.every)
        while not self.end.is_set():
            due = time.monotonic() + self.every * self.dice.uniform(0.7, 1.3)
            self.step()
            self.end.wait(max(0.0, due - time.monotonic()))
        self.client.close()

    def step(self) -> None:
        if not self.queue:
            return self.take(self._post("/review/next", number=HELD))
        asked = self.queue.pop(0)
        wrong = self.dice.random() < 0.03
        value = asked["answers"][1 if wrong else 0]["value"]
        begun = time.perf_counter()
        answer = self._post("/review/answer", item=asked["item"], value=value, number=HELD - len(self.queue))
        self.heard.answers.append(1000 * (time.perf_counter() - begun))
        return self.take(answer)

    def _post(self, path: str, **fields: object) -> httpx.Response:
        held = " ".join(q["item"] for q in self.queue)
        return self.client.post(path, data={"batch": "", "contest": "", "but": "", "held": held, **fields})

    def take(self, answer: httpx.Response) -> None:
        if answer.is_error:
            self.heard.refused += 1
            return
        for question in answer.json()["questions"]:
            for part in ("place", "page"):
                begun = time.perf_counter()
                self.client.get(question[part]).raise_for_status()
                self.heard.pictures.append(1000 * (time.perf_counter() - begun))
            self.queue.append(question)
