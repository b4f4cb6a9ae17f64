"""The worker: nobody waits for the engine longer than they want to."""

import os
import subprocess
import sys
import threading

import pytest

from emomas.errors import BusyError, ModelError
from emomas.speech.engine import Worker
from emomas.speech.engine.base import Request, Result, Run
from emomas.speech.engine.worker import MAX_WAITING

WAIT_S = 30


class Gated:
    """An engine that gives out one token whenever the test lets it; token ids count from 10."""

    vocabulary_size, context, masks, model_hash = 10_000, 10_000, False, "0"

    def __init__(self):
        self.gate = threading.Semaphore(0)
        self.entered = threading.Semaphore(0)
        self.closed = False
        self.prepared = 0

    def generate(self, prompt_ids, *, n=1, max_tokens=3, deadline=None, on_token=None, cancel=None, **more):
        request = Request.check(
            self, prompt_ids, (), n, max_tokens, more.get("temperature", 0.0), 0, (), None
        )
        run = Run(request, frozenset({1}), lambda: 0.0, None, on_token, cancel)
        self.entered.release()
        for place in range(max_tokens):
            assert self.gate.acquire(timeout=WAIT_S)
            if place == 1 and prompt_ids[0] == 13:
                raise RuntimeError("the engine broke")
            if run.take(0, 10 + place, -0.5):
                break
        return run.results()

    def score(self, prompt, continuations):
        self.entered.release()
        assert self.gate.acquire(timeout=WAIT_S)
        return [len(ids) for ids in continuations]

    def prepare(self):
        self.prepared += 1

    def close(self):
        self.closed = True


@pytest.fixture
def gated():
    engine = Gated()
    worker = Worker(lambda: engine, clock=lambda: 0.0)
    yield engine, worker
    engine.gate.release(10_000)
    worker.close()


def let(engine, tokens):
    engine.gate.release(tokens)


def test_tokens_are_streamed_as_they_come(gated):
    engine, worker = gated
    heard = []
    handle = worker.submit([5], max_tokens=3, on_token=lambda token: heard.append(token.id))
    stream = iter(handle)
    for wanted in (10, 11):
        let(engine, 1)
        assert next(stream).id == wanted
        assert not handle.done
    let(engine, 1)
    assert [token.id for token in stream] == [12]
    assert handle.result() == [Result((10, 11, 12), (-0.5,) * 3, "length")]
    assert [token.id for token in handle] == [10, 11, 12]
    assert heard == [10, 11, 12]


def test_the_listener_can_stop(gated):
    engine, worker = gated
    let(engine, 3)
    handle = worker.submit([5], max_tokens=3, on_token=lambda token: token.id == 11)
    assert handle.result() == [Result((10, 11), (-0.5, -0.5), "stop")]


def test_cancelling_is_immediate_and_final(gated):
    engine, worker = gated
    heard = []
    handle = worker.submit([5], max_tokens=9, on_token=lambda token: heard.append(token.id))
    let(engine, 1)
    assert next(iter(handle)).id == 10
    # The engine is stuck before its next token, and still:
    handle.cancel()
    assert handle.done
    assert handle.result() == [Result((10,), (-0.5,), "cancelled")]
    let(engine, 1)
    other = worker.submit([6], max_tokens=1)
    let(engine, 1)
    assert other.result()[0].finish == "length"
    assert heard == [10]
    assert [token.id for token in handle] == [10]
    handle.cancel()


def test_what_waits_can_be_cancelled_and_never_reaches_the_engine(gated):
    engine, worker = gated
    first = worker.submit([5], max_tokens=1)
    second = worker.submit([6], max_tokens=1)
    third = worker.submit([7], max_tokens=1)
    assert engine.entered.acquire(timeout=WAIT_S)
    second.cancel()
    let(engine, 2)
    assert first.result()[0].finish == third.result()[0].finish == "length"
    assert second.result() == [Result((), (), "cancelled")]
    assert engine.entered.acquire(timeout=WAIT_S)
    assert not engine.entered.acquire(blocking=False), "the cancelled request was served"


def test_the_deadline_ends_a_handle_while_the_engine_is_busy_with_another():
    now = [0.0]
    engine = Gated()
    worker = Worker(lambda: engine, clock=lambda: now[0])
    first = worker.submit([5], max_tokens=2)
    late = worker.submit([6], n=2, max_tokens=2, temperature=1.0, deadline=5.0)
    assert engine.entered.acquire(timeout=WAIT_S)
    assert not late.done
    now[0] = 5.0
    assert late.done
    assert late.result() == [Result((), (), "deadline")] * 2
    assert list(late) == []
    let(engine, 2)
    assert first.result()[0].finish == "length"
    worker.close()


def test_waiting_ends_at_the_deadline_by_itself():
    engine = Gated()
    worker = Worker(lambda: engine)
    import time

    handle = worker.submit([5], max_tokens=2, deadline=time.monotonic() + 0.05)
    assert handle.result()[0].finish == "deadline"
    let(engine, 2)
    worker.close()


def test_scores_wait_in_the_same_line():
    now = [0.0]
    engine = Gated()
    worker = Worker(lambda: engine, clock=lambda: now[0])
    first = worker.score([1], [[2, 3], [4]])
    second = worker.score([1], [[2]], deadline=5.0)
    third = worker.score([1], [[2]])
    third.cancel()
    assert third.result() == []
    assert engine.entered.acquire(timeout=WAIT_S)
    let(engine, 1)
    assert first.result() == [2, 1]
    now[0] = 6.0
    assert second.result() == []
    let(engine, 1)
    worker.close()


def test_what_the_engine_raises_belongs_to_its_request(gated):
    engine, worker = gated
    let(engine, 2)
    handle = worker.submit([13], max_tokens=3)
    with pytest.raises(RuntimeError, match="the engine broke"):
        handle.result()
    stream = iter(handle)
    assert next(stream).id == 10
    with pytest.raises(RuntimeError, match="the engine broke"):
        next(stream)
    let(engine, 1)
    assert worker.submit([5], max_tokens=1).result()[0].finish == "length"


def test_a_model_that_cannot_be_loaded_is_tried_again_for_the_next():
    tries = []

    def load():
        tries.append(1)
        if len(tries) == 1:
            raise ModelError("damaged")
        engine = Gated()
        let(engine, 5)
        return engine

    worker = Worker(load)
    with pytest.raises(ModelError, match="damaged"):
        worker.submit([5]).result()
    assert worker.submit([5], max_tokens=2).result()[0].finish == "length"
    worker.close()


def test_submitting_does_not_wait_for_the_model():
    gate = threading.Event()

    def load():
        assert gate.wait(WAIT_S)
        engine = Gated()
        let(engine, 5)
        return engine

    worker = Worker(load)
    handle = worker.submit([5], max_tokens=2)
    assert not handle.done
    gate.set()
    assert handle.result()[0].finish == "length"
    worker.close()


def test_only_so_many_may_wait(gated):
    engine, worker = gated
    running = worker.submit([5], max_tokens=1)
    assert engine.entered.acquire(timeout=WAIT_S)
    waiting = [worker.submit([5], max_tokens=1) for _ in range(MAX_WAITING)]
    with pytest.raises(BusyError, match=f"{MAX_WAITING} requests wait"):
        worker.submit([5])
    waiting[3].cancel()
    waiting.append(worker.submit([5], max_tokens=1))
    let(engine, MAX_WAITING + 1)
    assert running.result()[0].finish == "length"
    assert sum(handle.result()[0].finish == "length" for handle in waiting) == MAX_WAITING


def test_several_agents_share_a_worker(gated):
    engine, worker = gated
    let(engine, 10_000)
    finished = []

    def agent():
        finished.extend(worker.submit([5], max_tokens=3).result()[0].finish for _ in range(20))

    threads = [threading.Thread(target=agent) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert finished == ["length"] * 100


def test_closing_cancels_everything_and_joins(gated):
    engine, worker = gated
    running, waiting = worker.submit([5], max_tokens=9), worker.submit([6], max_tokens=9)
    assert engine.entered.acquire(timeout=WAIT_S)
    let(engine, 1)
    worker.close()
    assert [handle.result()[0].finish for handle in (running, waiting)] == ["cancelled"] * 2
    assert engine.closed
    assert not any(
        thread.name == "emomas-speech" and thread is worker._thread and thread.is_alive()
        for thread in threading.enumerate()
    )
    with pytest.raises(BusyError, match="closed"):
        worker.submit([5])
    worker.close()


def test_idle_time_is_used_to_prepare(gated):
    engine, worker = gated
    let(engine, 2)
    worker.submit([5], max_tokens=1).result()
    worker.submit([5], max_tokens=1).result()
    worker.close()
    assert engine.prepared >= 1


def test_a_fork_starts_its_own_thread():
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_speech_worker import Gated, let\n"
        "from emomas.speech.engine import Worker\n"
        "engine = Gated()\n"
        "worker = Worker(lambda: engine)\n"
        "stuck = worker.submit([5], max_tokens=3)\n"
        "assert engine.entered.acquire(timeout=30)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    print(stuck.result()[0].finish)\n"
        "    let(engine, 9)\n"
        "    print(worker.submit([5], max_tokens=2).result()[0].finish, flush=True)\n"
        "    sys.exit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "let(engine, 9)\n"
        "print(stuck.result()[0].finish)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, os.path.dirname(__file__)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "cancelled\nlength\nlength\n"), done.stderr


def test_leaving_python_with_a_request_under_way_is_a_clean_exit():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_speech_worker import Gated, let\n"
        "from emomas.speech.engine import Worker\n"
        "engine = Gated(); let(engine, 5000)\n"
        "worker = Worker(lambda: engine)\n"
        "handle = worker.submit([5], max_tokens=9000)\n"
        "next(iter(handle)); let(engine, 9000)\n"
        "print('leaving')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, os.path.dirname(__file__)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "leaving\n", "")
