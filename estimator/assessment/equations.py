"""The formulas that are summed over the ledger, defined here only.

Every result is of degree one in energy, hours and gigabytes: summing rows with the same factors
before multiplying is exact. Quantities, units and labels: factors/quantities.csv.
"""

from typing import Any

from estimator.assessment.expressions import collect, formula

Q = Any  # a float, an array of draws, or a symbol


@formula(unit="kWh", reference="SobrIA, méthode : correction du relevé par composant")
def component_energy(
    cpu_energy: Q, cpu_reading_ratio: Q, gpu_energy: Q, gpu_reading_ratio: Q,
    ram_energy: Q, ram_reading_ratio: Q, other_energy: Q, other_reading_ratio: Q,
) -> Q:  # fmt: skip
    return (
        cpu_energy * cpu_reading_ratio
        + gpu_energy * gpu_reading_ratio
        + ram_energy * ram_reading_ratio
        + other_energy * other_reading_ratio
    )


@formula(unit="kWh", reference="SobrIA, méthode : ce qu'un relevé logiciel ne voit pas")
def unmetered_energy(component_energy: Q, unmetered_ratio: Q) -> Q:
    return component_energy * unmetered_ratio


@formula(unit="kWh", reference="SobrIA, méthode")
def measured_energy(component_energy: Q, unmetered_energy: Q) -> Q:
    return component_energy + unmetered_energy


@formula(unit="kWh", reference="SobrIA, méthode : déclaration d'un site, machines et refroidissement ensemble")
def billed_site_energy(declared_site_energy: Q, other_reading_ratio: Q) -> Q:
    return declared_site_energy * other_reading_ratio


@formula(unit="kWh", reference="ISO/IEC 30134-2 (PUE)")
def billed_it_energy(billed_site_energy: Q, site_pue: Q) -> Q:
    return billed_site_energy / site_pue


@formula(unit="1", reference="SobrIA, méthode : jetons lus, ou supposés où ils ne sont pas comptés")
def tokens_read(input_tokens: Q, unread_requests: Q, token_prompt_chat: Q) -> Q:
    return input_tokens + unread_requests * token_prompt_chat


@formula(unit="1", reference="SobrIA, méthode : Σ écrits × (lus + écrits ÷ 2)")
def tokens_read_again(
    context_tokens: Q, mean_context_tokens: Q, context_spread: Q, unread_outputs: Q, token_prompt_chat: Q,
    unsized_outputs: Q, token_default_output: Q,
) -> Q:  # fmt: skip
    return (
        context_tokens
        + mean_context_tokens * context_spread
        + unread_outputs * token_prompt_chat
        + unsized_outputs * token_default_output
    )


@formula(unit="kWh", reference="SobrIA, méthode : jetons écrits, lus et relus × électricité de chacun")
def token_energy(
    output_tokens: Q, output_energy: Q, tokens_read: Q, input_energy: Q, tokens_read_again: Q, context_energy: Q
) -> Q:
    return output_tokens * output_energy + tokens_read * input_energy + tokens_read_again * context_energy


@formula(unit="1", reference="SobrIA, méthode : sièges × part active × jours travaillés × usages par jour")
def supposed_uses(
    stated_uses: Q, active_seat_days: Q, seat_days: Q, seat_active_share: Q, seat_worked_share: Q, seat_uses_per_day: Q
) -> Q:  # fmt: skip
    return stated_uses + (active_seat_days + seat_days * seat_active_share) * seat_worked_share * seat_uses_per_day


@formula(unit="1", reference="SobrIA, méthode : usages × jetons écrits de la tâche")
def supposed_output_tokens(supposed_uses: Q, task_output_tokens: Q) -> Q:
    return supposed_uses * task_output_tokens


@formula(unit="1", reference="SobrIA, méthode : usages × jetons lus de la tâche, sans ceux relus en mémoire")
def supposed_input_tokens(supposed_uses: Q, task_input_tokens: Q, task_fresh_share: Q) -> Q:
    return supposed_uses * task_input_tokens * task_fresh_share


@formula(unit="1", reference="SobrIA, méthode : écrits × (lus + écrits ÷ 2) ÷ appels")
def supposed_context_tokens(
    supposed_output_tokens: Q, task_input_tokens: Q, task_output_tokens: Q, task_calls: Q, context_spread: Q
) -> Q:  # fmt: skip
    return supposed_output_tokens * (task_input_tokens + task_output_tokens / 2) / task_calls * context_spread


@formula(unit="kWh", reference="SobrIA, méthode : jetons supposés × électricité de chacun")
def supposed_energy(
    supposed_output_tokens: Q, output_energy: Q, supposed_input_tokens: Q, input_energy: Q, supposed_context_tokens: Q,
    context_energy: Q,
) -> Q:  # fmt: skip
    return (
        supposed_output_tokens * output_energy
        + supposed_input_tokens * input_energy
        + supposed_context_tokens * context_energy
    )


@formula(unit="kWh", reference="SobrIA, méthode : images ou vidéos × électricité de chacune")
def media_answering_energy(media_outputs: Q, media_energy: Q) -> Q:
    return media_outputs * media_energy


@formula(unit="kWh", reference="SobrIA, méthode", first_known_of=True)
def answering_energy(token_energy: Q, media_answering_energy: Q, supposed_energy: Q) -> Q: ...


@formula(unit="kWh", reference="SobrIA, méthode : heures de carte × puissance × charge")
def working_energy(working_hours: Q, max_power: Q, device_load: Q) -> Q:
    return working_hours * max_power * device_load


@formula(unit="kWh", reference="SobrIA, méthode : cartes prêtes et en attente d'un service partagé")
def provisioned_energy(answering_energy: Q, provisioning_factor: Q) -> Q:
    return answering_energy * provisioning_factor


@formula(unit="kWh", reference="SobrIA, méthode", first_known_of=True)
def accelerator_energy(provisioned_energy: Q, answering_energy: Q, working_energy: Q) -> Q: ...


@formula(unit="kWh", reference="SobrIA, méthode : it = électricité des cartes × rapport de l'hôte")
def modelled_energy(accelerator_energy: Q, host_ratio: Q) -> Q:
    return accelerator_energy * host_ratio


@formula(unit="kWh", reference="SobrIA, méthode : d'après vos mesures du même modèle au même lieu")
def own_energy(answering_energy: Q, own_ratio: Q) -> Q:
    return answering_energy * own_ratio


@formula(unit="kWh", reference="SobrIA, méthode : stockage, toutes copies comprises")
def stored_energy(stored_gb_years: Q, storage_energy: Q, storage_replication: Q) -> Q:
    return stored_gb_years * storage_energy * storage_replication


@formula(unit="kWh", reference="SobrIA, méthode : terminaux des personnes, à la prise")
def terminal_energy(terminal_hours: Q, terminal_power: Q) -> Q:
    return terminal_hours * terminal_power


@formula(unit="kWh", reference="SobrIA, méthode : actes d'un programme sans IA × électricité d'un acte")
def program_energy(program_acts: Q, act_energy: Q) -> Q:
    return program_acts * act_energy


@formula(unit="kWh", reference="SobrIA, méthode : machine gardée allumée pour un programme sans IA, actes à part")
def kept_energy(kept_years: Q, standby_energy: Q) -> Q:
    return kept_years * standby_energy


@formula(unit="kWh", reference="SobrIA, méthode", first_known_of=True)
def it_energy(
    billed_it_energy: Q, measured_energy: Q, own_energy: Q, modelled_energy: Q, stored_energy: Q, terminal_energy: Q,
    program_energy: Q, kept_energy: Q,
) -> Q: ...  # fmt: skip


@formula(unit="kWh", reference="ISO/IEC 30134-2 (PUE)")
def cooled_energy(it_energy: Q, pue: Q) -> Q:
    return it_energy * pue


@formula(unit="kWh", reference="SobrIA, méthode", first_known_of=True)
def site_energy(billed_site_energy: Q, cooled_energy: Q) -> Q: ...


@formula(unit="L", reference="ISO/IEC 30134-9 (WUE)")
def onsite_water_it(it_energy: Q, wue_it: Q) -> Q:
    return it_energy * wue_it


@formula(unit="L", reference="RGESN 2024, critère 8.4")
def onsite_water_site(site_energy: Q, wue_site: Q) -> Q:
    return site_energy * wue_site


@formula(unit="L", reference="Macknick et al. 2012 ; WRI 2020 pour la démarche")
def grid_water(site_energy: Q, grid_water_intensity: Q) -> Q:
    return site_energy * grid_water_intensity


@formula(unit="L", reference="Macknick et al. 2012 ; WRI 2020 pour la démarche")
def grid_reservoir_water(site_energy: Q, grid_reservoir_water_intensity: Q) -> Q:
    return site_energy * grid_reservoir_water_intensity


@formula(unit="kgCO2e", reference="GHG Protocol, scope 2, approche par localisation")
def use_gwp(site_energy: Q, grid_gwp: Q) -> Q:
    return site_energy * grid_gwp


@formula(unit="kgSbeq", reference="ADEME, Base IMPACTS (ADPe)")
def use_adpe(site_energy: Q, grid_adpe: Q) -> Q:
    return site_energy * grid_adpe


@formula(unit="MJ", reference="Convention de contenu énergétique physique (AIE)")
def use_primary_energy(site_energy: Q, grid_primary_energy: Q) -> Q:
    return site_energy * grid_primary_energy


@formula(unit="h", reference="SobrIA, méthode : jetons écrits, lus et relus × temps de carte de chacun")
def token_hours(
    output_tokens: Q, output_hours: Q, tokens_read: Q, input_hours: Q, tokens_read_again: Q, context_hours: Q
) -> Q:
    return output_tokens * output_hours + tokens_read * input_hours + tokens_read_again * context_hours


@formula(unit="h", reference="SobrIA, méthode : jetons supposés × temps de carte de chacun")
def supposed_hours(
    supposed_output_tokens: Q, output_hours: Q, supposed_input_tokens: Q, input_hours: Q, supposed_context_tokens: Q,
    context_hours: Q,
) -> Q:  # fmt: skip
    return (
        supposed_output_tokens * output_hours
        + supposed_input_tokens * input_hours
        + supposed_context_tokens * context_hours
    )


@formula(unit="h", reference="SobrIA, méthode", first_known_of=True)
def answering_hours(token_hours: Q, supposed_hours: Q) -> Q: ...


@formula(unit="h", reference="SobrIA, méthode : les heures d'attente que suppose l'électricité de l'attente")
def provisioned_hours(answering_hours: Q, provisioning_factor: Q, waiting_ratio: Q) -> Q:
    return answering_hours * (1 + (provisioning_factor - 1) / waiting_ratio)


@formula(unit="h", reference="SobrIA, méthode", first_known_of=True)
def reserved_device_hours(device_hours: Q, provisioned_hours: Q, answering_hours: Q) -> Q: ...


@formula(unit="h", reference="SobrIA, méthode", first_known_of=True)
def hosted_device_hours(hosted_hours: Q, provisioned_hours: Q, answering_hours: Q) -> Q: ...


@formula(unit="h", reference="SobrIA, méthode : cartes par serveur")
def server_hours(hosted_device_hours: Q, devices_per_server: Q) -> Q:
    return hosted_device_hours / devices_per_server


@formula(unit="h", reference="SobrIA, méthode", first_known_of=True)
def reserved_machine_hours(machine_hours: Q, server_hours: Q) -> Q: ...


@formula(unit="1", reference="ISO/IEC 21031 (SCI) : TiR/EL × RR/ToR")
def device_lives(resource_share: Q, reserved_device_hours: Q, device_life_hours: Q, device_occupancy: Q) -> Q:
    return resource_share * reserved_device_hours / (device_life_hours * device_occupancy)


@formula(unit="1", reference="ISO/IEC 21031 (SCI) : TiR/EL × RR/ToR")
def machine_lives(
    resource_share: Q, reserved_machine_hours: Q, machine_life_hours: Q, machine_occupancy: Q, machine_share: Q
) -> Q:
    return resource_share * reserved_machine_hours * machine_share / (machine_life_hours * machine_occupancy)


@formula(unit="kgCO2e", reference="ISO/IEC 21031 (SCI)")
def device_embodied_gwp(device_lives: Q, device_gwp: Q) -> Q:
    return device_lives * device_gwp


@formula(unit="kgSbeq", reference="ISO/IEC 21031 (SCI), étendu à l'ADPe")
def device_embodied_adpe(device_lives: Q, device_adpe: Q) -> Q:
    return device_lives * device_adpe


@formula(unit="MJ", reference="ISO/IEC 21031 (SCI), étendu à l'énergie primaire")
def device_embodied_primary_energy(device_lives: Q, device_primary_energy: Q) -> Q:
    return device_lives * device_primary_energy


@formula(unit="kgCO2e", reference="ISO/IEC 21031 (SCI)")
def machine_embodied_gwp(machine_lives: Q, machine_gwp: Q) -> Q:
    return machine_lives * machine_gwp


@formula(unit="kgSbeq", reference="ISO/IEC 21031 (SCI), étendu à l'ADPe")
def machine_embodied_adpe(machine_lives: Q, machine_adpe: Q) -> Q:
    return machine_lives * machine_adpe


@formula(unit="MJ", reference="ISO/IEC 21031 (SCI), étendu à l'énergie primaire")
def machine_embodied_primary_energy(machine_lives: Q, machine_primary_energy: Q) -> Q:
    return machine_lives * machine_primary_energy


@formula(unit="kgCO2e", reference="ADEME, affectation au Go transporté")
def network_gwp(data_gb: Q, network_gwp_per_gb: Q) -> Q:
    return data_gb * network_gwp_per_gb


@formula(unit="kgSbeq", reference="ADEME, affectation au Go transporté")
def network_adpe(data_gb: Q, network_adpe_per_gb: Q) -> Q:
    return data_gb * network_adpe_per_gb


@formula(unit="MJ", reference="ADEME, affectation au Go transporté")
def network_primary_energy(data_gb: Q, network_primary_energy_per_gb: Q) -> Q:
    return data_gb * network_primary_energy_per_gb


FORMULAS = collect(globals())
