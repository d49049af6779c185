"""The invented plans are read as their README says; the answers of the reports rest on them."""

from __future__ import annotations

import pytest
from plans import PLANS

from kg.reports.holdings import holdings, places
from kg.store import Store


def test_every_plan_has_its_place_and_date(plans_store: Store) -> None:
    held = holdings(plans_store)
    assert len(held) == len(list(PLANS.glob("*.txt"))) == 18
    assert all(one.place and one.level and len(one.issued) == 10 and one.issuers for one in held)
    assert [one.file for one in held][:2] == ["省-2021-要点.txt", "市-2021-要点.txt"]


@pytest.mark.parametrize("county", ["青禾县", "枫渚县", "临枫区"])
def test_a_county_lies_in_its_city(plans_store: Store, county: str) -> None:
    known = places(plans_store)
    (iri,) = known.named(county)
    assert [one.name for one in known.chain(iri)][:3] == [county, "云陵市", "江西省"]


def test_places_per_year(plans_store: Store) -> None:
    query = """SELECT ?file ?value { ?target pol:indicatorText "新增学位"@zh ;
        nif:referenceContext/dcterms:source ?file OPTIONAL { ?target pol:value ?value } }"""
    found = {
        row["file"].removesuffix("-要点.txt"): row["value"] for row in plans_store.select(query)
    }
    assert found == {
        "省-2021": "120000", "省-2022": "100000", "省-2023": "100000",
        "市-2021": "8000", "市-2022": "9000", "市-2023": "7500",
        "青禾县-2021": "1200", "青禾县-2022": "1500", "青禾县-2023": "1500",
        "枫渚县-2021": "900", "枫渚县-2023": "",
        "临枫区-2021": "600", "临枫区-2023": "800",
    }  # fmt: skip
