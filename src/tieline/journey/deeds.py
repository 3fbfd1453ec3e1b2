"""What a step asks for that lets the person go on at once. Pure."""

from datetime import datetime

from tieline.journey import enrolment as ask
from tieline.journey.definition import (
    LeaveJourney,
    Reach,
    SendLine,
    SetTrait,
    StartJourney,
    Tag,
    Webhook,
)
from tieline.journey.enrolment import Effect, Enrolment


def deeds(
    enrolment: Enrolment,
    step: SendLine | Reach | Tag | SetTrait | Webhook | StartJourney | LeaveJourney,
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
        case Webhook():
            return (ask.CallWebhook(step.id, enrolment.effect_id(), step.url, step.body, at),)
        case StartJourney():
            return (ask.AskStart(step.id, step.journey, at),)
        case LeaveJourney():
            return (ask.AskLeave(step.id, step.journey, at),)
