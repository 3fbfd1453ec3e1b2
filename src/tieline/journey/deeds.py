"""What a step asks for that lets the person go on at once. Pure."""

from datetime import datetime

from tieline.journey import enrolment as ask
from tieline.journey.definition import (
    Audience,
    LeaveJourney,
    Reach,
    RichMenu,
    SendLine,
    SetTrait,
    StartJourney,
    Tag,
    Webhook,
)
from tieline.journey.enrolment import Effect, Enrolment
from tieline.model.menu import wish_of
from tieline.model.tag import LIST


def deeds(  # noqa: PLR0911 - one answer per kind of step
    enrolment: Enrolment,
    step: SendLine | Reach | Tag | SetTrait | RichMenu | Audience | Webhook | StartJourney | LeaveJourney,
    at: datetime,
) -> tuple[Effect, ...]:
    """Return what is to be done for a person who reached `step` at a moment."""
    match step:
        case SendLine() | Reach():
            return (ask.PlanSend(step.id, enrolment.effect_id(), at, at + step.expires_after),)
        case Tag():
            added = [ask.AddTag(step.id, tag, at) for tag in step.add]
            return (*added, *(ask.RemoveTag(step.id, tag, at) for tag in step.remove))
        case SetTrait():
            return (ask.SetTrait(step.id, step.name, step.value, at),)
        case RichMenu():
            return (ask.SetTrait(step.id, wish_of(step.account), step.menu or None, at),)
        case Audience():
            change = ask.AddTag if step.action == "add" else ask.RemoveTag
            return (change(step.id, f"{LIST}{step.list}", at),)
        case Webhook():
            return (ask.CallWebhook(step.id, enrolment.effect_id(), step.url, step.body, at),)
        case StartJourney():
            return (ask.AskStart(step.id, step.journey, at),)
        case LeaveJourney():
            return (ask.AskLeave(step.id, step.journey, at),)
