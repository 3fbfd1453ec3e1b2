"""Every door to the outside world, as a Protocol.

Adapters live in `store`, `channel` and `connect` and are chosen in `app/` alone. A stage never commits: the runner
of each loop opens one transaction, and all ports of that loop share it.
"""

from tieline.ports.binding import Bonds
from tieline.ports.chunks import ChunkStore
from tieline.ports.delivery import LineApi, News, SendStore, Sms
from tieline.ports.destinations import DestinationStore
from tieline.ports.erasure import ErasedHistory, ErasureStore, SuppressionStore
from tieline.ports.history import (
    ComputedValues,
    Evaluator,
    History,
    HistoryBatch,
    HistoryOutbox,
    LiveSegment,
    SegmentStore,
)
from tieline.ports.imports import ImportedHistory, ImportJobs, ImportSpan, KnownImport, UndoStore
from tieline.ports.journeys import (
    BroadcastStore,
    Clicks,
    JourneyStore,
    LiveJourney,
    Round,
    Tally,
    WebhookStore,
)
from tieline.ports.outreach import Carrier, OutreachStore
from tieline.ports.people import FactStore, IdentityStore, ProfileFacts, Turn, WordStore, Zones
from tieline.ports.replies import AnswerStore, ReplyApi, ReplyStore
from tieline.ports.retract import Aside, RetractStore
from tieline.ports.rules import Change, Computed, Elsewhere, RuleStore
from tieline.ports.stream import (
    Backlog,
    Directory,
    LogStore,
    MessageStore,
    SignalStore,
    SourceStore,
    Transaction,
)
from tieline.ports.tags import TagStore

__all__ = [
    "AnswerStore",
    "Aside",
    "Backlog",
    "Bonds",
    "BroadcastStore",
    "Carrier",
    "Change",
    "ChunkStore",
    "Clicks",
    "Computed",
    "ComputedValues",
    "DestinationStore",
    "Directory",
    "Elsewhere",
    "ErasedHistory",
    "ErasureStore",
    "Evaluator",
    "FactStore",
    "History",
    "HistoryBatch",
    "HistoryOutbox",
    "IdentityStore",
    "ImportJobs",
    "ImportSpan",
    "ImportedHistory",
    "JourneyStore",
    "KnownImport",
    "LineApi",
    "LiveJourney",
    "LiveSegment",
    "LogStore",
    "MessageStore",
    "News",
    "OutreachStore",
    "ProfileFacts",
    "ReplyApi",
    "ReplyStore",
    "RetractStore",
    "Round",
    "RuleStore",
    "SegmentStore",
    "SendStore",
    "SignalStore",
    "Sms",
    "SourceStore",
    "Started",
    "SuppressionStore",
    "TagStore",
    "Tally",
    "Transaction",
    "Turn",
    "UndoStore",
    "WebhookStore",
    "WordStore",
    "Zones",
]
