"""A data set behind columns of a table: its clips, videos and protocol."""

from dataclasses import dataclass

from skelshot.datasets.protocols import protocol_named
from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.store import Store
from skelshot.tables.amounts import DataRole


@dataclass(frozen=True, eq=False)
class RoleData:
    """The clips behind the columns of a role.

    Args:
        role: What the role means.
        store: The clips.
        videos: The folder of their videos; pictures are made of the skeletons without one.
        videos_mark: What tells these videos from others.
        twin: Whether the clips are synthetic.
    """

    role: DataRole
    store: Store
    videos: str = "rendered"
    videos_mark: str = "rendered"
    twin: bool = False

    def protocol(self, suffix: str = "") -> FewShotProtocol:
        """Return the protocol of a column.

        Args:
            suffix: Behind the name of the role's own, or a whole name.

        Returns:
            The protocol.

        Raises:
            SkelshotError: There is none of that name.
        """
        beside = not suffix or suffix.startswith("-")
        return protocol_named(self.role.protocol + suffix if beside else suffix)
