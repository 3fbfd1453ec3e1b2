import { Button, SegmentedControl, UnstyledButton } from "@mantine/core";
import { CalendarClock } from "lucide-react";
import { createElement, useState } from "react";
import { useOriginNames, useSourceNames } from "@/api/names";
import { AsOf } from "@/components/figure";
import { useNames } from "@/components/names";
import { Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { useWords as useShared } from "@/components/words";
import { gist, iconOfEvent, isOfLine, type Kind, KINDS } from "@/features/people/happenings";
import { type TimelineEvent, useTimeline } from "@/features/people/people";
import styles from "@/features/people/timeline.module.css";
import { useCodes, useWords } from "@/features/people/words";
import { type Format, present, useFormat } from "@/lib/format";

export function Timeline({ profileId }: { profileId: string }) {
  const w = useWords();
  const [kind, setKind] = useState<Kind | "all">("all");
  const timeline = useTimeline(profileId, kind === "all" ? [] : KINDS[kind]);
  const pages = timeline.data?.pages;
  return (
    <Panel>
      <div className={styles["bar"]}>
        <SegmentedControl
          size="xs"
          aria-label={w("filter")}
          value={kind}
          onChange={(chosen) => setKind(chosen)}
          data={[
            { value: "all", label: w("all") },
            ...(Object.keys(KINDS) as Kind[]).map((one) => ({ value: one, label: w(`kind.${one}`) })),
          ]}
        />
        {pages?.[0] ? <AsOf at={pages[0].as_of} /> : null}
      </div>
      {pages ? (
        <Days
          events={pages.flatMap((page) => page.events)}
          all={kind === "all"}
          more={timeline.hasNextPage ? () => void timeline.fetchNextPage() : undefined}
          waiting={timeline.isFetchingNextPage}
        />
      ) : timeline.error ? (
        <Failed error={timeline.error} retry={() => void timeline.refetch()} small />
      ) : (
        <Waiting rows={8} />
      )}
    </Panel>
  );
}

interface DaysProps {
  events: TimelineEvent[];
  all: boolean;
  more: (() => void) | undefined;
  waiting: boolean;
}

function Days({ events, all, more, waiting }: DaysProps) {
  const w = useWords();
  const shared = useShared();
  const format = useFormat();
  if (events.length === 0)
    return (
      <Blank icon={CalendarClock} title={w(all ? "quiet" : "quietKind")} small>
        {w("quietWhy")}
      </Blank>
    );
  const today = format.date(present());
  return (
    <>
      {byDay(events, format).map(([day, happened]) => (
        <section key={day} aria-label={day}>
          <h3 className={styles["day"]}>{day === today ? w("today") : day}</h3>
          <ol className={styles["events"]}>
            {happened.map((event) => (
              <Happened key={event.message_id + event.event} event={event} />
            ))}
          </ol>
        </section>
      ))}
      {more ? (
        <Button variant="default" fullWidth mt="md" onClick={more} loading={waiting}>
          {shared("more")}
        </Button>
      ) : null}
    </>
  );
}

function byDay(events: TimelineEvent[], format: Format): [string, TimelineEvent[]][] {
  const days = new Map<string, TimelineEvent[]>();
  for (const event of events) {
    const day = format.date(event.at);
    const known = days.get(day);
    if (known) known.push(event);
    else days.set(day, [event]);
  }
  return [...days];
}

function Happened({ event }: { event: TimelineEvent }) {
  const w = useWords();
  const names = useNames();
  const format = useFormat();
  const code = useCodes();
  const sources = useSourceNames();
  const origins = useOriginNames();
  const [open, setOpen] = useState(false);
  const name = names.event(event.event);
  const built = code("from", event.source);
  const source = built === event.source ? (sources[event.source] ?? event.source) : built;
  const properties = Object.entries(event.properties);
  const origin = origins[String(event.properties["origin"])];
  return (
    <li className={styles["event"]}>
      <span className={`${styles["dot"]} ${isOfLine(event.event) ? styles["ofLine"] : ""}`}>
        {createElement(iconOfEvent(event.event), { size: 14, "aria-hidden": true })}
      </span>
      <UnstyledButton className={styles["line"] ?? ""} onClick={() => setOpen(!open)} aria-expanded={open}>
        <span className={styles["what"]} data-data={name === event.event ? true : undefined}>
          {name}
        </span>
        <span className={styles["gist"]} data-data>
          {gist(origin ? { ...event.properties, origin } : event.properties, format.money)}
        </span>
        <time className={styles["when"]} dateTime={event.at}>
          <span data-data>{source}</span> · {format.time(event.at)}
        </time>
      </UnstyledButton>
      {open ? (
        <div className={styles["details"]}>
          <dl>
            <dt>{w("source")}</dt>
            <dd data-data>{source}</dd>
            {properties.map(([key, value]) => (
              <Property key={key} name={key} value={value} />
            ))}
          </dl>
        </div>
      ) : null}
    </li>
  );
}

function Property({ name, value }: { name: string; value: unknown }) {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
  return (
    <>
      <dt data-data>{name}</dt>
      <dd data-data>{text}</dd>
    </>
  );
}
