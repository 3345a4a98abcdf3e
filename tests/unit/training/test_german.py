"""The second shipped data set: another bank, other features, mostly choices."""

import pytest

from contract.schema import FeatureType, check_schema, dump_schema, load_schema
from training.dataset import check_values
from training.german import german_schema, load_german
from training.sources import load_dataset


@pytest.fixture(scope="module")
def dataset():
    return load_german()


def test_it_has_the_published_applicants(dataset):
    assert len(dataset.frame) == len(set(dataset.customer_numbers)) == 1_000
    assert dataset.target.sum() == 300


def test_every_value_fits_the_schema_and_every_level_occurs(dataset):
    check_values(dataset)
    for feature in dataset.schema:
        if feature.type is FeatureType.CATEGORICAL:
            assert {level.value for level in feature.levels} == set(dataset.frame[feature.name]), feature.name


def test_the_schema_is_sound_and_survives_its_file():
    read = load_schema(dump_schema(check_schema(german_schema())))
    assert load_schema(dump_schema(read)) == read
    assert read.model_feature_names == german_schema().model_feature_names


def test_what_tells_who_somebody_is_stays_out_of_the_model():
    sensitive = {feature.name for feature in german_schema() if feature.sensitive}
    assert sensitive == {"status_and_sex", "age", "dependants", "foreign_worker"}
    assert not sensitive & set(german_schema().model_feature_names)


def test_choices_and_numbers_can_be_changed_by_the_client():
    assert {f.type for f in german_schema() if f.actionable} == {FeatureType.CATEGORICAL, FeatureType.INTEGER}


def test_it_is_known_by_name(dataset):
    assert load_dataset("german-credit").frame.equals(dataset.frame)
