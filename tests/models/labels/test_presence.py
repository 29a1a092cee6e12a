"""Presence, against published figures and known annotators."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.labels.presence import dawid_skene, krippendorff_alpha


def items(rows):
    return [[call for call in column if call != "."] for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("rows", "alpha"),
    [
        (["0100000010", "1110010000"], 0.095),
        (["aabbdcccedda", "babbbccceddd"], 0.692),
        (["123321412...", "1233224125.3", ".3332342251.", "12332441251."], 0.743),
    ],
    ids=["two-observers-binary", "two-observers-nominal", "four-observers-with-gaps"],
)
# Krippendorff, Computing Krippendorff's alpha-reliability (2011), sections A, B and C.
def test_alpha_is_the_published_one(rows, alpha):
    assert krippendorff_alpha(items(rows)) == pytest.approx(alpha, abs=5e-4)


def test_alpha_says_nothing_where_nobody_ever_differs_or_nothing_is_compared():
    assert np.isnan(krippendorff_alpha([["a", "a"], ["a", "a"]]))
    assert np.isnan(krippendorff_alpha([["a"], ["b"]]))


# Dawid and Skene (1979), table 1: five anaesthetists on 45 patients; the first saw each thrice.
ANAESTHETISTS = """
111 1 1 1 1|333 4 3 3 4|112 2 1 2 2|222 3 1 2 1|222 3 2 2 2|222 3 3 2 2|122 2 1 1 1|333 3 4 3 3
222 2 2 2 3|232 2 2 2 3|444 4 4 4 4|222 3 3 4 3|111 1 1 1 1|222 3 2 1 2|121 1 1 1 1|111 2 1 1 1
111 1 1 1 1|111 1 1 1 1|222 2 2 2 1|222 1 3 2 2|222 2 2 2 2|222 2 2 2 1|222 3 2 2 2|221 2 2 2 2
111 1 1 1 1|111 1 1 1 1|232 2 2 2 2|111 1 1 1 1|111 1 1 1 1|112 1 1 2 1|111 1 1 1 1|333 3 2 3 3
111 1 1 1 1|222 2 2 2 2|222 3 2 3 2|433 4 3 4 3|221 2 2 3 2|232 3 2 3 3|333 3 4 3 2|111 1 1 1 1
111 1 1 1 1|121 2 1 1 1|232 2 2 2 2|121 1 1 1 1|222 2 2 2 2
"""


def test_the_anaesthetists_patients_fall_into_the_published_classes():
    patients = [patient.split() for patient in ANAESTHETISTS.replace("\n", "|").split("|")]
    patients = [patient for patient in patients if patient]
    votes = np.zeros((len(patients), 5, 4), np.int64)
    for place, patient in enumerate(patients):
        for observer, calls in enumerate(patient):
            for call in calls:
                votes[place, observer, int(call) - 1] += 1

    verdicts = dawid_skene(votes)

    assert len(patients) == 45
    assert verdicts.prevalence == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=0.006)
    assert np.diag(verdicts.confusion[0])[:2] == pytest.approx([0.89, 0.88], abs=0.012)


@given(seed=st.integers(0, 10**6))
def test_three_good_annotators_outvote_a_blind_one(seed):
    random = np.random.default_rng(seed)
    truth = random.random(200) < 0.3
    votes = np.zeros((200, 4, 2), np.int64)
    for annotator, right in enumerate((0.95, 0.95, 0.95, 0.5)):
        said = np.where(random.random(200) < right, truth, ~truth)
        votes[np.arange(200), annotator, said.astype(int)] = 1

    verdicts = dawid_skene(votes, prior_votes=2.0)

    assert ((verdicts.probabilities[:, 1] > 0.5) == truth).mean() > 0.95
    reliability = np.array([np.diag(confusion).mean() for confusion in verdicts.confusion])
    assert reliability[3] < reliability[:3].min()


def test_the_order_of_the_annotators_does_not_matter():
    votes = np.random.default_rng(1).integers(0, 2, (50, 3, 2))

    one = dawid_skene(votes, prior_votes=2.0)
    other = dawid_skene(votes[:, ::-1], prior_votes=2.0)

    assert other.probabilities == pytest.approx(one.probabilities, abs=1e-6)
