"""The command line as it is read: its helps and its faults in the language of the reader."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from typer import TyperException
from typer.core import TyperGroup, TyperOption

from estimator.core.errors import LANGUAGES, say, texts
from estimator.core.said_number import SaidNumber, bare_number, readings_told
from estimator.governance.indicator_list import FOOTPRINTS, VOTED

NOT_OURS = ("install_completion", "show_completion")  # of the library, in English: `--completion` stands for them
EVERYWHERE = ("home", "lang")  # options that stand in every help
_USAGE = {
    "usage_option": "No such option: (.*)",
    "usage_command": r"No such command '(.*)'\.",
    "usage_value": r"Option '(.*)' requires an argument\.",
    "usage_extra": r"Got unexpected extra argument\(s\) \((.*)\)",
}
# What is read of a path, between the quotation marks that Python writes: double ones around an apostrophe.
_PATHS = {
    "usage_absent": r"(['\"])(.*)\1 does not exist",
    "usage_folder": r"(['\"])(.*)\1 is a directory",
    "usage_file": r"(['\"])(.*)\1 is a file",
    "usage_closed": r"(['\"])(.*)\1 is not readable",
}


class Usage(TyperException):
    """A command line that asks for something else than it can have: the key of its sentence, and the facts of it."""

    exit_code = 2

    def __init__(self, key: str, /, **facts: object) -> None:
        super().__init__(key)
        self.key, self.facts = key, facts


def localise(command: Any, lang: str, group: str = "") -> None:
    """Replace the help keys of the code, and the library's own words, by texts of one language."""
    named = command.help if command.help in texts("help", lang) else command.name
    counted, voted, footprints = say("indicators", "counted", lang), ", ".join(VOTED), ", ".join(FOOTPRINTS)
    command.help = say("help", named or "sobria", lang, counted=counted, voted=voted, footprints=footprints)
    command.options_metavar = say("typer", "options", lang)
    command.params = [one for one in command.params if one.name not in NOT_OURS]
    for parameter in command.params:
        if "Path" in parameter.bare_type() or "PATH" in (parameter.metavar or ""):
            parameter.process_value = partial(_path, parameter, parameter.process_value)
        shown = say("kinds", parameter.bare_type(), lang) if parameter.bare_type() in texts("kinds", lang) else None
        parameter.metavar = texts("metavars", lang).get(parameter.metavar, parameter.metavar or shown)
        parameter.expose_value = parameter.name not in EVERYWHERE
        if parameter.bare_type() == "float":
            parameter.process_value = partial(_number, parameter.opts[-1], parameter.process_value)
        if isinstance(parameter, TyperOption):
            key = parameter.help if parameter.help in texts("options", lang) else parameter.name
            parameter.help = say("options", str(key), lang)
        else:
            parameter.help = say("arguments", parameter.help or f"{group} {parameter.name}", lang)
            parameter.display_type_rich = lambda **_: None  # its sentence says it
    command.make_parser = partial(_said_once, command.make_parser)
    _localise_layout(command, lang)
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = say("typer", "subcommand", lang)
        shared = [one for one in command.params if one.name in EVERYWHERE]
        for inner in command.commands.values():
            inner.params += shared
            localise(inner, lang, command.name or "")


def _number(name: str, read: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """The value of an option that is a number, as people of any country write it."""
    if not isinstance(value, str):
        return read(context, value)
    check_reading(name, value)
    found = read(context, bare_number(value))
    return SaidNumber(found, value) if isinstance(found, float) else found


def _path(parameter: Any, read: Callable[[Any, Any], Any], context: Any, value: Any) -> Any:
    """The value of a path, or of several. Usage refused for an empty one: for Python, that is the current folder."""
    if not all(one.strip() for one in ([value] if isinstance(value, str) else value or ())):
        raise Usage("usage_empty", name=_name(parameter))
    return read(context, value)


def _name(parameter: Any) -> str:
    """An option or an argument, as its help names it."""
    return str(parameter.get_error_hint()).strip("'")


def check_reading(name: str, number: str) -> None:
    """Usage refused for a number of an option that has two readings."""
    if readings := readings_told(number):
        raise Usage("usage_readings", name=name, read=number, **readings)


def _said_once(made: Callable[[Any], Any], context: Any) -> Any:
    """The parser of a command, for which an option that is no list is given once: the library takes the last."""
    parser = made(context)
    read = parser.parse_args

    def parse_args(args: list[str]) -> tuple[Any, Any, list[Any]]:
        found, left, given = read(args)
        for one in given:
            single = isinstance(one, TyperOption) and not one.multiple and not (one.is_flag and not one.secondary_opts)
            if single and given.count(one) > 1 and not context.resilient_parsing:
                raise Usage("usage_twice", name=one.opts[-1])
        return found, left, given

    parser.parse_args = parse_args
    return parser


def _localise_layout(command: Any, lang: str) -> None:
    """Have the headings that the library writes around a help said in one language."""
    usage, written = command.get_usage, command.format_help

    def format_help(context: Any, formatter: Any) -> None:
        from typer import rich_utils  # a tenth of a second: only where a help is shown

        for name, said in texts("typer_headings", lang).items():
            setattr(rich_utils, name, said)
        asked = command.get_help_option(context)
        asked.help, asked.metavar = say("typer", "help", lang), ""
        written(context, formatter)

    command.get_usage = lambda context: usage(context).replace("Usage:", say("typer", "usage", lang), 1)
    command.format_help = format_help


def usage_fault(error: Exception) -> dict[str, str]:
    """{"code"} and each language: what a command line lacks or has too much of, and where its help is."""
    told = {lang: f"{_usage_text(error, lang)}\n{say('cli', 'see_help', lang)}" for lang in LANGUAGES}
    return {"code": "usage"} | told


def _usage_text(error: Exception, lang: str) -> str:
    """The same in one language; the library that reads a command line has English only."""
    if isinstance(error, Usage):
        return say("cli", error.key, lang, **error.facts)
    said, parameter = str(error), getattr(error, "param", None)
    if parameter is not None:
        name = _name(parameter)
        return (
            say("cli", "usage_missing", lang, name=name)
            if said.startswith("Missing")
            else _unreadable(error, name, lang)
        )
    said, _, suggested = said.partition(" Did you mean ")
    near = getattr(error, "possibilities", None) or re.findall("'(.*?)'", suggested)
    hint = " " + say("cli", "usage_near", lang, names=", ".join(near)) if near else ""
    for key, pattern in _USAGE.items():
        if found := re.fullmatch(pattern, said):
            return say("cli", key, lang, name=found[1]) + hint
    return said


def _unreadable(error: Exception, name: str, lang: str) -> str:
    """The value of an option or argument, and what was expected instead of it."""
    from estimator.core.validation_messages import expected, was_read

    for key, pattern in _PATHS.items():
        if found := re.search(pattern, str(error)):
            return say("cli", key, lang, name=name, read=found[2])
    fault = error.__cause__.errors()[0]  # type: ignore[union-attr]
    if choices := re.search("is not one of (.*)\\.", fault["msg"]):
        fault |= {"type": "literal_error", "ctx": {"expected": choices[1].replace("'", "")}}
    elif "formats '%H" in fault["msg"]:
        fault["type"] = "time"
    elif "formats" in fault["msg"]:
        fault["type"] = "date"
    said = {"found": was_read(str(fault["input"])), "expected": expected(fault, lang)}
    return say("cli", "usage_unreadable", lang, name=name, **said)
