"""Ctrl-C and SIGTERM, held back until the batch is done."""

import signal
import threading
from types import FrameType, TracebackType


class Interrupted(KeyboardInterrupt):
    """A training was stopped by Ctrl-C or SIGTERM, after it finished its batch and saved its state.

    Args:
        message: Where it stands and how to go on.
        signum: Of the signal that came.
    """

    def __init__(self, message: str, signum: int) -> None:
        super().__init__(message)
        self.signum = signum


class Interruption:
    """A context in which SIGINT and SIGTERM are noted in `signum`; a second one ends the program the usual way.

    Outside the main thread, where Python lets nobody handle signals, and for a signal that is ignored, nothing changes.
    """

    def __init__(self) -> None:
        self.signum: int | None = None
        self._previous: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> "Interruption":
        if threading.current_thread() is threading.main_thread():
            for signum in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(signum) is not signal.SIG_IGN:
                    self._previous[signum] = signal.signal(signum, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()

    def _note(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002  a handler's signature
        self.signum = signum
        self._restore()

    def _restore(self) -> None:
        while self._previous:
            signum, handler = self._previous.popitem()
            signal.signal(signum, handler or signal.SIG_DFL)  # None: it was set by C code, which Python cannot put back
