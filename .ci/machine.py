"""Say on what the suite was run: Python, kernel of OpenBLAS, versions of what the package depends on."""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version

import numpy as np
import scipy.linalg
from threadpoolctl import threadpool_info


def kernels() -> list[str]:
    """Return the kernels of OpenBLAS that numpy and scipy run on in this process."""
    np.linalg.eigh(scipy.linalg.inv(np.eye(2)))  # both have loaded theirs now
    return sorted({library["architecture"] for library in threadpool_info() if "architecture" in library})


def versions() -> list[str]:
    """Return the versions, as they are here, of what the package and its extras depend on."""
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in requires("intimacy-scales") or ()]
    found = []
    for name in dict.fromkeys(names):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue  # tools for style, where only tests are run
    return found


if __name__ == "__main__":
    used, asked = kernels(), os.environ.get("OPENBLAS_CORETYPE")
    print(f"Python {platform.python_version()}, kernel {' and '.join(used) or 'not known'}")
    print(", ".join(versions()))
    if asked and used != [asked]:
        sys.exit(f"OPENBLAS_CORETYPE={asked}, but numpy and scipy run on {used}")
