"""The formulas that are summed over the ledger, defined here only.

Every result is of degree one in energy, hours and gigabytes: summing rows with the same factors
before multiplying is exact. Quantities, units and labels: factors/quantities.csv.
"""

from typing import Any

from estimator.assessment.expressions import collect, formula

Q = Any  # a float, an array of draws, or a symbol


@formula(unit="kWh", reference="reading_correction")
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


@formula(unit="kWh", reference="unmetered")
def unmetered_energy(component_energy: Q, unmetered_ratio: Q) -> Q:
    return component_energy * unmetered_ratio


@formula(unit="kWh")
def measured_energy(component_energy: Q, unmetered_energy: Q) -> Q:
    return component_energy + unmetered_energy


@formula(unit="kWh", reference="site_declaration")
def billed_site_energy(declared_site_energy: Q, other_reading_ratio: Q) -> Q:
    return declared_site_energy * other_reading_ratio


@formula(unit="kWh", reference="pue")
def billed_it_energy(billed_site_energy: Q, site_pue: Q) -> Q:
    return billed_site_energy / site_pue


@formula(unit="1", reference="tokens_read")
def tokens_read(input_tokens: Q, unread_requests: Q, token_prompt_chat: Q) -> Q:
    return input_tokens + unread_requests * token_prompt_chat


@formula(unit="1", reference="read_again")
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


@formula(unit="kWh", reference="token_energy")
def token_energy(
    output_tokens: Q, output_energy: Q, tokens_read: Q, input_energy: Q, tokens_read_again: Q, context_energy: Q
) -> Q:
    return output_tokens * output_energy + tokens_read * input_energy + tokens_read_again * context_energy


@formula(unit="1", reference="seats")
def supposed_uses(
    stated_uses: Q, active_seat_days: Q, seat_days: Q, seat_active_share: Q, seat_worked_share: Q, seat_uses_per_day: Q
) -> Q:  # fmt: skip
    return stated_uses + (active_seat_days + seat_days * seat_active_share) * seat_worked_share * seat_uses_per_day


@formula(unit="1", reference="supposed_written")
def supposed_output_tokens(supposed_uses: Q, task_output_tokens: Q) -> Q:
    return supposed_uses * task_output_tokens


@formula(unit="1", reference="supposed_read")
def supposed_input_tokens(supposed_uses: Q, task_input_tokens: Q, task_fresh_share: Q) -> Q:
    return supposed_uses * task_input_tokens * task_fresh_share


@formula(unit="1", reference="supposed_read_again")
def supposed_context_tokens(
    supposed_output_tokens: Q, task_input_tokens: Q, task_output_tokens: Q, task_calls: Q, context_spread: Q
) -> Q:  # fmt: skip
    return supposed_output_tokens * (task_input_tokens + task_output_tokens / 2) / task_calls * context_spread


@formula(unit="kWh", reference="supposed_energy")
def supposed_energy(
    supposed_output_tokens: Q, output_energy: Q, supposed_input_tokens: Q, input_energy: Q, supposed_context_tokens: Q,
    context_energy: Q,
) -> Q:  # fmt: skip
    return (
        supposed_output_tokens * output_energy
        + supposed_input_tokens * input_energy
        + supposed_context_tokens * context_energy
    )


@formula(unit="kWh", reference="media")
def media_answering_energy(media_outputs: Q, media_energy: Q) -> Q:
    return media_outputs * media_energy


@formula(unit="kWh", first_known_of=True)
def answering_energy(token_energy: Q, media_answering_energy: Q, supposed_energy: Q) -> Q: ...


@formula(unit="kWh", reference="card_hours")
def working_energy(working_hours: Q, max_power: Q, device_load: Q) -> Q:
    return working_hours * max_power * device_load


@formula(unit="kWh", reference="waiting")
def provisioned_energy(answering_energy: Q, provisioning_factor: Q) -> Q:
    return answering_energy * provisioning_factor


@formula(unit="kWh", first_known_of=True)
def accelerator_energy(provisioned_energy: Q, answering_energy: Q, working_energy: Q) -> Q: ...


@formula(unit="kWh", reference="host_ratio")
def modelled_energy(accelerator_energy: Q, host_ratio: Q) -> Q:
    return accelerator_energy * host_ratio


@formula(unit="kWh", reference="own_measurements")
def own_energy(answering_energy: Q, own_ratio: Q) -> Q:
    return answering_energy * own_ratio


@formula(unit="kWh", reference="storage")
def stored_energy(stored_gb_years: Q, storage_energy: Q, storage_replication: Q) -> Q:
    return stored_gb_years * storage_energy * storage_replication


@formula(unit="kWh", reference="terminals")
def terminal_energy(terminal_hours: Q, terminal_power: Q) -> Q:
    return terminal_hours * terminal_power


@formula(unit="kWh", reference="program_acts")
def program_energy(program_acts: Q, act_energy: Q) -> Q:
    return program_acts * act_energy


@formula(unit="kWh", reference="kept_machine")
def kept_energy(kept_years: Q, standby_energy: Q) -> Q:
    return kept_years * standby_energy


@formula(unit="kWh", first_known_of=True)
def it_energy(
    billed_it_energy: Q, measured_energy: Q, own_energy: Q, modelled_energy: Q, stored_energy: Q, terminal_energy: Q,
    program_energy: Q, kept_energy: Q,
) -> Q: ...  # fmt: skip


@formula(unit="kWh", reference="pue")
def cooled_energy(it_energy: Q, pue: Q) -> Q:
    return it_energy * pue


@formula(unit="kWh", first_known_of=True)
def site_energy(billed_site_energy: Q, cooled_energy: Q) -> Q: ...


@formula(unit="L", reference="wue")
def onsite_water_it(it_energy: Q, wue_it: Q) -> Q:
    return it_energy * wue_it


@formula(unit="L", reference="rgesn_water")
def onsite_water_site(site_energy: Q, wue_site: Q) -> Q:
    return site_energy * wue_site


@formula(unit="L", reference="grid_water")
def grid_water(site_energy: Q, grid_water_intensity: Q) -> Q:
    return site_energy * grid_water_intensity


@formula(unit="L", reference="grid_water")
def grid_reservoir_water(site_energy: Q, grid_reservoir_water_intensity: Q) -> Q:
    return site_energy * grid_reservoir_water_intensity


@formula(unit="kgCO2e", reference="scope_2")
def use_gwp(site_energy: Q, grid_gwp: Q) -> Q:
    return site_energy * grid_gwp


@formula(unit="kgSbeq", reference="base_impacts")
def use_adpe(site_energy: Q, grid_adpe: Q) -> Q:
    return site_energy * grid_adpe


@formula(unit="MJ", reference="primary_energy")
def use_primary_energy(site_energy: Q, grid_primary_energy: Q) -> Q:
    return site_energy * grid_primary_energy


@formula(unit="h", reference="token_hours")
def token_hours(
    output_tokens: Q, output_hours: Q, tokens_read: Q, input_hours: Q, tokens_read_again: Q, context_hours: Q
) -> Q:
    return output_tokens * output_hours + tokens_read * input_hours + tokens_read_again * context_hours


@formula(unit="h", reference="supposed_hours")
def supposed_hours(
    supposed_output_tokens: Q, output_hours: Q, supposed_input_tokens: Q, input_hours: Q, supposed_context_tokens: Q,
    context_hours: Q,
) -> Q:  # fmt: skip
    return (
        supposed_output_tokens * output_hours
        + supposed_input_tokens * input_hours
        + supposed_context_tokens * context_hours
    )


@formula(unit="h", first_known_of=True)
def answering_hours(token_hours: Q, supposed_hours: Q) -> Q: ...


@formula(unit="h", reference="waiting_hours")
def provisioned_hours(answering_hours: Q, provisioning_factor: Q, waiting_ratio: Q) -> Q:
    return answering_hours * (1 + (provisioning_factor - 1) / waiting_ratio)


@formula(unit="h", first_known_of=True)
def reserved_device_hours(device_hours: Q, provisioned_hours: Q, answering_hours: Q) -> Q: ...


@formula(unit="h", first_known_of=True)
def hosted_device_hours(hosted_hours: Q, provisioned_hours: Q, answering_hours: Q) -> Q: ...


@formula(unit="h", reference="cards_per_server")
def server_hours(hosted_device_hours: Q, devices_per_server: Q) -> Q:
    return hosted_device_hours / devices_per_server


@formula(unit="h", first_known_of=True)
def reserved_machine_hours(machine_hours: Q, server_hours: Q) -> Q: ...


@formula(unit="1", reference="sci_share")
def device_lives(resource_share: Q, reserved_device_hours: Q, device_life_hours: Q, device_occupancy: Q) -> Q:
    return resource_share * reserved_device_hours / (device_life_hours * device_occupancy)


@formula(unit="1", reference="sci_share")
def machine_lives(
    resource_share: Q, reserved_machine_hours: Q, machine_life_hours: Q, machine_occupancy: Q, machine_share: Q
) -> Q:
    return resource_share * reserved_machine_hours * machine_share / (machine_life_hours * machine_occupancy)


@formula(unit="kgCO2e", reference="sci")
def device_embodied_gwp(device_lives: Q, device_gwp: Q) -> Q:
    return device_lives * device_gwp


@formula(unit="kgSbeq", reference="sci_adpe")
def device_embodied_adpe(device_lives: Q, device_adpe: Q) -> Q:
    return device_lives * device_adpe


@formula(unit="MJ", reference="sci_primary_energy")
def device_embodied_primary_energy(device_lives: Q, device_primary_energy: Q) -> Q:
    return device_lives * device_primary_energy


@formula(unit="kgCO2e", reference="sci")
def machine_embodied_gwp(machine_lives: Q, machine_gwp: Q) -> Q:
    return machine_lives * machine_gwp


@formula(unit="kgSbeq", reference="sci_adpe")
def machine_embodied_adpe(machine_lives: Q, machine_adpe: Q) -> Q:
    return machine_lives * machine_adpe


@formula(unit="MJ", reference="sci_primary_energy")
def machine_embodied_primary_energy(machine_lives: Q, machine_primary_energy: Q) -> Q:
    return machine_lives * machine_primary_energy


@formula(unit="kgCO2e", reference="network")
def network_gwp(data_gb: Q, network_gwp_per_gb: Q) -> Q:
    return data_gb * network_gwp_per_gb


@formula(unit="kgSbeq", reference="network")
def network_adpe(data_gb: Q, network_adpe_per_gb: Q) -> Q:
    return data_gb * network_adpe_per_gb


@formula(unit="MJ", reference="network")
def network_primary_energy(data_gb: Q, network_primary_energy_per_gb: Q) -> Q:
    return data_gb * network_primary_energy_per_gb


FORMULAS = collect(globals())
