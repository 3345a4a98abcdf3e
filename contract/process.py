"""What a process that holds scores in memory does about itself before it begins."""

import contextlib
import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4


def forbid_core_dumps() -> None:
    """Keep this process from leaving its memory behind when it crashes: neither as a file nor through a pipe.

    The limit stops files. It does not stop a system whose core pattern pipes dumps to a program (apport,
    systemd-coredump): only being undumpable does, which Linux also takes as a reason to hide the process's memory from
    other processes of its user. A program that this one executes may be dumped again.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # no libc to load symbols from, such as in a static build
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
