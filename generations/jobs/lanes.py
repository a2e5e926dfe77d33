"""Many looks at once: each lane is a thread that keeps its own connections. No database in a lane."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import lru_cache

from .. import net
from ..net import Answer, NetError, Rule
from ..providers.base import Call
from ..times import TIMES

LANES = 8  # one shared client with many connections collapses; eight threads with one each do not


@lru_cache(maxsize=1)
def lanes(pid: int) -> ThreadPoolExecutor:
    """One pool per process: a fork has no threads of its parent."""
    return ThreadPoolExecutor(LANES, thread_name_prefix="look")


def look(call: Call, rule: Rule, deadline: float | None = None) -> Answer | NetError:
    """One free request; its failure is an answer too."""
    try:
        return net.call(
            call.method,
            call.url,
            headers=call.headers,
            deadline=TIMES.poll if deadline is None else deadline,
            connect=TIMES.connect,
            rule=rule,
        )
    except NetError as error:
        return error


def look_all(calls: Iterable[tuple[Call, Rule]], budget: float = TIMES.tick_budget) -> Iterator[Answer | NetError]:
    """The answers in the order of the calls; what is not back within the tick's `budget` counts as silent."""
    pool = lanes(os.getpid())
    futures = [pool.submit(look, call, rule) for call, rule in calls]
    wait(futures, timeout=budget)
    for future in futures:
        future.cancel()
        yield future.result() if future.done() and not future.cancelled() else net.Lost("no answer in time")
