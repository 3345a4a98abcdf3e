"""What a process that holds scores in memory does about itself before it begins."""

import contextlib
import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4

MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4


def disable_core_dumps() -> None:
    """Keep this process from leaving its memory behind when it crashes: neither as a file nor through a pipe.

    The limit stops files. It does not stop a system whose core pattern pipes dumps to a program (apport,
    systemd-coredump): only being undumpable does, which Linux also takes as a reason to hide the process's memory from
    other processes of its user. A program that this one executes may be dumped again.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # no libc to load symbols from, such as in a static build
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def lock_memory() -> bool:
    """Keep this process's memory out of swap, and return whether that was allowed.

    Pages are locked once they are touched (Linux 4.4), so that nothing grows. It takes the right to lock memory, or a
    limit (`ulimit -l`) that is none: under a limit, later allocations would fail.
    """
    if sys.platform != "linux":
        return False
    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY
    if not unlimited and not _may_lock():
        return False
    with contextlib.suppress(OSError, AttributeError):
        return bool(ctypes.CDLL(None).mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0)
    return False


CAP_IPC_LOCK = 14


def _may_lock() -> bool:
    """Return whether the process has the capability that lifts the limit."""
    with contextlib.suppress(OSError, ValueError), open("/proc/self/status") as status:
        return any(int(line.split()[1], 16) >> CAP_IPC_LOCK & 1 for line in status if line.startswith("CapEff:"))
    return False
