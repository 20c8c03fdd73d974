"""Prints the other Pythons from 3.11 up that this machine has, one for each minor version: on the PATH or of pyenv."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
candidates = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
candidates += sorted(pyenv.glob("versions/*/bin/python3.*"))
ASK = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
pythons: dict[tuple[int, int], Path] = {}
for path in candidates:
    name = re.fullmatch(r"python3\.(\d+)(?:\.exe)?", path.name)
    if not name or int(name[1]) < 11 or (3, int(name[1])) in {*pythons, sys.version_info[:2]}:
        continue
    answer = subprocess.run([path, "-c", ASK], capture_output=True, text=True, check=False)
    if answer.returncode == 0 and answer.stdout.split() == ["3", name[1]]:  # pyenv's shims fail for what is not active
        pythons[3, int(name[1])] = path
for _, path in sorted(pythons.items()):
    print(path)
