"""Clips as samples of scikit-learn: cross-validation, a search, a pipeline and unknown clips.

python examples/scikit_learn.py
"""

import tempfile
from pathlib import Path

from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

import skelshot as sk
from skelshot.experiments.toy import write_toy_clips


def main() -> None:
    """Classify toy clips of three actions, and tell those of two others."""
    folder = Path(tempfile.mkdtemp())
    write_toy_clips(folder, performers=2, repetitions=2)  # aAA_pPP_rRR.npz
    clips, others = sorted(folder.glob("a0[0-2]*.npz")), sorted(folder.glob("a0[67]*_r00.npz"))
    names = [clip.name[:3] for clip in clips]

    few = sk.FewShotSkeletonClassifier(raw="raw-nearest")
    print("nearest action:", cross_val_score(few, clips, names, cv=2))
    search = GridSearchCV(few, {"to": ["exemplar", "mean"]}, cv=2)
    print("best of the search:", search.fit(clips, names).best_params_)

    vectors = make_pipeline(sk.SkeletonEncoder(), LogisticRegression(max_iter=1000))
    print("logistic regression:", vectors.fit(clips, names).predict(clips[:2]))

    few.set_params(unknown_label="none").fit(clips, names)
    for clip, name, known in zip(
        others, few.predict(others), few.predict_known(others), strict=True
    ):
        print(f"{clip.name}: {name}, known with {known:.2f}")


if __name__ == "__main__":
    main()
