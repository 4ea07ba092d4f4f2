"""Linux namespaces for one submission: called in a fork of the warm parent, inside bubblewrap.

    enter_namespaces(limits)    returns only in a process that is alone: it sees no process but its
                                own, no network, empty folders of limited size, and no /proc

bubblewrap already hides the course and the network from the warm parent. A submission gets fresh
namespaces on top, so that it can neither see nor signal the warm parent or another submission.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

from mlprep.grading.limits import Limits

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x8, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
PR_CAPBSET_DROP, LAST_CAPABILITY = 24, 40
NOBODY = 65534
PRIVATE = "/private"  # the folder of a sandboxed submission, as it sees it


class _CapHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _CapData(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def become_nobody() -> None:
    """Where the grader is root: be the user nobody for good.

    Root's processes are exempt from the kernel's limit on processes; nobody's are not.
    """
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def die_with_parent() -> None:
    """On Linux: be killed when the thread that started this process ends, however it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def enter_namespaces(limits: Limits) -> None:
    """Put this process's only child into namespaces of its own and go on as that child.

    The calling process stays behind as a waiter that ends when the child does. Raises OSError
    where the system refuses; then nothing of the submission may run.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    _checked(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl")  # setuid made /proc/self root's
    _checked(
        libc.unshare(
            CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
        ),
        "unshare",
    )
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code < 0:  # end as it did, so that the warm parent sees why
            os.kill(os.getpid(), -code)
        os._exit(code)
    _checked(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
    _checked(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount")
    flags = MS_NOSUID | MS_NODEV
    size = f"size={limits.disk_bytes},mode=777".encode()
    for folder in _writable():
        mounted = libc.mount(b"tmpfs", folder.encode(), b"tmpfs", flags, size)
        _checked(mounted, f"mount {folder}")
    hidden = b"size=0,mode=555"
    _checked(libc.mount(b"tmpfs", b"/proc", b"tmpfs", flags | MS_NOEXEC, hidden), "mount /proc")
    _limit_processes(limits)
    _drop_capabilities(libc)


def _writable() -> list[str]:
    """Where a submission may write: its own folder, and what programs expect to be writable.

    /tmp is not among them where this Python lies below it: it would be hidden.
    """
    needed = (sys.prefix, sys.base_prefix, __file__)
    in_tmp = any(os.path.realpath(path).startswith("/tmp/") for path in needed)
    return [PRIVATE, "/dev/shm"] + ([] if in_tmp else ["/tmp"])


def _limit_processes(limits: Limits) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_NPROC, (limits.processes, limits.processes))


def _drop_capabilities(libc) -> None:
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    header = _CapHeader(0x20080522, 0)
    _checked(libc.capset(ctypes.byref(header), ctypes.byref((_CapData * 2)())), "capset")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
