"""Notes on 95 % intervals: what each is over and what it is not, a sentence a kind."""

from collections.abc import Mapping
from types import MappingProxyType

INTERVAL_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "splits": (
            "Student's t over splits, taken as independent: what other splits of these clips "
            "would give, not other classes, clips or performers, which the splits share, nor "
            "another training seed or another draw of random codes, of which there is one"
        ),
        "draws": (
            "Student's t over episodes, taken as independent: what other episodes of these clips "
            "would give, not other classes, clips or performers, which the episodes share, nor "
            "another training seed"
        ),
        "queries": (
            "Wilson's score over the queries of one task, taken as independent although those of "
            "one performer are alike (ci95_subjects lets them go together): not what other "
            "exemplars, classes or another training seed would give"
        ),
        "seeds": (
            "Student's t over training seeds: not what other exemplars, queries, classes or "
            "another draw of random codes would give, which all seeds share"
        ),
    }
)
"""Sentences by what the interval is over, as results carry them in `interval_note`."""

DIFFERENCE_NOTES: Mapping[str, str] = MappingProxyType(
    {
        **INTERVAL_NOTES,
        "queries": (
            "Student's t over the queries of one task, taken as independent although those of one "
            "performer are alike (with --store these go together), and McNemar's exact p: not "
            "what other exemplars, classes or another training seed would give"
        ),
        "performers": (
            "over performers, whose queries go together (cluster-robust): not what other "
            "exemplars, classes or another training seed would give"
        ),
    }
)
"""The same of paired differences."""
