"""Small validated types shared by several rooms: texts without contacts, identifiers, authors, strict models."""

import codecs
import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
    create_model,
    field_validator,
)  # fmt: skip
from pydantic_core import PydanticCustomError

from estimator.core.errors import LANGUAGES
from estimator.core.said_number import readings_told
from estimator.core.typography import CONTROL, UNSEEN

M = TypeVar("M", bound=BaseModel)

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.\w{2,}")


_PHONE = re.compile(r"(?<!\w)(?:(?:\+|00)\d{1,3}[\s.-]*|0)\d(?:[\s.-]*\d{2}){4}(?!\w)")


_BREAKS = re.compile(r"[\t\n\r\u2028\u2029]+")


def in_each_language(model: type[M]) -> type[M]:
    """The model with a sentence in each language too, under the code of the language."""
    fields: dict[str, Any] = {lang: (str, ...) for lang in LANGUAGES}
    made = create_model(model.__name__, __base__=model, __module__=model.__module__, __doc__=model.__doc__, **fields)
    made.__qualname__ = model.__qualname__
    return made


def _seen(text: str) -> str:
    if CONTROL.search(text):
        raise PydanticCustomError("control", "control characters")
    return UNSEEN.sub("", text)


def without_stop(name: str) -> str:
    """A name as it stands inside a sentence, which has its own full stop."""
    return name.rstrip(" .") or name


def has_contact(text: str) -> bool:
    """Whether it holds, or seems to hold, an e-mail address or a telephone number."""
    return bool(_MAIL.search(text) or _PHONE.search(text))


def _clean(text: str) -> str:
    text = _seen(text)
    if has_contact(text):
        raise PydanticCustomError("contact", "an e-mail address or a telephone number")
    return text.replace("\r\n", "\n").replace("\r", "\n")


FIRST_DAY = date(2015, 1, 1)  # before any model of this kind was served


def is_near(day: date) -> bool:
    """Whether it is a day from the first to a year from now."""
    return FIRST_DAY <= day <= date.today() + timedelta(days=366)


def is_past(day: date, now: datetime) -> bool:
    """Whether it is a day that began already, here or further east."""
    return day <= (now + timedelta(hours=14)).date()


def _near(day: date) -> date:
    if not is_near(day):
        raise PydanticCustomError("day_far", "not a day from 2015 to a year from now")
    return day


NearDay = Annotated[date, AfterValidator(_near)]


def _moment(read: object) -> date:
    for kind in (date, datetime):
        try:
            said = kind.fromisoformat(read) if isinstance(read, str) else read
        except ValueError:
            continue
        if isinstance(said, date) and is_near(said.date() if isinstance(said, datetime) else said):
            return said
    raise PydanticCustomError("moment", "a day or a moment")


Moment = Annotated[date | datetime, BeforeValidator(_moment)]  # a day from its beginning; both in UTC, unless said


def moment_us(said: date) -> int:
    """A day, from its beginning, or a moment, since 1970 [us]; in UTC, where it says no other."""
    at = said if isinstance(said, datetime) else datetime(said.year, said.month, said.day)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1e6)


def near_when_said(day: date, info: ValidationInfo) -> date:
    """A day near enough, judged when a person says it: what is read back was judged, or written before the rule."""
    return _near(day) if info.context else day


def past_when_said(day: date, info: ValidationInfo) -> date:
    """The same of a day of something that took place."""
    if info.context and not is_past(day, info.context["now"]):
        raise PydanticCustomError("future", "not a past day")
    return near_when_said(day, info)


def on_one_scale(mark: float, other: float) -> bool:
    """Whether two marks of one test may be on the same scale: not a share, up to 1, with a mark out of more."""
    return 0 in (mark, other) or (mark > 1) == (other > 1)


MayBeEmpty = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_clean)]


Text = Annotated[MayBeEmpty, StringConstraints(min_length=1)]


Line = Annotated[Text, AfterValidator(lambda text: _BREAKS.sub(" ", text))]


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]


def in_utf8(data: bytes) -> bytes:
    """A text without the mark at its start, in UTF-8: an editor or a spreadsheet that saves it again adds one, or
    writes UTF-16. As it is where it cannot be read so."""
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
        return text.encode()
    except UnicodeError:
        return data


class Strict(BaseModel):
    """Frozen model; refuses unknown fields, infinities and NaN. Made ready on first use: few commands need all."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class Typed(Strict):
    """A model that people write by hand: texts of one line, without what is not seen; true and false are no numbers,
    a text of two readings neither."""

    @field_validator("*", mode="before")
    @classmethod
    def _as_meant(cls, value: object, field: ValidationInfo) -> object:
        wanted = cls.model_fields[str(field.field_name)].annotation
        if isinstance(value, bool) and float in (wanted, *get_args(wanted)):
            raise PydanticCustomError("float_switch", "a number, not true or false")
        if isinstance(value, str) and float in (wanted, *get_args(wanted)) and readings_told(value):
            raise PydanticCustomError("float_type", "a number, not a text that is read in two ways")
        return _seen(_BREAKS.sub(" ", value)).strip() if isinstance(value, str) else value


class Author(Strict):
    """Author of a write (function or service), its reason, and the last event of the use case that the author read."""

    who: Text
    why: Text
    seen: str | None = None


class Choice(Author):
    """The thing that is chosen, by its id, and who says so."""

    id: Text
