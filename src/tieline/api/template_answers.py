"""What the gallery of templates answers. Texts are in all languages, by language. Shapes only."""

from typing import Any

from pydantic import BaseModel

Words = dict[str, str]


class TemplateNeeds(BaseModel):
    """What has to be there before a journey of a template can go live."""

    events: list[str] = []
    traits: list[str] = []
    catalogs: list[str] = []
    pools: list[str] = []


class TemplateShown(BaseModel):
    """One template; `caution` is empty where nothing special is asked for."""

    key: str
    industry: Words
    name: Words
    about: Words
    goal: Words
    needs: TemplateNeeds
    caution: Words
    segments: list[str]
    journeys: list[str]


class TemplateList(BaseModel):
    """The gallery, in its order."""

    templates: list[TemplateShown]


class TemplateSegment(BaseModel):
    """A segment that a template makes."""

    key: str
    name: str
    condition: dict[str, Any]


class TemplateDrafts(BaseModel):
    """A template as it would be saved in one language."""

    key: str
    industry: Words
    name: Words
    about: Words
    goal: Words
    needs: TemplateNeeds
    caution: Words
    language: str
    segments: list[TemplateSegment]
    journeys: list[dict[str, Any]]


class Missing(BaseModel):
    """What a journey lacks before it can go live."""

    field: str
    message: str
    way_out: str


class MadeFromTemplate(BaseModel):
    """What was saved, and what each journey lacks."""

    segments: list[str]
    journeys: list[str]
    problems: dict[str, list[Missing]]
