"""The formulas of a described workload that precede those of the ledger: hours and power to electricity."""

from typing import Any

from estimator.assessment.expressions import formula

Q = Any  # a float or an array of draws

WATTS = 1000.0  # in a kWh/h, a conversion between two units of power, not a factor
SECONDS = 3600.0  # in an hour


@formula(unit="kWh", reference="SobrIA, méthode : heures de carte × puissance × charge")
def device_energy(device_hours: Q, max_power: Q, device_load: Q) -> Q:
    return device_hours * max_power * device_load


@formula(unit="kWh", reference="SobrIA, méthode : puissance déclarée")
def stated_device_energy(device_hours: Q, device_power: Q) -> Q:
    return device_hours * device_power


@formula(unit="kWh", reference="SobrIA, méthode : puissance déclarée")
def host_energy(hours: Q, host_power: Q) -> Q:
    return hours * host_power


@formula(unit="kWh", reference="SobrIA, méthode : it = électricité des cartes × rapport de l'hôte")
def server_energy(accelerator_energy: Q, host_ratio: Q) -> Q:
    return accelerator_energy * host_ratio


@formula(unit="kWh", reference="ISO/IEC 30134-2 (PUE)")
def it_from_site(site_energy: Q, pue: Q) -> Q:
    return site_energy / pue


@formula(unit="kgCO2e/kWh", reference="SobrIA, méthode : année du calcul non donnée")
def dated_grid_gwp(grid_gwp: Q, grid_drift: Q) -> Q:
    return grid_gwp * grid_drift


@formula(unit="L/kWh", reference="SobrIA, méthode : partie de pays sans valeur propre")
def subzone_water(grid_water_intensity: Q, grid_subzone_spread: Q) -> Q:
    return grid_water_intensity * grid_subzone_spread


@formula(unit="kgCO2e", reference="ISO/IEC 21031 (SCI)")
def device_and_server(device_gwp: Q, server_gwp: Q, devices_per_server: Q) -> Q:
    return device_gwp + server_gwp / devices_per_server
