"""Classes of one clip or one person, from which nobody can tell what belongs to the action."""

from collections.abc import Iterator

from skelshot.recognition.checking.noted_clips import NotedClips
from skelshot.recognition.checking.suspicion import Suspect, Suspicion


class Few(Suspect):
    """Looks for classes with one clip, or with one person where others have more."""

    kind = "few"
    about = "classes of one clip or one person"

    def of_all(self, clips: NotedClips) -> Iterator[Suspicion]:
        """Count clips and persons of each class."""
        people = {
            label: {clip.subject for clip in members if clip.subject is not None}
            for label, members in clips.by_class.items()
        }
        everybody = set().union(*people.values())
        if len(everybody) == 1 and len(clips.by_class) > 1:
            yield self._told(None, None, "one person in all clips", "two or more", "of others")
        for label, members in clips.by_class.items():
            if len(members) == 1:
                yield self._told(label, members[0].name, "one clip", "two or more clips", "of it")
            elif len(people[label]) == 1 < len(everybody):
                yield self._told(
                    label, members[0].name, "one person", "two or more people", "of others"
                )

    def _told(
        self, label: str | None, clip: str | None, found: str, expected: str, whose: str
    ) -> Suspicion:
        place = f" in {label!r}" if label else ""
        advice = f"record more clips {whose}"
        return Suspicion(self.kind, clip, f"{found}{place}", expected, advice, label)
