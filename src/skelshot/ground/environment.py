"""Environment of a measurement: versions, machine, commit and memory."""

import os
import platform
import resource
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("skelshot", "torch", "numpy", "lightning-fabric", "transformers")


def environment() -> dict[str, object]:
    """Describe the machine, the versions and the commit that a result came from.

    Returns:
        Python, package versions, operating system, processor, cores and the git commit of the
        source tree when there is one.

    Example:
        >>> sorted(environment())[:3]
        ['cores', 'git', 'packages']
    """
    return {
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "git": git_commit(),
    }


def usable_cores() -> int:
    """Count the processor cores that this process may use.

    Returns:
        At least 1; in a container with a limit, as many as it is given.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def processor_name() -> str:
    """Name the processor as the system does.

    Returns:
        For example `AMD EPYC`; an empty string where the system does not say.
    """
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def git_commit() -> str | None:
    """Return the commit of the source tree this package runs from.

    Returns:
        The commit's hash, with `+` behind it when files differ from it; None outside a
        checkout or without git.
    """
    here = Path(__file__).parent

    def git(*words: str) -> str:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            # Without its lock, which would stay and stop other commands where this is killed.
            ["git", "--no-optional-locks", "-C", str(here), *words],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
        return done.stdout.strip()

    try:
        dirty = git("status", "--porcelain", "--untracked-files=no")
        return git("rev-parse", "HEAD") + ("+" if dirty else "")
    except (OSError, subprocess.SubprocessError):
        return None


def peak_memory_mb() -> float:
    """Return the largest resident memory of this process so far.

    Returns:
        Megabytes.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)
