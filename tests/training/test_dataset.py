from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import InputError, OptionError
from cnncalc.training.dataset import Parts, make_dataset, split, split_warnings, with_classes


def dataset(labels, names=("cat", "dog", "fish")):
    images = np.arange(len(labels), dtype=np.float32).reshape(-1, 1, 1, 1)
    return make_dataset(images, np.array(labels), names)


def test_a_batch_holds_the_asked_for_samples_in_their_order():
    images, labels = dataset([0, 1, 2, 1]).batch(np.array([3, 0, 0]))
    assert images.ravel().tolist() == [3, 0, 0]
    assert labels.tolist() == [1, 0, 0]


def test_a_part_of_a_part_counts_from_its_own_start():
    part = dataset([0, 1, 2, 1, 0]).part(np.array([4, 2, 1])).part(np.array([2, 0]))
    images, labels = part.batch(np.arange(2))
    assert images.ravel().tolist() == [1, 4]
    assert labels.tolist() == [1, 0]
    assert part.counts.tolist() == [1, 1, 0]
    assert part.name(0) == "sample 2"


def test_samples_may_have_names():
    images = np.zeros((2, 1, 1, 1))
    named = make_dataset(images, np.array([0, 1]), ["cat", "dog"], ["a.jpg", "b.jpg"])
    assert named.part(np.array([1])).name(0) == "b.jpg"


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (np.zeros((2, 3)), [0, 1], r"\(samples, height, width, channels\). Received: shape \(2, 3"),
        (np.zeros((2, 1, 1, 1)), [0], "one label an image. Received: 1 labels, 2 images"),
        (np.zeros((0, 1, 1, 1)), [], r"at least one image. Received: shape \(0, 1, 1, 1\)"),
        (np.zeros((1, 1, 1, 1)), [2], "from 0 to 1, one a class. Received: labels from 2 to 2"),
        (np.zeros((1, 1, 1, 1)), [-1], "Received: labels from -1 to -1"),
    ],
)
def test_images_and_labels_that_do_not_fit_are_refused(images, labels, words):
    with pytest.raises(InputError, match=words):
        make_dataset(images, np.array(labels, int), ["cat", "dog"])


def test_classes_are_numbered_as_another_data_set_has_them():
    data = with_classes(dataset([0, 1, 2], ("dog", "fish", "cat")), ("ape", "cat", "dog", "fish"))
    assert data.labels.tolist() == [2, 3, 1]
    assert data.class_names == ("ape", "cat", "dog", "fish")
    with pytest.raises(InputError, match=r"must be among 'cat', 'dog'\. Received: 'fish'"):
        with_classes(dataset([0, 1], ("dog", "fish")), ("cat", "dog"))


def test_a_class_without_a_sample_need_not_be_one_of_another_data_sets():
    data = with_classes(dataset([0, 2], ("ape", "cat", "dog")), ("ape", "dog"))
    assert (data.labels.tolist(), data.class_names) == ([0, 1], ("ape", "dog"))


def test_a_digest_tells_one_data_set_from_another():
    data = dataset([0, 1, 2, 0])
    others = [
        dataset([0, 1, 2, 1]),
        dataset([0, 1, 2, 0], ("cat", "dog", "ape")),
        data.part(np.array([0, 1, 3, 2])),
        data.part(np.arange(3)),
        replace(data, images=data.images + 1),
        replace(data, images=data.images.reshape(4, 1, 1, 1).repeat(2, axis=1)),
    ]
    assert len({each.digest() for each in [data, *others]}) == 7
    assert dataset([0, 1, 2, 0]).digest() == data.digest()
    sideways = np.asfortranarray(np.arange(12.0).reshape(4, 3, 1, 1))
    assert (
        replace(data, images=sideways).digest()
        == replace(data, images=np.ascontiguousarray(sideways)).digest()
    )


@given(st.integers(2, 40), st.floats(0.01, 0.99))
def test_the_last_part_is_held_back_as_keras_does(samples, share):
    kept = int(np.floor(samples * (1.0 - share)))
    if kept == 0:
        with pytest.raises(OptionError, match="must leave samples for training"):
            split(dataset([0] * samples), share)
        return
    parts = split(dataset([0] * samples), share)
    assert parts.training.rows.tolist() == list(range(kept))
    assert parts.validation.rows.tolist() == list(range(kept, samples))


@given(st.lists(st.integers(0, 2), min_size=1, max_size=30), st.floats(0.01, 0.99))
def test_stratified_no_class_is_missing_on_either_side(labels, share):
    data = dataset(labels)
    if 1 in data.counts:
        with pytest.raises(OptionError, match=r"must have at least 2 samples. Received: 1 sample"):
            split(data, share, stratify=True)
        return
    parts = split(data, share, stratify=True)
    for part in (parts.training, parts.validation):
        assert ((part.counts > 0) == (data.counts > 0)).all()
        assert (np.diff(part.rows) > 0).all()
    assert sorted([*parts.training.rows, *parts.validation.rows]) == list(range(len(labels)))


def test_nothing_is_held_back_without_a_share():
    data = dataset([0, 1])
    parts = split(data, 0)
    assert parts.training is data
    assert parts.validation is None


@pytest.mark.parametrize("share", [-0.1, 1, 1.5, float("nan")])
def test_an_unusable_share_is_refused(share):
    with pytest.raises(OptionError, match="validation_split must be at least 0 and less than 1"):
        split(dataset([0, 1]), share)


def test_a_part_that_lacks_a_class_is_warned_of():
    data = dataset([0] * 5 + [1] * 4 + [2])
    assert split_warnings(split(data, 0.2)) == [
        "the training part holds no 'fish': it can't be learnt",
        "the validation part holds no 'cat': its accuracy says nothing about that class",
    ]
    assert split_warnings(split(dataset([0, 1, 2] * 5), 0.3)) == []
    assert split_warnings(Parts(dataset([0, 1, 2]), None)) == []


def test_a_hint_is_given_for_a_class_that_the_other_part_has():
    parts = split(dataset([0, 0, 0, 2], ("ape", "cat", "dog")), 0.25)
    assert split_warnings(parts, "; a hint") == [
        "the training part holds no 'cat', 'dog': it can't be learnt; a hint",
        "the validation part holds no 'ape', 'cat': its accuracy says nothing about that class; a "
        "hint",
    ]
    whole = split(dataset([0, 0, 0, 2], ("ape", "cat", "dog")), 0)
    assert split_warnings(whole, "; a hint") == [
        "the training part holds no 'cat': it can't be learnt"
    ]


def test_many_missing_classes_are_not_all_written_out():
    parts = split(dataset([0], tuple(map(str, range(1000)))), 0)
    (line,) = split_warnings(parts)
    assert line.startswith("the training part holds no '1', '2', ")
    assert line.endswith("'10', … (999 in all): it can't be learnt")
