"""Words for a mapping between layouts, as commands print them."""

from skelshot.commands.command import Document


def mapping_lines(mapping: Document) -> list[str]:
    """Tell a mapping's four kinds of joints.

    Args:
        mapping: From `skelshot.skeletons.mappings.MappingReport.as_json`.

    Returns:
        A line that names both layouts, and one for each kind.

    Example:
        >>> from skelshot.skeletons.layouts import H36M_17, OPENNI_15
        >>> from skelshot.skeletons.mappings import mapping_report
        >>> for line in mapping_lines(mapping_report(OPENNI_15, H36M_17).as_json())[-2:]:
        ...     print(line)
        lost (they stand at their parent, with confidence 0): 0 - none
        unused of openni-15: 1 - neck
    """
    made = [f"{joint} from {' and '.join(used)}" for joint, used in mapping["made"].items()]
    kinds = {
        "measured": mapping["measured"],
        "made": made,
        "lost (they stand at their parent, with confidence 0)": mapping["lost"],
        f"unused of {mapping['from']}": mapping["unused"],
    }
    return [
        f"{mapping['from']} to {mapping['to']}",
        *(
            f"{kind}: {len(joints)} - {', '.join(joints) or 'none'}"
            for kind, joints in kinds.items()
        ),
    ]
