"""The same clip twice."""

from collections import defaultdict
from collections.abc import Iterator

from skelshot.recognition.checking.noted_clips import NotedClip, NotedClips
from skelshot.recognition.checking.suspicion import Suspect, Suspicion


class Copies(Suspect):
    """Looks for clips with the same movement, number by number, worst in two classes."""

    kind = "copy"
    about = "the same clip twice"

    def of_all(self, clips: NotedClips) -> Iterator[Suspicion]:
        """Hold the clips' digests beside each other."""
        same: dict[bytes, list[NotedClip]] = defaultdict(list)
        for clip in clips.clips:
            same[clip.digest].append(clip)
        for first, *others in same.values():
            for other in others:
                if first.label == other.label:
                    where = f"the movement of {first.name}"
                else:
                    where = f"the movement of {first.name}, which is in {first.label!r}"
                yield Suspicion(
                    self.kind,
                    other.name,
                    where,
                    "one clip a movement",
                    "leave one of the two out",
                    other.label,
                    first.name,
                )
