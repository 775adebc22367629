"""Numbers and codes: the vectors we were given, what people mistype, and what may never pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.gb import upn

from app.children.rules import identifiers
from app.children.rules.identifiers import CodeError

UPN_AUTHORITIES = (
    201,
    213,
    301,
    320,
    330,
    336,
    340,
    344,
    350,
    359,
    370,
    373,
    380,
    384,
    390,
    394,
    420,
    800,
    896,
    938,
)
"""The first and last numbers of each region."""


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("B801200005001", "B801200005001"),
        ("T380200026001", "T380200026001"),
        ("H380400022017", "H380400022017"),
        ("Y38021230250A", "Y38021230250A"),
        (" y380 2123 0250a ", "Y38021230250A"),
        ("B801-2000-05001", "B801200005001"),
    ],
)
def test_a_upn_is_stored_in_capitals_without_spaces(typed, stored):
    assert identifiers.check_upn(typed) == stored


def test_a_upn_that_ends_in_a_letter_is_temporary():
    assert identifiers.is_temporary_upn(identifiers.check_upn("Y38021230250A"))
    assert not identifiers.is_temporary_upn(identifiers.check_upn("T380200026001"))


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("A801200005001", "The letter at the start does not fit"),
        ("Q380200026001", "The letter at the start does not fit"),
        ("Z38021230250A", "The letter at the start does not fit"),
        ("E000200005001", "not a local authority’s number"),
        ("B80120000500", "a letter and 12 characters"),
        ("B8012000050011", "a letter and 12 characters"),
        ("B80120000500I", "a letter and 12 characters"),
        ("B80120000A001", "a letter and 12 characters"),
        ("", "a letter and 12 characters"),
    ],
)
def test_a_mistyped_upn_is_refused_in_words(typed, problem):
    with pytest.raises(CodeError, match=problem):
        identifiers.check_upn(typed)


@given(
    st.sampled_from(sorted(identifiers.AUTHORITIES)),
    st.integers(0, 9_999_999),
    st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUVWXYZ"),
)
def test_every_upn_with_the_right_letter_passes_and_with_any_other_fails(authority, middle, last):
    rest = f"{authority}{middle:07d}0{last}"
    right = upn.calc_check_digit(rest)

    assert identifiers.check_upn(right + rest) == right + rest
    for wrong in set("ABCDEFGHJKLMNPQRTUVWXYZ") - {right}:
        with pytest.raises(CodeError):
            identifiers.check_upn(wrong + rest)


@pytest.mark.parametrize("typed", ["9434765919", "943 476 5870", "943-476-5870", "9990000018"])
def test_nhs_numbers_pass(typed):
    stored = identifiers.check_nhs_number(typed)

    assert stored.isdigit()
    assert identifiers.check_nhs_number(identifiers.nhs_number_text(stored)) == stored


@pytest.mark.parametrize(
    "typed", ["9434765871", "0000000000", "4444444444", "943476591", "94347659199", "943476591X"]
)
def test_what_is_no_nhs_number_is_refused(typed):
    with pytest.raises(CodeError):
        identifiers.check_nhs_number(typed)


@given(st.integers(100_000_000, 999_999_999))
def test_a_learner_number_has_one_check_digit_or_none(start):
    passed = []
    for last in range(10):
        try:
            passed.append(identifiers.check_uln(f"{start}{last}"))
        except CodeError:
            continue
    rest = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), str(start), strict=True)) % 11
    assert passed == ([] if rest == 0 else [f"{start}{10 - rest}"])


def test_the_known_learner_number_passes():
    assert identifiers.check_uln("1000 000 027") == "1000000027"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("bd11hx", "BD1 1HX"),
        (" BD1  1HX ", "BD1 1HX"),
        ("w1a1aa", "W1A 1AA"),
        ("EC1A1BB", "EC1A 1BB"),
        ("M1 1AE", "M1 1AE"),
        ("CR2 6XH", "CR2 6XH"),
        ("DN55 1PT", "DN55 1PT"),
        ("GIR 0AA", "GIR 0AA"),
        ("BD99 1AB", "BD99 1AB"),
    ],
)
def test_postcodes_are_stored_in_one_way(typed, stored):
    assert identifiers.check_postcode(typed) == stored


@pytest.mark.parametrize(
    "typed", ["BD1", "Q1 1AA", "BD1 1CX", "BD1 1H", "1BD 1HX", "BD123 1HX", "", "Bradford"]
)
def test_what_is_no_postcode_is_refused(typed):
    with pytest.raises(CodeError, match="full UK postcode"):
        identifiers.check_postcode(typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("01274435750", "01274 435750"),
        ("+44 1274 435750", "01274 435750"),
        ("(01274) 435 750", "01274 435750"),
        ("07700900982", "07700 900982"),
        ("01632 960101", "01632 960101"),
        ("0113 496 0123", "0113 496 0123"),
        ("01274 435750 ext 12", "01274 435750 x12"),
        ("+33 1 23 45 67 89", "+33 1 23 45 67 89"),
    ],
)
def test_phone_numbers_are_stored_as_people_write_them(typed, stored):
    assert identifiers.check_phone(typed) == stored
    assert identifiers.check_phone(stored) == stored


@pytest.mark.parametrize("typed", ["", "ask at the desk", "01274 43", "999", "0" * 400])
def test_what_is_no_phone_number_is_refused(typed):
    with pytest.raises(CodeError, match="Enter a phone number"):
        identifiers.check_phone(typed)


def test_school_and_provider_numbers():
    assert identifiers.check_urn("107 439") == "107439"
    assert identifiers.check_ukprn("10000001") == "10000001"
    for check, wrong in [
        (identifiers.check_urn, "10743"),
        (identifiers.check_urn, "007439"),
        (identifiers.check_ukprn, "20000001"),
    ]:
        with pytest.raises(CodeError):
            check(wrong)


@settings(max_examples=40, deadline=None)  # the first phone number loads the tables of all countries
@given(st.text(max_size=40))
def test_whatever_is_typed_gives_a_code_or_a_sentence_and_never_breaks(text):
    for check in (
        identifiers.check_upn,
        identifiers.check_nhs_number,
        identifiers.check_uln,
        identifiers.check_postcode,
        identifiers.check_phone,
    ):
        try:
            stored = check(text)
        except CodeError as error:
            assert error.text.msgid
        else:
            assert check(stored) == stored


@pytest.mark.parametrize(
    "authority",
    [820, 835, 836, 837, 838, 839, 875, 908, 909, 928, 940, 941, 942, 943, 660, 681, 702, *UPN_AUTHORITIES],
)
def test_b6_a_upn_of_every_authority_now_and_before_passes(authority):
    rest = f"{authority}200005001"
    assert identifiers.check_upn(upn.calc_check_digit(rest) + rest)[1:4] == str(authority)


@pytest.mark.parametrize("authority", ["000", "100", "214", "400", "500", "600", "700", "900", "999"])
def test_b6_a_number_of_no_authority_is_refused(authority):
    rest = f"{authority}200005001"
    with pytest.raises(CodeError, match="not a local authority’s number"):
        identifiers.check_upn(upn.calc_check_digit(rest) + rest)


@pytest.mark.parametrize(
    ("check", "typed", "stored"),
    [
        (identifiers.check_upn, "\u200bB801200\u00a0005001\ufeff", "B801200005001"),
        (identifiers.check_upn, "Ｂ８０１２００００５００１", "B801200005001"),
        (identifiers.check_nhs_number, "٩٤٣ ٤٧٦ ٥٩١٩", "9434765919"),
        (identifiers.check_nhs_number, "943\u2011476\u20115919", "9434765919"),
        (identifiers.check_postcode, "bd1\u202f1hx\u202c", "BD1 1HX"),
        (identifiers.check_phone, "\u202a01632\u00a0960\u00ad151\u202c", "01632 960151"),
        (identifiers.check_phone, "٠١٦٣٢ ٩٦٠١٥١", "01632 960151"),
        (identifiers.check_urn, "1\u200b07439", "107439"),
    ],
)
def test_b3_codes_are_cleaned_before_they_are_checked(check, typed, stored):
    assert check(typed) == stored


def test_b3_a_letter_that_only_looks_right_is_shown_with_its_place():
    with pytest.raises(CodeError) as refused:
        identifiers.check_upn("В801200005001")
    assert refused.value.text == (
        "Retype character 1, “В” (cyrillic capital letter ve, U+0412). It is not a letter from A to Z or a number"
    )
