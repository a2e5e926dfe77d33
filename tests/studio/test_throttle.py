import threading

import time_machine

from studio import throttle

FIVE = throttle.Limit("five", tries=5, seconds=60)


def test_it_refuses_the_try_after_the_last() -> None:
    assert [throttle.take(FIVE, "alice") for _ in range(7)] == [True] * 5 + [False] * 2


def test_keys_do_not_count_for_each_other_even_in_one_file() -> None:
    keys = [f"person-{number}" for number in range(throttle.FILES + 1)]
    assert all(throttle.take(FIVE, key) for key in keys for _ in range(5))
    assert not any(throttle.take(FIVE, key) for key in keys)


def test_tries_in_parallel_are_all_counted() -> None:
    allowed: list[bool] = []
    start = threading.Barrier(20)

    def rush() -> None:
        start.wait()
        allowed.append(throttle.take(FIVE, "alice"))

    threads = [threading.Thread(target=rush) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 5


def test_a_limit_expires_by_itself() -> None:
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
        for _ in range(5):
            throttle.take(FIVE, "alice")
        clock.shift(59)
        assert not throttle.take(FIVE, "alice")
        clock.shift(2)
        assert throttle.take(FIVE, "alice")


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
        for _ in range(5):
            throttle.take(FIVE, "alice")
        clock.shift(-3600)
        assert throttle.take(FIVE, "alice")


def test_one_try_or_all_are_given_back() -> None:
    for _ in range(5):
        throttle.take(FIVE, "alice")
    throttle.give_back(FIVE, "alice")
    assert [throttle.take(FIVE, "alice") for _ in range(2)] == [True, False]
    throttle.give_back(FIVE, "alice", whole=True)
    assert [throttle.take(FIVE, "alice") for _ in range(6)] == [True] * 5 + [False]


def test_a_half_written_line_is_left_out() -> None:
    throttle.take(FIVE, "alice")
    with throttle.locked(FIVE, throttle.mark_of("alice")) as tries:
        tries.append(("cut", 0.0))
    assert [throttle.take(FIVE, "alice") for _ in range(5)] == [True] * 4 + [False]
