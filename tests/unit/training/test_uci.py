"""The shipped data and its schema."""

import gzip
from importlib import resources

import pytest

from contract.schema import FeatureType, check_schema, dump_schema, load_schema
from presentation.languages import LANGUAGES
from training import uci
from training.dataset import check_values
from training.errors import DataError
from training.uci import load_uci, uci_schema


@pytest.fixture(scope="module")
def dataset():
    return load_uci()


def test_it_has_the_published_clients(dataset):
    assert len(dataset.frame) == len(set(dataset.customer_numbers)) == 30_000
    assert dataset.target.sum() == 6_636


def test_features_are_the_published_columns_in_their_order(dataset):
    packed = resources.files("training").joinpath("data", uci.FILE).read_bytes()
    header = gzip.decompress(packed).decode().splitlines()[0].split(",")
    assert [feature.name for feature in dataset.schema] == header[1:-1]


def test_every_value_fits_the_schema_odd_codes_too(dataset):
    check_values(dataset)
    assert {"0", "5", "6"} <= set(dataset.frame["EDUCATION"])
    assert "0" in set(dataset.frame["MARRIAGE"])
    assert dataset.frame["PAY_0"].min() == -2
    assert dataset.frame["BILL_AMT1"].min() < 0


def test_sensitive_features_stay_out_of_the_model():
    schema = uci_schema()
    assert {f.name for f in schema if f.sensitive} == {"SEX", "EDUCATION", "MARRIAGE", "AGE"}
    assert not any(f.sensitive for f in schema.model_features)


def test_the_schema_is_sound_and_survives_its_file():
    read = load_schema(dump_schema(check_schema(uci_schema())))
    assert load_schema(dump_schema(read)) == read
    assert [feature.name for feature in read] == [feature.name for feature in uci_schema()]


def test_every_code_of_a_repayment_has_words():
    for feature in uci_schema():
        if feature.name.startswith("PAY_") and feature.type is FeatureType.INTEGER:
            assert [int(code) for code in feature.value_labels] == list(range(-2, 10))


def test_reasons_differ_by_feature_direction_and_language():
    sentences = [
        LANGUAGES.locale(language).reason(feature, direction, uci_schema())
        for feature in uci_schema().model_features
        for direction in ("raises", "lowers")
        for language in ("fr", "en")
    ]
    assert len(set(sentences)) == len(sentences) == 19 * 4
    assert "«\u202fPlafond de crédit\u202f» réduit le risque" in sentences


def test_only_what_is_still_ahead_of_a_client_is_actionable():
    assert {f.name for f in uci_schema() if f.actionable} == {"PAY_0", "BILL_AMT1", "PAY_AMT1"}


def test_an_altered_file_is_refused(monkeypatch):
    monkeypatch.setattr(uci, "SHA256", "0" * 64)
    with pytest.raises(DataError, match="not the published file"):
        load_uci()
