"""From clips to what is compared: the encoder, the raw term, and the features that are kept."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from skelshot.encoders import packaged_for
from skelshot.ground import SkelshotError
from skelshot.recognition.enrolled import Exemplar
from skelshot.recognition.keeping import Features, Keeping
from skelshot.recognition.match_options import MatchOptions
from skelshot.recognition.other_movements import OtherMovements, packaged_movements
from skelshot.recognition.people import places_of_people
from skelshot.recognition.support import Support
from skelshot.recognition.term import Term, encoder_term, raw_term
from skelshot.runs import SplitRun
from skelshot.skeletons import SkeletonLayout, SkeletonSequence, encode_input
from skelshot.skeletons.as_picture import SEEN
from skelshot.skeletons.mappings import map_layout, mapping_report

WAY = 1
"""Rises when the way from clip to feature changes, so that kept features are made anew."""


@dataclass(frozen=True, eq=False)
class Engine:
    """Reads clips by an encoder and by the positions of their joints.

    Args:
        trained: The encoder.
        options: How clips are compared.
        called: What messages call the encoder.
    """

    trained: SplitRun
    options: MatchOptions
    called: str
    _background: dict[tuple[str, SkeletonLayout, int], Tensor] = field(
        default_factory=dict, init=False, repr=False
    )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the encoder and of the way from clip to feature."""
        how = {"readout": self.options.readout, "mirrored": self.options.mirrored, "way": WAY}
        told = json.dumps([self.trained.weights, how], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    @cached_property
    def encoder(self) -> Term | None:
        """The term of the encoder; None where its weight is 0."""
        return encoder_term(self.trained, self.options) if self.options.encoder_weight else None

    @property
    def layout(self) -> SkeletonLayout:
        """The joints that the encoder sees."""
        return self.trained.inputs.layout

    @property
    def coordinates(self) -> int:
        """Coordinates a joint that the encoder reads."""
        return self.trained.inputs.coordinates

    def check(self, name: str, sequence: SkeletonSequence) -> tuple[str, ...]:
        """Refuse a clip that the encoder cannot read.

        Args:
            name: What messages call it.
            sequence: The clip.

        Returns:
            What becomes of its joints, where they are mapped with some loss or seen as a picture.

        Raises:
            SkelshotError: It has other coordinates, or joints that cannot be mapped.
        """
        if sequence.channels < self.coordinates:
            raise SkelshotError(
                f"clip {name}: found {sequence.channels} coordinates a joint, the encoder "
                f"{self.called} reads {self.coordinates}; name one of {sequence.channels}-D clips "
                f"with --encoder, such as {packaged_for(sequence.channels)}"
            )
        flat = sequence.channels > self.coordinates
        seen = (SEEN,) if flat else ()
        if sequence.layout == self.layout:
            return seen
        try:
            report = mapping_report(sequence.layout, self.layout)
        except SkelshotError as error:
            raise SkelshotError(
                f"clip {name}: its joints cannot be mapped to those that the encoder {self.called} "
                f"reads ({error})"
            ) from error
        made = f"; made of others: {', '.join(report.made)}" if report.made else ""
        lost = f"; not measured: {', '.join(report.borrowed)}" if report.borrowed else ""
        return (
            *seen,
            f"joints mapped from {report.source} to {report.target}{made}{lost}",
        )

    def probe(self, name: str, sequence: SkeletonSequence) -> None:
        """Read a clip as far as the encoder's input.

        Args:
            name: What messages call it.
            sequence: The clip, which `check` has let pass.

        Raises:
            SkelshotError: It does not fit; the message names the clip.
        """
        try:
            encode_input(map_layout(sequence, self.layout), self.trained.inputs)
        except SkelshotError as error:
            raise SkelshotError(f"clip {name}: {error}") from error

    def support(
        self, keeping: Keeping, exemplars: Mapping[int, Exemplar], replaces: bool = True
    ) -> Support:
        """Read all exemplars; what was kept of them is not made again.

        Args:
            keeping: Where features are kept.
            exemplars: By number, in the order of their numbers; at least one.
            replaces: Keep what is made, in the place of another encoder's features. Otherwise it
                is kept only where none of another are, and where that can be done.

        Returns:
            The support set.

        Raises:
            SkelshotError: An exemplar cannot be read by this encoder.
        """
        every = list(exemplars.values())
        actions = tuple(dict.fromkeys(one.action for one in every))
        terms, features = [], []
        for term in self.terms([one.sequence for one in every]):
            terms.append(term)
            if term is self.encoder:
                features.append(self._kept(term, keeping, exemplars, replaces))
            else:
                features.append(term.read([one.sequence for one in every]))
        return Support(
            tuple(terms),
            tuple(features),
            torch.tensor([actions.index(one.action) for one in every]),
            actions,
            tuple(one.name for one in every),
            torch.arange(len(every)),
        )

    def terms(self, exemplars: Sequence[SkeletonSequence]) -> list[Term]:
        """List the ways of comparing with exemplars.

        Raw positions are compared in the exemplars' own joints where all have the same, as an
        evaluation of a store does, else in the encoder's; and of as many people as exemplars show
        or the encoder sees, so that somebody else in a clip is passed over by both.

        Args:
            exemplars: The clips, at least one.

        Returns:
            One or two terms.
        """
        found = [] if self.encoder is None else [self.encoder]
        if self.options.raw != "none" and self.options.raw_weight:
            layouts = {one.layout for one in exemplars}
            layout = layouts.pop() if len(layouts) == 1 else self.layout
            people = max(places_of_people(exemplars), self.trained.inputs.persons)
            found.append(raw_term(self.options, layout, self.coordinates, people))
        return found

    def background(self, terms: Sequence[Term]) -> tuple[Tensor, ...] | None:
        """Read movements of other kinds than anybody enrols; each term does so once.

        Args:
            terms: The ways of comparing.

        Returns:
            What each reads of B movements, (B, ...); None where what a term compares
            cannot be made of their joints.
        """
        movement = self._movements.sequences[0]
        try:
            for term in terms:
                term.path.spec.check_takes(movement.channels)
                mapping_report(movement.layout, term.path.spec.layout)
        except SkelshotError:
            return None
        return tuple(self._read_background(term) for term in terms)

    @cached_property
    def _movements(self) -> OtherMovements:
        return packaged_movements()

    def _read_background(self, term: Term) -> Tensor:
        """Read the background by a term, unless its features are in the package or known."""
        if term is self.encoder and self.fingerprint == self._movements.fingerprint:
            return self._movements.features
        key = (term.name, term.path.spec.layout, term.path.spec.persons)
        if key not in self._background:
            self._background[key] = term.read(self._movements.sequences)
        return self._background[key]

    def _kept(
        self,
        encoder: Term,
        keeping: Keeping,
        exemplars: Mapping[int, Exemplar],
        replaces: bool,
    ) -> Tensor:
        """Read exemplars by the encoder, as far as that was not done before."""
        kept: Features = keeping.features(self.fingerprint)
        shape = encoder.shape if kept else ()  # an import may bring features of any
        missing = [
            number for number in exemplars if number not in kept or kept[number].shape != shape
        ]
        if missing:
            made = encoder.read([exemplars[number].sequence for number in missing]).numpy()
            new = dict(zip(missing, made, strict=True))
            self._keep(keeping, new, replaces)
            kept = {**kept, **new}
        return torch.from_numpy(np.stack([kept[number] for number in exemplars]))

    def _keep(self, keeping: Keeping, features: Features, replaces: bool) -> None:
        """Keep features; where clips are only answered about, as far as that may be done."""
        if replaces:
            keeping.keep_features(self.fingerprint, features)
        elif keeping.fingerprint in (None, self.fingerprint):
            with suppress(SkelshotError):  # a gallery that may only be read answers all the same
                keeping.keep_features(self.fingerprint, features)
