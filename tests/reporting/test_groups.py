"""The groups that authorities publish, merged in a wider build: the same totals, and nothing about too few people."""

import json
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from dashboard.explanation.explanation import explain_view
from estimator.assessment.impacts import FIGURES, Amount, terms_of
from estimator.assessment.uncertainty import STATED
from estimator.builds import merged_groups
from estimator.builds.merged_groups import MergeRefused, merge
from estimator.builds.published_groups import PublishedGroups
from estimator.builds.queries import SAMPLE_MARK
from estimator.builds.service_runs import RunsOf
from estimator.catalogue.load import load
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators.known_days import by_use, days_known, past_year
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.register.register import Register
from estimator.ledger.rows import Activity
from estimator.reporting.publications.context import facts_in
from estimator.reporting.publications.groups_file import published_groups
from estimator.reporting.publications.reen_file import commune_file
from estimator.reporting.publications.territory_files import read_merged
from estimator.reporting.publications.told_groups import Key, Member, _by_key, groups_of, told_groups
from estimator.results.reading import Results, current_results
from tests.reporting.authority import case, facts, plain, run
from tests.support import built, sobria

CODES = tuple(f"540{number}" for number in range(10, 22))
MONTHS = ("2026-01", "2026-02")
TOKENS: dict[str, Any] = {"other_energy_kwh": None, "other_mode": "mode/not_declared", "model": "llama-3.3-70b"}
TOKENS |= {"output_tokens": 2e5, "input_tokens": 3e5, "context_tokens": 1e8, "host": "scaleway/fr-par-2"}
TOKENS |= {"machine": None, "machine_hours": None, "resource_share": None}
ALONE: dict[str, Any] = TOKENS | {"model": "mistral-7b-instruct", "requests": 6.0}
FEW = ("rare", "lente", "trio")  # uses of 2, 2 and 3 agents, each with a model of its own


def _rows(code: str, number: int) -> list[Activity]:
    """Two uses of many agents, one measured, one modelled, each commune with its number of requests at once, and two
    small ones (60 uses a month each) on one meter."""
    found = []
    for month in MONTHS:
        found.append(run(f"courrier-{code}", 1.5 + number, month, requests=500.0))
        found.append(run(f"chat-{code}", 0, month, requests=400.0 + number, concurrency=8.1 + number / 7, **TOKENS))
        found += [run(f"{name}-{code}", 0.3 + number / 7, month, requests=60.0) for name in ("resume", "note")]
    return found


def _commune(home: Path, code: str, *names: str) -> None:
    for name in names or ("courrier", "chat", "resume", "note"):
        case(Register(home), f"{name}{code}", code, f"{name}-{code}", f"{name} {code}")


def _published(home: Path, code: str) -> PublishedGroups:
    return published_groups(facts(home, code, by=f"Mairie {code}"))


def _write(folder: Path, file: PublishedGroups) -> Path:
    path = folder / f"{file.territory}-{file.period}.json"
    path.write_text(file.model_dump_json(), "utf-8")
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home with every row of twelve communes."""
    home = tmp_path_factory.mktemp("whole")
    for code in CODES:
        _commune(home, code)
    built(home, *chain.from_iterable(_rows(code, number) for number, code in enumerate(CODES)))
    return home


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What the twelve communes publish, each from a home of its own, where nothing of another one is."""
    folder = tmp_path_factory.mktemp("published")
    for number, code in enumerate(CODES):
        home = tmp_path_factory.mktemp(code)
        _commune(home, code)
        built(home, *_rows(code, number))
        command = f"report groups --territory {code} --period 2026 --out {folder / code}.json --administration"
        sobria(home, *command.split(), f"Mairie {code}")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def national(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home without a row, in which they are merged."""
    home = tmp_path_factory.mktemp("national")
    said = sobria(home, "ledger", "merge", *map(str, files)).stdout
    assert "12 fichiers réunis" in said and "Commune 54021 Mairie 54021" in said
    return home


def _numbers(amount: Amount) -> Iterator[float]:
    """Every number of an amount and of its parts, -1 where it is unknown."""
    ends = (amount.low, amount.central, amount.high, amount.at_factor_values, *(amount.envelope or ()))
    yield from (
        -1.0 if number is None else number for number in (*ends, amount.covers, amount.made, amount.made_partly)
    )
    for part in amount.parts.values():
        yield from _numbers(part)


def _same(one: Results, other: Results) -> None:
    """Every figure, with its interval, its bounds, its coverage and its parts."""
    expected, found = one.totals(), other.totals()
    for name, amount in expected.indicators.items():
        assert list(_numbers(found.indicators[name])) == pytest.approx(list(_numbers(amount)), rel=1e-12), name
    assert dict(found.proof) == pytest.approx(dict(expected.proof), rel=1e-12)
    same = ("runs", "unknown", "weight_kwh", "site_energy", "embodied")
    assert [getattr(found.coverage, n) for n in same] == pytest.approx([getattr(expected.coverage, n) for n in same])


def test_twelve_communes_are_one_home_that_has_all_their_rows(whole: Path, national: Path) -> None:
    """96 runs: to 1e-12, and month by month. A month of `courrier` of the first commune is 1.5 kWh at a desk."""
    one, merged = current_results(whole), current_results(national)
    _same(one, merged)
    months = merged.figures_of_months()
    for month, found in one.figures_of_months().items():
        for name, amount in found.items():
            assert list(_numbers(months[month][name])) == pytest.approx(list(_numbers(amount)), rel=1e-12)
    assert merged.totals().coverage.runs == 96
    [first] = [s for s in merged.services() if s.service_key == "54010:courrier54010"]
    assert first.indicators["it_energy"].at_factor_values == pytest.approx(3.0)


def test_a_home_of_its_own_publishes_the_same_groups(files: list[Path], whole: Path) -> None:
    """The commune alone in its home: the sums of its groups are those of the home of all."""
    of_it = replace(facts(whole).scope, territory=CODES[3])
    alone = PublishedGroups.model_validate_json(files[3].read_bytes())
    among = published_groups(facts_in(of_it, "fr", f"Mairie {CODES[3]}"))
    assert alone.groups and [group.sums for group in alone.groups] == [group.sums for group in among.groups]


def test_each_number_says_which_authorities_it_comes_from(national: Path) -> None:
    """Electricity at factor values of a commune over that of all twelve; a service is of one authority."""
    merged = current_results(national)
    parts = merged.totals().authorities
    kwh = {s.service_key: s.indicators["energy"].at_factor_values or 0.0 for s in merged.services()}
    mine = sum(value for key, value in kwh.items() if key.startswith("54021:"))
    assert parts[0].territory == "54021" and parts[0].share == pytest.approx(mine / sum(kwh.values()))
    assert sum(part.share or 0.0 for part in parts) == pytest.approx(1.0)
    assert parts[0].files[0].period == "2026" and parts[0].files[0].withheld == 0
    page = plain(explain_view(merged.explain("total.gwp"), "fr"))
    assert "<li>Commune 54021 Mairie 54021 : " in page and "0 exécution" not in page
    text = plain(sobria(national, "explain", "total.gwp").stdout)
    assert "groupes publiés par 12 collectivités, aucune ligne" in text and "année 2026 (calcul" in text
    body = json.loads(sobria(national, "explain", "service.54010:courrier54010.energy", "--json").stdout)
    assert [part["territory"] for part in body["trace"]["authorities"]] == ["54010"]
    said = sobria(national, "totals", lang="en").stdout
    assert "groups published by 12 authorities, no row" in said and "Mairie 54021: " in said


def test_the_calls_of_a_published_service_are_counted(whole: Path, national: Path) -> None:
    """500 a month by one run, whose days nobody publishes: nothing is known of some of them."""
    for home in (whole, national):
        found = current_results(home)
        [key] = [key for key in found.service_keys() if "courrier" in key and "54010" in key]
        said = found.service_runs(RunsOf(key))
        assert said and (said.runs, said.counted, said.with_items, said.requests) == (2, 2, 0, 1000.0)
        assert found.groups_of(RunsOf(key))
    assert found.service_runs(RunsOf(key, until_us=2**60)) is None


def test_the_yearly_review_of_the_territory_comes_out_of_it(whole: Path, national: Path, tmp_path: Path) -> None:
    """The sums of the review are the totals, to what 32-bit draws keep; a commune without groups is named."""
    review, totals = read_merged(national, [*CODES, "54999"]), current_results(whole).totals().indicators
    for name in ("energy", "water", "adpe", "gwp"):
        found = review.figure(name)
        assert [*found.ends, found.covers] == pytest.approx([*totals[name].ends, totals[name].covers], rel=1e-5)
    assert review.missing == ["54999"] and review.share("published")["denominator"] == 48
    out = tmp_path / "bilan.txt"
    sobria(national, "report", "reen-rollup", "--communes", "54999", "--out", str(out))
    assert "Fichiers reçus : 12" in plain(out.read_text("utf-8"))
    sobria(national, "report", "reen", "--period", "2026", "--out", str(out))
    assert "l'IA a consommé" in plain(out.read_text("utf-8"))


@pytest.mark.long
def test_a_home_may_have_rows_of_its_own_beside(files: list[Path], tmp_path: Path) -> None:
    """5 kWh of its own and the first commune's 2 × (1.5 + 2 × 0.3) kWh measured; other groups make another build."""
    first = built(tmp_path, run("siege", 5)).meta["build"]
    merge(tmp_path, files[:1])
    found = current_results(tmp_path)
    read = sum(row["as_read_kwh"] or 0.0 for row in found.table().arrow().to_pylist() if _whole_energy(row))
    assert found.meta["build"] != first and read == pytest.approx(5 + 2 * 2.1)
    assert found.totals().authorities[0].share == pytest.approx(1 - _energy(found, "siege") / _energy(found))
    assert merge(tmp_path, files[:1]) == []


def test_ways_of_serving_of_two_homes_stay_apart(files: list[Path], whole: Path, tmp_path: Path) -> None:
    """« s1 » is one model in a home and another one in the other: the electricity of each stays."""
    other = json.loads(files[1].read_bytes())
    for held in (*other["servings"], *(group["facts"] for group in other["groups"] if "model" in group["facts"])):
        held["model"] = "mistral-7b-instruct"
    merge(tmp_path, [files[0], _write(tmp_path, PublishedGroups.model_validate(other).sealed())])
    found, alone = current_results(tmp_path), current_results(whole)
    assert _energy(found, "54010:chat54010") == pytest.approx(_energy(alone, "chat-54010"), rel=1e-12)
    assert _energy(found, "54011:chat54011") < _energy(alone, "chat-54011") / 2


def _whole_energy(row: dict[str, Any]) -> bool:
    return bool(row["level"] == "total" and row["impact"] == "it_energy")


def _energy(found: Results, service: str = "") -> float:
    amounts = {s.service_key: s.indicators["energy"] for s in found.services()} | {
        "": found.totals().indicators["energy"]
    }
    return amounts[service].at_factor_values or 0.0


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A commune with three uses of 2, 2 and 3 agents, that each have a model of their own in February, one of them in
    January too, beside two of 3 agents on one meter, which the first joins in January, and two large ones."""
    home, code = tmp_path_factory.mktemp("exposed"), "54395"
    _commune(home, code, "courrier", "chat", "resume", "note", *FEW)
    statements = Commitments(home)
    for name, agents in (("courrier", 40), ("chat", 30), ("resume", 3), ("note", 3), *zip(FEW, (2, 2, 3), strict=True)):
        said = {"service": f"{name} {code}", "date": "2026-01-02", "trained": 1, "with_access": agents, "kind": "essai"}
        statements.state_training(said, voter("Ressources humaines", "déclaration"))
    alone = zip(FEW, ("mistral-7b-instruct", "llama-3.1-8b", "qwen3-8b"), strict=True)
    rows = [run(f"{name}-{code}", 0, "2026-02", **ALONE | {"model": model}) for name, model in alone]
    rows += [run(f"rare-{code}", 0.4, MONTHS[0], requests=4.0)]
    rows += [run(f"lente-{code}", 0, MONTHS[0], **ALONE | {"model": "llama-3.1-8b"})]
    built(home, *_rows(code, 1), *rows)
    return home


def test_uses_of_too_few_agents_cannot_be_told_apart(exposed: Path, tmp_path: Path) -> None:
    """An attacker has every group of the file, the electricity withheld, that of the commune, and that of each month
    by use that is told and of the small ones together, as other publications have them; each is a sum of lines. No
    combination of these sums is of uses of fewer than five agents alone: a set S of uses is exposed if some y has
    yA = 0 on all other lines, and not on those of S."""
    found = facts(exposed, "54395")
    by_key = _by_key(found.scope)
    held = published_groups(found)
    told = {(group.use, _of_use(group.use, group.month), tuple(sorted(group.facts.items()))) for group in held.groups}
    lines = [(key, member) for key, members in by_key.items() for member in members]
    sums = [_where(lines, lambda key, _, one=key: key == one) for key in by_key if _told(key, told)]
    sums.append(_where(lines, lambda key, _: not _told(key, told)))
    sums.append(_where(lines, lambda *_: True))
    by_month = {(key.use, member.month) for key, member in lines}
    sums += [_where(lines, lambda key, member, one=one: (key.use, member.month) == one) for one in by_month]
    agents = {member.case.id: _agents(member.case.id) for _, member in lines}
    assert not list(_exposed(np.array(sums), [member.case.id for _, member in lines], agents))
    told_all = [_where(lines, lambda key, _, one=key: key == one) for key in by_key]
    assert held.withheld == 3 and held.withheld_kwh
    assert list(_exposed(np.array(told_all), [member.case.id for _, member in lines], agents))  # the attack works
    text = held.model_dump_json()
    assert not [name for name in (*FEW, "mistral-7b", "qwen3", "llama-3.1-8b") if name in text]


def _agents(case: str) -> int:
    sizes = {"courrier": 40, "chat": 30, "resume": 3, "note": 3, "rare": 2, "lente": 2, "trio": 3}
    return sizes[case.removesuffix("54395")]


def _of_use(use: str, month: int) -> int:
    """The month of a use that is told alone, and the year of those merged."""
    return month if use else month // 100


def _told(key: Key, told: set[Any]) -> bool:
    return (key.use, key.month, key.facts) in told


def _where(lines: Sequence[tuple[Key, Member]], chosen: Any) -> list[float]:
    return [float(chosen(key, member)) for key, member in lines]


def _exposed(sums: "np.ndarray", uses: Sequence[str], agents: dict[str, int]) -> Iterator[tuple[str, ...]]:
    """The sets of uses of fewer than five agents of which a combination of these sums is."""
    small = [use for use, count in agents.items() if count < 5]
    for size in (1, 2):
        for some in combinations(small, size):
            inside = np.isin(uses, some)
            if sum(agents[use] for use in some) >= 5:
                continue
            _, sizes, directions = np.linalg.svd(sums[:, ~inside].T)
            free = directions[int((sizes > 1e-9).sum()) :]
            if np.abs(free @ sums[:, inside]).max(initial=0.0) > 1e-9:
                yield some


def _pair(home: Path, code: str, kwh: tuple[float, float], requests: tuple[float, float]) -> PublishedGroups:
    """What a commune publishes whose two small uses, of 3 agents each, share a meter, beside two large ones."""
    _commune(home, code)
    statements = Commitments(home)
    for name, agents in (("courrier", 40), ("chat", 30), ("resume", 3), ("note", 3)):
        said = {"service": f"{name} {code}", "date": "2026-01-02", "trained": 1, "with_access": agents, "kind": "essai"}
        statements.state_training(said, voter("Ressources humaines", "déclaration"))
    rows = [row for row in _rows(code, 1) if row.service_key.startswith(("courrier", "chat"))]
    for month in MONTHS:
        both = zip(("resume", "note"), kwh, requests, strict=True)
        rows += [run(f"{name}-{code}", amount, month, requests=count) for name, amount, count in both]
    built(home, *rows)
    return _published(home, code)


@pytest.mark.parametrize(("kwh", "requests"), [((0.9, 0.1), (60.0, 60.0)), ((0.5, 0.5), (90.0, 10.0))])
def test_a_small_use_is_not_nearly_all_of_a_sum_that_is_told(
    kwh: tuple[float, float], requests: tuple[float, float], tmp_path: Path
) -> None:
    """One of 3 agents has 90 % of the electricity of the two, more than 85 %, or of their uses: no sum of the file is
    of them alone. At 80 % they are told together, 1 kWh a month."""
    even = _pair(tmp_path / "even", CODES[0], (0.8, 0.2), (80.0, 20.0))
    [one, other] = [group for group in even.groups if not group.use]
    assert one.sums["other_energy"] == other.sums["other_energy"] == pytest.approx(1.0)
    held = _pair(tmp_path / "one", CODES[0], kwh, requests)
    told = [group.sums for group in held.groups]
    assert held.withheld and {sums.get("other_energy") for sums in told} <= {2.5, None}


def test_a_count_of_runs_that_is_nearly_all_of_a_small_use_is_told_at_most(tmp_path: Path) -> None:
    """17 runs of one of 3 agents and 1 of another of 3, alike in all else: 17 of 18 is more than 85 %, so 18 is not
    told but 20, and what a wider home counts is at most that; 1 and 1, the year before, are told."""
    for name, agents in {"un": 3, "deux": 3, "grand": 40}.items():
        case(Register(tmp_path), name, "54001", service=f"Service {name}")
        trained = {"service": f"Service {name}", "trained": 0, "with_access": agents, "kind": "sobriété"}
        Commitments(tmp_path).state_training(trained | {"date": "2026-01-10"}, voter("RH", "déclaration"))
    none = dict.fromkeys(("machine", "machine_hours", "resource_share"))
    many = [run("un", 1.0, **none), *(run("deux", 1 / 17, **none) for _ in range(17))]
    few = [run("un", 1.0, "2025-04", **none), run("deux", 1.0, "2025-04", **none)]
    built(tmp_path, *many, *few, run("grand", 9.0), run("grand", 9.0, "2025-04"))
    file = published_groups(facts(tmp_path, "54001", period="2025-01..2026-12"))
    assert [(group.month, group.slices) for group in file.groups if not group.use] == [(202504, 2), (202603, 20)]
    merge(tmp_path / "national", [_write(tmp_path, file)])
    assert current_results(tmp_path / "national").totals().coverage.runs == 22 + 2


def test_the_draws_of_a_commune_give_none_of_the_uses_that_are_withheld(exposed: Path) -> None:
    """Draws of a factor are known to all: least squares on the 4,096 sums gave back the electricity of each use of its
    own model, to five digits. They are now those of the groups that are told; the rest lowers what they cover."""
    found = facts(exposed, "54395")
    held, profiles, kwh = commune_file(found), dict[str, Any](), dict[str, float]()
    for member in chain.from_iterable(_by_key(found.scope).values()):
        outcomes, model = terms_of(member.line.group, FIGURES)["energy"].outcomes, member.line.row["model"]
        kwh[model] = kwh.get(model, 0.0) + member.line.group.values["it_energy"]
        profiles[model] = outcomes[STATED:] / member.line.group.values["it_energy"]
    sought, *_ = np.linalg.lstsq(np.array(list(profiles.values())).T, held.figures["energy"].drawn(), rcond=None)
    read = dict(zip(profiles, sought.tolist(), strict=True))
    assert read["llama-3.3-70b"] == pytest.approx(kwh["llama-3.3-70b"], rel=1e-3)
    few = [name for name in profiles if name not in ("", "llama-3.3-70b")]
    assert len(few) == 3 and all(abs(read[name]) < 1e-3 * kwh[name] for name in few)
    told = sum(group.values["it_energy"] for group in groups_of(told_groups(found.scope).told))
    assert held.as_read_kwh == pytest.approx(told)
    assert held.withheld_kwh == float(f"{sum(kwh.values()) - told:.1g}")
    covers = held.figures["energy"].covers
    assert 0.95 < told / held.whole_kwh < 1 and held.figures["energy"].covers_roughly
    assert covers == 0.9, "1 to one digit would be all of it"


def test_what_is_withheld_is_said_and_lowers_what_the_review_covers(exposed: Path, tmp_path: Path) -> None:
    """Of three models in February, one of them in January too: three kinds, each counted once, for in how many months
    it has lines would say when they ran. The totals of the wider home are those of the others.
    """
    held = _published(exposed, "54395")
    merge(tmp_path, [_write(tmp_path, held)])
    merged = current_results(tmp_path)
    there = merged.totals()
    whole = current_results(exposed).totals()
    missing = whole.coverage.weight_kwh - there.coverage.weight_kwh
    assert float(f"{missing:.1g}") == held.withheld_kwh and missing > 0
    [file] = there.authorities[0].files
    assert (file.withheld, file.withheld_kwh) == (3, held.withheld_kwh)
    assert file.uses_withheld == held.uses_withheld
    said = f"3 groupes de {file.uses_withheld} usages, en tout ou en partie, hors de ces chiffres"
    assert said in plain(sobria(tmp_path, "totals").stdout)
    [commune] = read_merged(tmp_path).files
    kwh = there.coverage.weight_kwh
    assert commune.figures["energy"].covers == 0.9 and 0.95 < kwh / (kwh + held.withheld_kwh) < 1
    out = tmp_path / "groups.json"
    said = sobria(exposed, *f"report groups --territory 54395 --period 2026 --out {out}".split()).stdout
    assert "3 groupes d'usages réunis ne sont pas dans le fichier" in said


def _body(path: Path, **changed: Any) -> PublishedGroups:
    return PublishedGroups.model_validate(json.loads(path.read_bytes()) | changed).sealed()


def _after(path: Path) -> str:
    """A moment after that of a file, as another zone writes it."""
    made = datetime.fromisoformat(json.loads(path.read_bytes())["made_at"]) + timedelta(seconds=1)
    return made.astimezone(timezone(timedelta(hours=-5))).isoformat()


def test_files_that_do_not_merge_are_refused_in_words(files: list[Path], tmp_path: Path) -> None:
    """All faults at once, in both languages, and nothing is written."""
    home, other = tmp_path / "home", "0" * 16
    bad = tmp_path / "bad"
    bad.mkdir()
    method = _write(bad, _body(files[0], formulas_version=other))
    factors = _write(bad, _body(files[1], factors_version=other))
    again = _write(bad, _body(files[2], period="2026-01..2026-06"))
    with pytest.raises(MergeRefused) as refusal:
        merge(home, [method, factors, files[2], again])
    assert [item["code"] for item in refusal.value.items] == ["merge_method", "merge_factors", "merge_given"]
    said = refusal.value.message("fr")
    assert (
        f"formules {other}" in said
        and load().version in said
        and "54012, 2026-01..2026-06, partage des mois avec" in said
    )
    assert "3 files of groups cannot be merged" in refusal.value.message("en") and not home.exists()
    damaged, cut, group = bad / "damaged.json", bad / "cut.json", bad / "group.json"
    damaged.write_text(files[0].read_text("utf-8").replace('"slices": 2', '"slices": 3'), "utf-8")
    cut.write_bytes(files[0].read_bytes()[:-100])
    group.write_text(files[0].read_text("utf-8").replace("mode/meter", "mode/lune"), "utf-8")
    for path, words in ((damaged, "empreinte différente"), (cut, "JSON entier"), (group, "colonnes d'un groupe")):
        said = sobria(home, "ledger", "merge", str(path), str(files[1]), code=1).stderr
        assert path.name in said and words in said and not (home / "authorities").exists()


def test_ways_of_serving_and_groups_that_no_home_writes_are_refused(files: list[Path], tmp_path: Path) -> None:
    """Sealed again by hand: cards below zero, what is served by no name, the same group twice."""
    body = json.loads(files[0].read_bytes())
    way = {"serving": "s1", "model": "", "kind": "tokens", "card": "", "cards": 0.0, "bits": "", "place": ""}
    assert _body(files[0], servings=[way])
    for wrong in ({"cards": -5}, {"kind": "zz"}, {"flight": -1.0}):
        with pytest.raises(ValidationError, match="way of serving"):
            _body(files[0], servings=[way | wrong])
    twice = next(group for group in body["groups"] if group["facts"].get("host"))
    body["groups"].append(twice)
    (tmp_path / "twice.json").write_text(json.dumps(body), "utf-8")
    said = plain(sobria(tmp_path / "home", "ledger", "merge", str(tmp_path / "twice.json"), code=1).stderr)
    assert "écrit une seule fois" in said and "groups" in said and twice["use"] in said
    assert not (tmp_path / "home/authorities").exists()


def test_a_correction_takes_the_place_of_the_same_period(files: list[Path], tmp_path: Path) -> None:
    """Twice the runs of the first commune's groups; refused without --replace, and other months always. What was made
    before does not take its place."""
    merge(tmp_path, files[:1])
    corrected = _body(files[0], made_at=_after(files[0]))
    groups = [group.model_copy(update={"slices": 2 * group.slices}) for group in corrected.groups]
    path = _write(tmp_path, corrected.model_copy(update={"groups": tuple(groups)}).sealed())
    with pytest.raises(MergeRefused, match="--replace"):
        merge(tmp_path, [path])
    assert [file.territory for file in merge(tmp_path, [path], replace=True)] == ["54010"]
    assert current_results(tmp_path).totals().coverage.runs == 2 * 8
    older = _write(tmp_path / "builds", _body(files[0], made_at="2020-01-01T00:00:00+00:00"))
    with pytest.raises(MergeRefused, match="only a file written after it"):
        merge(tmp_path, [older], replace=True)
    assert current_results(tmp_path).totals().coverage.runs == 2 * 8 and merge(tmp_path, [path]) == []
    with pytest.raises(MergeRefused, match="54010"):
        merge(tmp_path, [_write(tmp_path / "builds", _body(files[0], period="2026-01..2026-02"))], replace=True)


def test_invented_data_and_a_torn_file_of_the_home_are_refused(files: list[Path], tmp_path: Path) -> None:
    merge(tmp_path, files[:1])
    with pytest.raises(MergeRefused, match="--home"):
        merge(tmp_path, [_write(tmp_path, _body(files[1], mark="DONNÉES FICTIVES"))])
    invented = tmp_path / "invented"
    merge(invented, [tmp_path / "54011-2026.json"])
    assert (invented / SAMPLE_MARK).exists()
    several = [_write(tmp_path, _body(file, mark="DONNÉES FICTIVES")) for file in files[1:3]]
    assert len(merge(tmp_path / "several", several)) == 2, "of one example, together in a home that has nothing"
    with pytest.raises(MergeRefused, match="--home"):
        merge(tmp_path / "mixed", [several[0], files[0]])
    there = tmp_path / merged_groups.AUTHORITIES / "54010_2026.json"
    there.write_bytes(there.read_bytes()[:-9])
    assert "54010_2026.json" in sobria(tmp_path, "totals", code=1).stderr


def test_an_authority_that_withholds_all_is_named_in_what_it_is_not_in(files: list[Path], tmp_path: Path) -> None:
    """Two communes publish no group: their share is not told, they are not absent from the list, and what one of them
    tells of its electricity is said to be outside."""
    (tmp_path / "builds").mkdir()
    few = {"groups": [], "withheld": 3, "uses_withheld": 3}
    nothing, part_of = (_body(files[n], **few, withheld_kwh=kwh) for n, kwh in ((1, None), (2, 13.5)))
    merge(tmp_path, [files[0], *(_write(tmp_path / "builds", file) for file in (nothing, part_of))])
    found = current_results(tmp_path).totals().authorities
    absent = [(file.territory, None) for file in (nothing, part_of)]
    assert [(part.territory, part.share) for part in found] == [("54010", 1.0), *absent]
    said = plain(sobria(tmp_path, "totals").stdout)
    assert "environ 13,5 kWh d'électricité des machines, avant refroidissement, retenus par 1 collectivité" in said
    assert "ce que 1 collectivité retient, dont l'électricité sur ces mois n'est pas dite" in said


def test_a_published_month_is_known_by_all_its_days(national: Path) -> None:
    """Its file says the month alone; a year was made of one day of it, and a lever was 300 times what it is."""
    sources = scope_of(national).sources
    for use, rows in by_use(past_year(sources)).items():
        days = days_known(sources.build, rows, sources.today)
        months = {row.row.month for row in rows}
        assert len(days) == sum(monthrange(month // 100, month % 100)[1] for month in months), use
    assert sources.rows


def test_a_code_that_no_use_has_is_refused_where_others_have_some(national: Path, whole: Path, tmp_path: Path) -> None:
    """A slip of the pen would be counted as a commune that answered, without any use."""
    for home in (whole, national):
        said = sobria(
            home, "report", "groups", "--territory", "99999", "--out", str(tmp_path / "x.json"), code=1
        ).stderr
        assert "99999" in said and not (tmp_path / "x.json").exists()
