import { Button, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleDashed } from "lucide-react";
import { Link } from "react-router";
import { answer, api } from "@/api/client";
import { useSegmentNames } from "@/api/segments";
import type { Condition } from "@/components/condition/condition";
import { useDescribe, written } from "@/components/condition/describe";
import { useWords } from "@/components/condition/words";
import { AsOf } from "@/components/figure";
import { Failed, Waiting } from "@/components/states";
import styles from "@/components/why.module.css";
import { useWords as useShared } from "@/components/words";
import { useFormat } from "@/lib/format";

export interface Said {
  holds: boolean;
  condition: Condition;
  parts?: (Said & { as: string })[];
  counted?: number;
  events?: { event: string; at: string; values?: unknown[] }[];
  found?: unknown;
}

interface WhyProps {
  segment: string;
  profileId: string;
}

/** Why a person is in a segment, or is not: each condition with what decides it. */
function useWhy({ segment, profileId }: WhyProps, asked: boolean) {
  return useQuery({
    queryKey: ["segments", segment, "why", profileId],
    queryFn: ({ signal }) =>
      answer<Said & { as_of: string }>(
        api.GET("/api/segments/{key}/why", {
          params: { path: { key: segment }, query: { profile_id: profileId } },
          signal,
        }),
      ),
    enabled: asked,
  });
}

/** The name of a segment, and a button that says why. */
export function WhyLink({ segment, profileId }: WhyProps) {
  const shared = useShared();
  const name = useSegmentNames()[segment] ?? segment;
  return (
    <div className={styles["row"]}>
      <Link to={`/segments/${segment}`} data-data>
        {name}
      </Link>
      <WhyButton segment={segment} profileId={profileId} name={name} label={shared("why")} />
    </div>
  );
}

export function WhyButton({ segment, profileId, name, label }: WhyProps & { name: string; label: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const shared = useShared();
  const why = useWhy({ segment, profileId }, opened);
  return (
    <>
      <Button variant="subtle" size="compact-xs" className={styles["ask"] ?? ""} onClick={open}>
        {label}
      </Button>
      <Drawer
        opened={opened}
        onClose={close}
        size={480}
        title={<span data-data>{name}</span>}
        closeButtonProps={{ "aria-label": shared("close") }}
      >
        {why.data ? (
          <>
            <div className={`${styles["verdict"]} ${styles[why.data.holds ? "in" : "out"]}`}>
              {why.data.holds ? <CircleCheck size={18} aria-hidden /> : <CircleDashed size={18} aria-hidden />}
              {shared(why.data.holds ? "isIn" : "isOut")}
            </div>
            <Part said={why.data} />
            <AsOf at={why.data.as_of} />
          </>
        ) : why.error ? (
          <Failed error={why.error} retry={() => void why.refetch()} small />
        ) : (
          <Waiting rows={4} height={56} />
        )}
      </Drawer>
    </>
  );
}

function Part({ said }: { said: Said }) {
  const w = useWords();
  const names = useSegmentNames();
  const describe = useDescribe(names);
  if (said.parts) {
    const joint = said.condition.any ? "any" : said.condition.all ? "all" : "";
    return (
      <div>
        {joint ? <p className={styles["joint"]}>{w(joint)}</p> : null}
        {said.parts.map((part, at) =>
          ["not", "exclude", "include"].includes(part.as) ? (
            <div key={at}>
              <p className={styles["joint"]}>{w(part.as as "not" | "include" | "exclude")}</p>
              <div className={styles["nested"]}>
                <Part said={part} />
              </div>
            </div>
          ) : (
            <Part key={at} said={part} />
          ),
        )}
      </div>
    );
  }
  const Icon = said.holds ? CircleCheck : CircleDashed;
  return (
    <div className={styles["part"]}>
      <Icon size={18} className={styles[said.holds ? "yes" : "no"]} aria-label={w(said.holds ? "holds" : "fails")} />
      <div>
        <span data-data>{describe(said.condition)}</span>
        <Evidence said={said} />
      </div>
    </div>
  );
}

function Evidence({ said }: { said: Said }) {
  const w = useWords();
  const format = useFormat();
  if (said.events) {
    if (said.events.length === 0) return <p className={styles["evidence"]}>{w("nothing")}</p>;
    return (
      <div className={styles["evidence"]}>
        {w("counted", { count: said.counted ?? said.events.length })}
        <ul>
          {said.events.slice(0, 6).map((event, at) => (
            <li key={at}>
              <span>{format.moment(event.at)}</span>
              <span data-data>{event.values ? written(event.values) : ""}</span>
            </li>
          ))}
        </ul>
      </div>
    );
  }
  if (!("found" in said)) return null;
  const value = said.found === null ? "" : written(said.found);
  return (
    <p className={styles["evidence"]} data-data>
      {w("found", { value: value || w("none") })}
    </p>
  );
}
