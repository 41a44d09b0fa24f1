import os
import signal
import threading

import pytest

from striate.train.interruption import Interruption


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_noted_and_the_handlers_come_back(signum):
    before = signal.getsignal(signum)
    with Interruption() as interruption:
        assert signal.getsignal(signum) != before
        assert interruption.signum is None
        os.kill(os.getpid(), signum)
        assert interruption.signum == signum
        assert signal.getsignal(signum) == before
    assert signal.getsignal(signum) == before


def test_a_second_ctrl_c_is_not_held_back():
    with Interruption():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_the_handlers_come_back_after_an_error():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), Interruption():
        1 / 0  # noqa: B018
    assert signal.getsignal(signal.SIGINT) == before


def test_an_ignored_signal_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interruption() as interruption:
            os.kill(os.getpid(), signal.SIGINT)
            assert interruption.signum is None
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_changes_no_handler():
    before, seen = signal.getsignal(signal.SIGINT), []

    def enter():
        with Interruption():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [before]
