"""What the schema guesses from a column."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.column_encoding import encode_column
from contract.schema import FeatureType
from tabular.names import feature_name
from tabular.values import interpret
from training.schema_inference.bounds import round_bounds
from training.schema_inference.codes import find_codes
from training.schema_inference.column import LEFT_OUT, infer_column
from training.schema_inference.labels import readable_label
from training.schema_inference.levels import order_levels
from training.schema_inference.sensitive import sensitive_subject

_RANDOM = np.random.default_rng(5)


def _text(*values):
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def _infer(name, values):
    return infer_column(name, feature_name(name), values, interpret(values))


def _left_out(name, values):
    found = _infer(name, values)
    assert found.feature is None
    assert found.report.understood_as == LEFT_OUT
    return found.report.because


class TestKinds:
    def test_text_with_few_values_is_a_choice(self):
        found = _infer("term", _text("36", "6", None, "rent", "36", "rent", "6.5")).feature
        assert found.type is FeatureType.CATEGORICAL
        assert [level.value for level in found.levels] == ["6", "6.5", "36", "rent"]
        assert found.missing_allowed

    def test_small_whole_numbers_are_integers_and_amounts_are_numbers(self):
        assert _infer("loans", _text(0, 2, 2, 5)).feature.type is FeatureType.INTEGER
        assert _infer("income", _text(1000, 52000, 1000)).feature.type is FeatureType.NUMBER
        assert _infer("rate", _text(1.5, 2, 2)).feature.type is FeatureType.NUMBER

    @pytest.mark.parametrize(
        ("values", "levels"),
        [
            (_text(0, 1, 1), ["0", "1"]),
            (pa.array([0.0, 1.0, None]), ["0", "1"]),
            (pa.array([True, False, True]), ["false", "true"]),
            (_text("oui", "non", "oui"), ["false", "true"]),
        ],
    )
    def test_a_flag_is_a_choice_of_no_and_yes(self, values, levels):
        feature = _infer("late", values).feature
        assert [level.value for level in feature.levels] == levels
        assert [level.label["en"] for level in feature.levels] == ["no", "yes"]

    def test_free_text_and_nothing_are_left_out(self):
        assert "60 different texts" in _left_out("employer", _text(*(f"name {n}" for n in range(60)), "name 1"))
        assert "no value" in _left_out("empty", _text(None, None))

    @pytest.mark.parametrize("column", ["branch_id", "RegionCode", "produkt_typ", "code agence"])
    def test_a_few_numbers_that_stand_for_something_are_a_choice(self, column):
        assert _infer(column, _text(3, 12, 7, 7, 3)).feature.type is FeatureType.CATEGORICAL

    @pytest.mark.parametrize("column", ["client_ref", "request_id"])
    def test_a_column_named_like_a_field_of_requests_is_no_feature(self, column):
        assert "request's own" in _left_out(column, _text("a", "a", "b"))


class TestIdentifiers:
    @pytest.mark.parametrize(
        "name", ["kundennr", "no", "ID", "customer_id", "CustomerNumber", "N° client", "Vertragsnr."]
    )
    def test_by_its_name_though_not_consecutive(self, name):
        assert "identifier" in _left_out(name, _text(9000, 9007, 9028, 9029))

    @pytest.mark.parametrize("name", ["kundennr", "customer_id", "client"])
    def test_by_its_name_though_repeated(self, name):
        assert "identifier" in _left_out(name, pa.array(np.repeat(9000 + 7 * np.arange(80), 3)))

    def test_by_counting_the_rows(self):
        assert "counts" in _left_out("column_1", pa.array(range(40)))

    def test_by_rising_with_the_rows(self):
        assert "rise" in _left_out("x", pa.array(9000 + np.cumsum(_RANDOM.integers(1, 9, 60))))

    def test_by_its_texts(self):
        assert "identifier" in _left_out("x", _text(*(f"C-{n}" for n in range(30))))

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("account", "FR76 3000 6000 0112 3456 7890 {:03}", "IBAN"),
            ("contact", "anna{}@bank.example", "e-mail"),
            ("x", "+33 6 12 34 56 {:02}", "telephone"),
            ("x", "0171-2345{:03}", "telephone"),
            ("Téléphone", "6123450{:02}", "telephone"),
            ("PLZ", "104{:02}", "postcodes"),
            ("code_postal", "750{:02}", "postcodes"),
            ("Prénom", "Anne{}", "names"),
        ],
    )
    def test_what_people_are_reached_by(self, name, value, said):
        assert said in _left_out(name, _text(*(value.format(n % 40) for n in range(80))))

    @pytest.mark.parametrize("name", ["limit", "x", "Betrag", "no"])
    def test_an_amount_is_none(self, name):
        assert _infer(name, _text(*(f"${n},000.00" for n in range(1, 50)))).feature

    @pytest.mark.parametrize("name", ["income", "Einkommen", "revenu_mensuel", "saldo"])
    def test_a_number_named_like_an_amount_is_none(self, name):
        assert _infer(name, pa.array([1000, 2000, 3000, 4000])).feature
        assert _infer(name, pa.array(range(1001, 1100))).feature

    @pytest.mark.parametrize("name", ["number_of_loans", "nb_credits", "phone_owned", "num_accounts"])
    def test_a_count_is_none(self, name):
        assert _infer(name, _text(0, 2, 1, 0, 3)).feature

    @pytest.mark.parametrize(
        ("name", "can"), [("kundennr", True), ("loan_id", True), ("column_1", False), ("index", False)]
    )
    def test_which_can_be_the_customer_number(self, name, can):
        assert _infer(name, pa.array(range(1, 40))).is_identifier is can

    def test_a_repeated_one_cannot_be_the_customer_number(self):
        assert not _infer("kundennr", pa.array([*range(80), 3])).is_identifier


class TestDates:
    @pytest.mark.parametrize(
        "values",
        [
            _text("2024-01", "2024-03", "2024-01"),
            _text("Jan 2024", "Dec 2023", "Jan 2024"),
            _text("31.12.2023", "01.02.2024", "01.02.2024"),
            pa.array([dt.date(2024, 1, 1)] * 3),
            pa.array([20240131, 20231231, 20231231]),
        ],
    )
    def test_a_date_is_left_out_and_no_level(self, values):
        assert "date" in _left_out("since", values)

    def test_seconds_are_a_date_by_the_columns_name_only(self):
        seconds = pa.array([1_700_000_000, 1_600_000_000, 1_600_000_000])
        assert "seconds since 1970" in _left_out("opened_at_timestamp", seconds)
        assert _infer("turnover", seconds).feature


SENSITIVE = (
    "situation familiale,situationFamiliale,SITUATION_FAMILIALE,date_naissance,DateNaissance,"
    "datenaissance,nb_personnes_a_charge,titre,civilité,citizenship,dob,Geschlecht,Alter,Lebensalter,"
    "edad,estado civil,ESTADO_CIVIL,Età,sesso,stato_civile,figli a carico,Familienstand,"
    "Anzahl Kinder,Staatsangehörigkeit,NumberOfDependents,ÉTAT CIVIL,Sex,AGE,ageYears,age_group,"
    "person_age,personal_status_sex,NAME_FAMILY_STATUS,CNT_CHILDREN,CODE_GENDER,DAYS_BIRTH,"
    "foreign_worker,nationalité,Anrede,title,fecha_nacimiento,data di nascita,Geburtsdatum,religion,"
    "race,handicap,people_liable,is_married,Situation maritale (marital)"
)
HARMLESS = (
    "car_age,account_age_months,OWN_CAR_AGE,age_of_oldest_account,AgeOfOldestTL,credit_age,Fahrzeugalter,mortgage,"
    "percentage,usage,message,stage,wage,package,terrace,trace,embrace,foreign_currency_amount,emp_title,job_title,"
    "kind_of_loan,health_insurance,Konto Alter,income,sector,Essex_branch,product_family,managed,agency,score"
)


@pytest.mark.parametrize("column", SENSITIVE.split(","))
def test_a_sensitive_column_is_known_by_its_name(column):
    assert sensitive_subject(column)
    found = _infer(column, pa.array([21, 45, 45]))
    assert found.feature.sensitive
    assert not found.feature.in_model
    assert "sensitive" in found.report.note


@pytest.mark.parametrize("column", HARMLESS.split(","))
def test_no_false_alarm(column):
    assert sensitive_subject(column) is None


def test_a_sensitive_code_is_a_choice():
    found = _infer("sex", _text(1, 2, 2)).feature
    assert [level.value for level in found.levels] == ["1", "2"]


class TestBounds:
    @pytest.mark.parametrize(
        ("values", "unit", "bounds"),
        [
            ([1234, 5678], None, (0, 6000)),
            ([300, 850], None, (300, 850)),
            ([21, 79], None, (0, 80)),
            ([0.2, 0.4], None, (0, 1)),
            ([0, 1], None, (0, 1)),
            ([3.5, 92], "%", (0, 100)),
            ([-10, 30], None, (-10, 30)),
            ([-530, -12], None, (-550, 0)),
            ([5, 5], None, (0, 10)),
            ([0, 0], None, (0, 1)),
            ([1e6, 2.3e7], None, (0, 2.4e7)),
        ],
    )
    def test_are_round(self, values, unit, bounds):
        assert round_bounds(np.array(values, float), unit) == bounds

    @given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=50).map(lambda values: [*values, values[0]]))
    @example([0.0, -5e-324, 0.0])
    @example([0.0, 5e-324, 0.0])
    def test_hold_every_value_seen(self, values):
        column = pa.array(values, pa.float64())
        feature = _infer("debt", column).feature
        _, faults = encode_column(feature, column)
        assert not faults


class TestCodes:
    @pytest.mark.parametrize(
        ("amounts", "codes"),
        [
            (_RANDOM.integers(0, 80, 500), {-7: 40}),
            (_RANDOM.integers(0, 80, 500), {-7: 40, -8: 9, -9: 30}),
            (_RANDOM.integers(0, 13, 500), {96: 5, 98: 260}),
            (_RANDOM.integers(300, 850, 500), {999: 5}),
            (-_RANDOM.integers(0, 17_000, 500), {365243: 50}),
            (_RANDOM.integers(0, 40, 500), {-1: 100}),
            (_RANDOM.lognormal(7, 1, 500).round(2), {-9999: 12}),
            (_RANDOM.integers(1, 5, 500), {9: 20}),
        ],
    )
    def test_sit_apart(self, amounts, codes):
        column = np.r_[amounts, np.repeat([*codes], [*codes.values()])].astype(float)
        assert find_codes(column) == {str(code): count for code, count in codes.items()}

    @pytest.mark.parametrize(
        "amounts",
        [
            _RANDOM.integers(18, 100, 500),
            _RANDOM.integers(-2, 9, 500),
            _RANDOM.normal(0, 100, 500),
            _RANDOM.lognormal(8, 1, 5000).round(-2),
            np.r_[_RANDOM.integers(0, 900, 500), 5000],
            np.r_[_RANDOM.integers(0, 50, 500), 99],
            np.tile([-1, 1], 50),
            np.arange(90, 100).repeat(9),
        ],
    )
    def test_amounts_are_none(self, amounts):
        assert find_codes(amounts.astype(float)) == {}

    def test_are_declared_with_counts_and_outside_the_bounds(self):
        found = _infer("MSince", pa.array([*range(80), *range(80), -7, -7, -7]))
        assert list(found.feature.codes) == ["-7"]
        assert (found.feature.minimum, found.feature.maximum) == (0, 80)
        assert "−7 (3 of 163)" in found.report.note


@pytest.mark.parametrize(
    "rising",
    [
        ["<1 year", "1–2", "2-5", "10+ years"],
        ["< 1 year", "1 year", "2 years", "9 years", "10+ years"],
        ["6 months", "1 year", "18 months", "2 years"],
        ["low", "medium", "high", "unknown"],
        ["faible", "moyen", "élevé", "très élevé"],
        ["niedrig", "mittel", "hoch"],
        ["bajo", "medio", "alto"],
        ["basso", "medio", "alto"],
        ["0-100", "100-500", ">500"],
        ["<0", "0<=X<200", ">=200", "no checking"],
        ["moins de 1 an", "1 à 2 ans", "3-5 ans", "plus de 5 ans"],
        ["unter 25", "25-40", "über 40"],
        ["hasta 1000", "1000-5000", "más de 5000"],
        ["<10k", "10k-20k", "20k-100k", "100k+"],
        ["$500-$999", "$1,000-$1,999", "$2,000 or more"],
        ["primary", "secondary", "bachelor", "master"],
    ],
)
def test_levels_with_an_order_of_their_own_are_in_it(rising):
    found = order_levels(sorted(rising))
    assert found.ordered
    assert list(found.levels) == rising


@pytest.mark.parametrize("levels", [["rent", "own", "mortgage"], ["A11", "A12", "A13"], ["x", "low", "y", "z"]])
def test_other_levels_follow_the_alphabet(levels):
    found = order_levels(levels)
    assert not found.ordered
    assert list(found.levels) == sorted(levels)


@given(st.lists(st.text(max_size=12), unique=True, min_size=1, max_size=20))
def test_no_level_is_lost(levels):
    assert sorted(order_levels(levels).levels) == sorted(levels)


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("person_home_ownership", "Person home ownership"),
        ("MonthlyIncome", "Monthly income"),
        ("LIMIT_BAL", "Limit bal"),
        ("FICO_score", "FICO score"),
        ("revenuMensuel", "Revenu mensuel"),
        ("état_civil", "État civil"),
        ("BILL_AMT1", "Bill amt 1"),
        ("NumberOfTime30-59DaysPastDue", "Number of time 30-59 days past due"),
        ("Revenu annuel (€)", "Revenu annuel (€)"),
        ("loan.amount", "Loan amount"),
    ],
)
def test_a_label_reads_like_words(column, label):
    assert readable_label(column) == label


@given(st.text(min_size=1))
def test_any_name_has_a_label(column):
    assert isinstance(readable_label(column), str)


@given(st.text(max_size=90))
def test_any_name_becomes_a_feature_name(column):
    from contract.schema import _NAME

    assert _NAME.match(feature_name(column))
    assert feature_name(feature_name(column)) == feature_name(column)
