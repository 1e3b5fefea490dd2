"""The options that every command has, read before anything else: the folder of SobrIA and the language."""

from estimator.core.language import LANGUAGES, language_of_terminal


def global_options(arguments: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """`--home X` and `--lang X` anywhere before `--`, `--json` before the command: (the rest, the options, with each
    value that they are given)."""
    kept: list[str] = []
    late: list[str] = []
    found: dict[str, list[str]] = {}
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if argument == "--":
            return kept + [argument, *rest], found
        if name in ("--home", "--lang"):
            found.setdefault(name[2:], []).append(value if equals else next(rest, ""))
        elif argument == "--json" and not kept:
            late.append(argument)
        else:
            kept.append(argument)
    return kept + late, found


def languages_spoken(said: dict[str, list[str]]) -> tuple[str, ...]:
    """The language of what is told: that of `--lang`, else that of the terminal; all of them where the one that is
    asked for is none of ours."""
    if "lang" in said:
        return (said["lang"][0],) if said["lang"][0] in LANGUAGES else LANGUAGES
    return (language_of_terminal(),)
