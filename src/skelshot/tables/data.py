"""The clips behind the columns: stores that the caller names, or synthetic twins."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean
from skelshot.tables.amounts import TablePreset, data_roles
from skelshot.tables.definitions import ROLES, Role
from skelshot.tables.engine import Executor, Made, make_entries
from skelshot.tables.live import Watch
from skelshot.tables.role_data import RoleData
from skelshot.tables.stage_cache import StageCache
from skelshot.tables.twins import twin_entry


@dataclass(frozen=True)
class FoundData:
    """Data found for the roles of a table.

    Args:
        roles: The clips by role.
        absent: Why a role has none, by role.
        failed: Why a role's twin could not be made, by role.
        made: What came of making twins.
    """

    roles: dict[str, RoleData]
    absent: dict[str, str]
    failed: dict[str, str]
    made: Made


def pairs_of(words: Iterable[str], option: str, wanted: Iterable[str]) -> dict[str, Path]:
    """Read what is said as NAME=PATH.

    Args:
        words: As given to `--data`.
        option: Where they were given.
        wanted: The data sets that the table measures on.

    Returns:
        Paths by name of the data set.

    Raises:
        SkelshotError: A word is none of these, or names no data set, one twice, or one that the
            table has no column of.

    Example:
        >>> pairs_of(["ntu60=runs/ntu60"], "--data", ["ntu60"])
        {'ntu60': PosixPath('runs/ntu60')}
    """
    found: dict[str, Path] = {}
    wanted = list(dict.fromkeys(wanted))
    for word in words:
        name, equals, path = word.partition("=")
        if not equals or not path.strip():
            raise SkelshotError(f"{option} {word}: expected NAME=PATH, such as ntu60=runs/ntu60")
        if name not in ROLES:
            raise SkelshotError(
                f"{option} {word}: found the data set {name!r:.80}, expected one of "
                f"{', '.join(ROLES)}{did_you_mean(name, ROLES)}"
            )
        if name not in wanted:
            raise SkelshotError(
                f"{option} {word}: the table measures nothing on {name}, only on "
                f"{', '.join(wanted)}; leave it out"
            )
        if name in found:
            raise SkelshotError(f"{option} {word}: {name} is named twice, expected it once")
        found[name] = Path(path)
    return found


def find_data(
    wanted: Iterable[Role],
    stores: Mapping[str, Path],
    videos: Mapping[str, Path],
    preset: TablePreset,
    cache: StageCache,
    executor: Executor,
    workers: int,
    log: Path | None = None,
) -> FoundData:
    """Open the stores of a table, and make the twins of those that nobody names.

    Args:
        wanted: Roles of the table's columns.
        stores: Stores by role.
        videos: Folders of videos by role.
        preset: Says how large twins are.
        cache: Where they are kept.
        executor: Makes them.
        workers: Processes that write, all twins together.
        log: File that keeps a line an event.

    Returns:
        What there is.

    Raises:
        SkelshotError: A store cannot be read or does not fit its role, or a folder of videos is
            not there.
    """
    roles, known = list(dict.fromkeys(wanted)), data_roles()
    for name in videos.keys() - stores.keys():
        raise SkelshotError(f"--videos {name}: of which clips? add --data {name}=STORE")
    real: dict[str, RoleData] = {
        name: _real(name, stores[name], videos.get(name)) for name in roles if name in stores
    }
    sizes = {name: preset.twins[name] for name in roles if name in preset.twins}
    sizes = {name: size for name, size in sizes.items() if name not in real}
    each = max(1, workers // max(1, len(sizes)))
    entries = {name: twin_entry(name, size, each) for name, size in sizes.items()}
    watch = Watch("synthetic data", log=log)
    made_now = make_entries(list(entries.values()), cache, executor, watch)
    twins: dict[str, RoleData] = {}
    failed: dict[str, str] = {}
    for name, entry in entries.items():
        if entry.key in made_now.errors:
            failed[name] = made_now.errors[entry.key]
            continue
        store, raw = cache.output(entry), cache.folder(entry) / "raw"
        videos_of_twin = (str(raw), entry.key) if sizes[name].filmed else ("rendered", "rendered")
        twins[name] = RoleData(known[name], Store.open(store), *videos_of_twin, twin=True)
    absent: dict[str, str] = {
        name: f"no --data {name}=STORE is given, and the preset has no synthetic twin of it"
        for name in roles
        if name not in real and name not in sizes
    }
    return FoundData({**real, **twins}, absent, failed, made_now)


def _real(name: str, path: Path, videos: Path | None) -> RoleData:
    """Open a store that the caller names, and look whether the protocol can use it."""
    store, role = Store.open(path), data_roles()[name]
    if videos is None:
        data = RoleData(role, store)
    else:
        if not videos.is_dir():
            raise SkelshotError(f"--videos {name}={videos}: found no such folder")
        data = RoleData(role, store, str(videos.resolve()), _listing_hash(videos))
    try:
        data.protocol().split_list(store)
    except SkelshotError as error:
        raise SkelshotError(f"--data {name}={path}: {error}") from error
    return data


def _listing_hash(folder: Path) -> str:
    """Tell a folder of videos from others by the names and sizes of its files."""
    lines = sorted(
        f"{file.relative_to(folder)} {file.stat().st_size}"
        for file in folder.rglob("*")
        if file.is_file()
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
