"""A PostgreSQL server of a test's own: in a temporary folder, on the loopback address, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def folder_of_programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`; None where PostgreSQL is not installed."""
    on_path = shutil.which("pg_ctl")
    if on_path:
        return Path(on_path).parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return debian[-1].parent if debian else None


@contextlib.contextmanager
def server() -> Iterator[dict[str, str]]:
    """A running server, as the environment variables that say where it is."""
    programs = folder_of_programs()
    assert programs is not None
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    user = "postgres" if is_root else None  # PostgreSQL does not run as root
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="pmf-postgres-") as name:
        if is_root:
            shutil.chown(name, "postgres", "postgres")
        data = Path(name, "data")

        def run(*command: object) -> None:
            with Path(name, "log").open("ab") as log:
                subprocess.run([str(each) for each in command], user=user, cwd=name, stdout=log, stderr=log, check=True)

        run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {name}"
        run(programs / "pg_ctl", "-D", data, "-w", "-t", "120", "-l", Path(name, "server"), "-o", options, "start")
        try:
            yield {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "postgres", "PGDATABASE": "postgres"}
        finally:
            run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
