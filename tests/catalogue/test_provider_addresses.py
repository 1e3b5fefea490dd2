"""Where a call went decides where it was computed: the address of the server, before the provider that is named."""

import csv
import io
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from estimator.catalogue import provider_addresses, providers
from estimator.catalogue.csv_tables import FactorsRefused
from estimator.catalogue.provider_addresses import find, host_in, is_private, load
from estimator.core.errors import LANGUAGES, say
from estimator.ledger.rows import Activity
from tests.ingestion.formats import rows_of
from tests.ingestion.test_reader_usage import span, spans, spent
from tests.support import place_of
from tests.traces_support import read_file

OWN = ("class/server-unknown", None)
OPENAI = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}


def of_span(**attributes: Any) -> Activity:
    """A call of a client of OpenAI, with what says where it went."""
    return rows_of(spans(span(**(OPENAI | attributes))))[0]


def of_log(**cells: Any) -> Activity:
    return rows_of([spent(**cells)])[0]


@pytest.mark.parametrize(
    ("name", "address", "check"),
    [
        ("server.address", "127.0.0.1", "address_private"),
        ("server.address", "vllm", "address_private"),
        ("server.address", "10.0.3.7", "address_private"),
        ("server.address", "::1", "address_private"),
        ("server.address", "ia.mairie.internal", "address_private"),
        ("server.address", "vllm.example.fr", "address_not_of_provider"),
        ("url.full", "https://agent:Untel@vllm.example.fr:8443/v1/chat?cle=Untel", "address_not_of_provider"),
        ("gen_ai.openai.api_base", "http://vllm.example.fr/v1/", "address_not_of_provider"),
        ("server.address", "api.openai.com.example.fr", "address_not_of_provider"),
        ("server.address", "eu.api.openai.com", "address_of_region"),
        ("server.address", "http://[", None),  # an address that cannot be read is kept nowhere
    ],
)
def test_a_client_of_openai_that_calls_another_server_did_not_compute_at_openai(
    name: str, address: str, check: str | None
) -> None:
    row = of_span(**{name: address})
    assert (row.host, row.zone) == OWN
    assert place_of(row)[:2] == (OWN if check else ("class/hyperscale", None))  # of a model that no other serves
    assert place_of(row).code == check
    assert "Untel" not in row.model_dump_json()
    assert check is None or len({say("checks", check, lang) for lang in LANGUAGES}) == 2


@pytest.mark.parametrize(
    ("attributes", "host"),
    [
        ({}, "openai/usa"),
        ({"server.address": "api.openai.com", "server.port": 443}, "openai/usa"),
        ({"url.full": "https://api.openai.com/v1/chat/completions"}, "openai/usa"),
        ({"server.address": "essai.openai.azure.com"}, "azure/global"),
        ({"server.address": "api.mistral.ai"}, "mistral/swe"),
        ({"server.address": "api.mistral.ai", "gen_ai.provider.name": None}, "mistral/swe"),
        ({"server.address": "bedrock-runtime.eu-west-3.amazonaws.com"}, "aws/global"),
        ({"server.address": "api.openai.com", "url.full": "https://vllm.example.fr/"}, "openai/usa"),
    ],
)
def test_the_address_of_a_provider_is_that_provider_whatever_the_client(attributes: dict[str, Any], host: str) -> None:
    row = of_span(**attributes)
    assert (row.host, place_of(row).host, place_of(row).code) == (OWN[0], host, "host_of_provider")


def test_the_same_rule_places_the_requests_of_a_gateway() -> None:
    for provider in ("openai", "mistral", "hosted_vllm"):
        row = of_log(custom_llm_provider=provider, api_base="http://127.0.0.1:8000/v1")
        assert (*place_of(row)[:2], place_of(row).code) == (*OWN, "address_private")
        theirs = of_log(custom_llm_provider=provider, api_base="https://api.mistral.ai/v1")
        assert place_of(theirs).host == "mistral/swe"
    assert place_of(of_log(custom_llm_provider="mistral", api_base="")).host == "mistral/swe"
    unnamed = of_log(custom_llm_provider="hosted_vllm", api_base="https://vllm.example.fr/v1")
    assert place_of(unnamed).code is None  # no provider was named that it could contradict


def test_the_address_is_no_part_of_what_a_span_is_known_by() -> None:
    """A span that was read before its address was looked at is not counted again."""
    assert of_span(**{"server.address": "127.0.0.1"}).row_id == of_span().row_id


def test_a_sidecar_comes_before_the_address(tmp_path: Path) -> None:
    path = tmp_path / "appels.json"
    path.write_text(json.dumps(spans(span(**(OPENAI | {"server.address": "127.0.0.1"})))), "utf-8")
    side = {"schema": 1, "host": "class/server-room", "zone": "FRA"}
    path.with_name("appels.json.sobria.json").write_text(json.dumps(side), "utf-8")
    (row,), _ = read_file(path)
    assert (row.host, row.zone, place_of(row).code) == ("class/server-room", "FRA", None)


def test_a_host_is_found_in_what_clients_write() -> None:
    assert host_in("  ") is None and host_in("unix:///tmp/a b") == "" and host_in("http://[bad") == ""
    assert host_in("HTTPS://u:p@API.OpenAI.com.:443/v1?a#b") == host_in("api.openai.com:443") == "api.openai.com"
    assert host_in("[::1]:8000") == host_in("::1") == "::1"
    assert is_private("localhost") and is_private("192.168.1.4") and not is_private("8.8.8.8")


def test_each_row_of_the_table_is_one_provider_that_is_known() -> None:
    ids = {provider.id for provider in providers.load().providers}
    assert {row.provider for row in load()} <= ids
    for row in load():
        assert find(row.address.replace("*", "a-1")) == row, row.address
    assert not provider_addresses.is_known("hosted_vllm") and provider_addresses.is_known("Mistral AI")


@pytest.mark.parametrize(
    ("column", "cell"),
    [("address", "api"), ("provider", "nobody"), ("usual", "maybe"), ("documentation", "http://x"), ("address", "2")],
)
def test_a_bad_row_is_refused_by_its_line(tmp_path: Path, column: str, cell: str) -> None:
    text = (resources.files("factors") / provider_addresses.TABLE).read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    rows[2][column] = rows[1]["address"] if cell == "2" else cell
    with (tmp_path / provider_addresses.TABLE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(FactorsRefused, match="line 4") as refusal:
        load(tmp_path)
    assert provider_addresses.TABLE in refusal.value.message("fr")
