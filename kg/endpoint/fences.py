"""A process to one that reaches little: no network, no privileges, no core, few files.

Each fence is put up where the system has it, and told of; a fence that is missing is a second
line that is missing, for what a query may say is checked before (kg.sparql).
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from kg.workers import leave_no_core

NETWORK, PRIVILEGES, CORES, WRITING, READING = (
    "no network",
    "no new privileges",
    "no core dumps",
    "no file is written",
    "no file is read but the store's and the program's",
)
FILES = 256  # descriptors that a process which only reads may have; Oxigraph asks for 96
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_… of unshare(2)
_NO_NEW_PRIVILEGES, _DEATH_SIGNAL = 38, 1  # PR_SET_… of prctl(2)
# Landlock (landlock(7)): the numbers of its calls are the same on all machines but Alpha.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_TCP = 0b11  # to bind, to connect; since version 4
_LIBRARIES = ("/usr/lib", "/lib", "/lib64")


def fence() -> dict[str, bool]:
    """Put up what both who reads and who writes can do with; return which fences stand.

    Before any thread is started: a process with threads gets no namespace of its own.
    """
    leave_no_core()
    privileges = _control(_NO_NEW_PRIVILEGES, 1)
    # Both, where both are to be had: a namespace also keeps UDP in.
    network = [_leave_network(), privileges and _restrict(network=True)]
    return {NETWORK: any(network), PRIVILEGES: privileges, CORES: True}


def fence_writing() -> dict[str, bool]:
    """Let this process write no byte to a file, and open few of them."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    return {WRITING: True}


def fence_reading(place: Path) -> dict[str, bool]:
    """Let this process open only files of a directory, of Python and of its libraries."""
    program = (*sys.path, sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]), *_LIBRARIES)
    folders = {path for path in map(Path, program) if path.is_absolute() and path.is_dir()}
    return {READING: _restrict((place, *sorted(folders)))}


def end_with_parent(parent: int) -> None:
    """Have this process ended when the one ends that forked it, however that ends."""
    import signal

    _control(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it ended before the system was told


def _leave_network() -> bool:
    """Move to a network of its own, in which there is nothing; root needs no new user for it."""
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is None:
        return False
    if os.geteuid() == 0 and unshare(_NEW_NETWORK) == 0:
        return True
    return bool(unshare(_NEW_USER | _NEW_NETWORK) == 0)


def _control(option: int, value: int) -> bool:
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    return prctl is not None and prctl(option, value, 0, 0, 0) == 0


def _restrict(readable: Iterable[Path] = (), *, network: bool = False) -> bool:
    """Give up TCP, or all files that are not beneath some directories, by Landlock."""
    if sys.platform != "linux":
        return False
    call = ctypes.CDLL(None).syscall
    version = call(_CREATE_RULESET, None, 0, 1)
    if version < (4 if network else 1):
        return False
    # Of the rights to files, 13 are known to the first version, one more to each of the next two.
    files = 0 if network else (1 << (12 + min(version, 3))) - 1
    rights = struct.pack("=QQ", files, _TCP if network else 0)
    rules = call(_CREATE_RULESET, rights, len(rights) if version >= 4 else 8, 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
            rule = struct.pack("=Qi", _READ_FILE | _READ_FOLDER, folder)
            allowed = call(_ADD_RULE, rules, 1, rule, 0) == 0
            os.close(folder)
            if not allowed:
                return False
        return bool(call(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)
