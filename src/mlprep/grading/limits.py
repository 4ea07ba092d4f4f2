"""What a submission may use."""

from __future__ import annotations

from dataclasses import dataclass

MAX_OUTPUTS = 200  # of one cell
MAX_TEXT = 100_000  # characters of text of one cell
MAX_RICH_BYTES = 2 << 20  # bytes of one cell's figures and other displays
DROPPED = "\n[more output was dropped]\n"


@dataclass(frozen=True)
class Limits:
    """Seconds for a call, a cell, a test and the whole notebook; bytes and processes for all of it.

    test_s: for all that a test does, its own work included.
    memory_bytes: of all its processes together (proportional set size), watched by the warm
    parent. address_bytes: virtual memory of one process. disk_bytes: its private folder.
    """

    call_s: float = 10.0
    cell_s: float = 30.0
    test_s: float = 60.0
    notebook_s: float = 180.0
    memory_bytes: int = 2 << 30
    address_bytes: int = 6 << 30
    disk_bytes: int = 128 << 20
    file_bytes: int = 64 << 20
    processes: int = 48


def apply_limits(limits: Limits, address: bool = True) -> None:
    """Bind this process and its children to `limits`, as far as the system can (POSIX)."""
    try:
        import resource
    except ImportError:  # Windows: only the judge's clock binds
        return
    cpu_s = int(limits.notebook_s) + 1
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_CPU": cpu_s,
        "RLIMIT_NOFILE": 256,
    }
    if address:
        wanted["RLIMIT_AS"] = limits.address_bytes
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            try:
                resource.setrlimit(kind, (value, value))
            except (ValueError, OSError):  # macOS refuses some; the judge's clock still binds
                continue
