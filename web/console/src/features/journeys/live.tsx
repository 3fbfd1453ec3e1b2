import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { Face } from "@/components/face";
import { Mark, type Tone } from "@/components/mark";
import { Panel } from "@/components/page";
import { useReasons } from "@/components/reasons";
import { Failed, Waiting } from "@/components/states";
import { useWords as useShared } from "@/components/words";
import { AtLine } from "@/features/journeys/at-line";
import { Canvas } from "@/features/journeys/canvas";
import type { Badge } from "@/features/journeys/canvas-context";
import { type Kinds, stepOf, TRIGGER } from "@/features/journeys/definition";
import styles from "@/features/journeys/editor.module.css";
import form from "@/features/journeys/form.module.css";
import { type Journey, useCounts, usePeople } from "@/features/journeys/journeys";
import { useCodes, useWords } from "@/features/journeys/words";
import { useFormat } from "@/lib/format";

/** The canvas with the people on it, and who they are. */
export function Live({ journey, kinds }: { journey: Journey; kinds: Kinds }) {
  const w = useWords();
  const counts = useCounts(journey.key);
  const [selected, select] = useState("");
  const badges = useMemo(() => {
    const found: Record<string, Badge[]> = {};
    const put = (step: string, badge: Badge) => (found[step] = [...(found[step] ?? []), badge]);
    const here = new Map<string, number>();
    for (const { step, state, people } of journey.people)
      if (state !== "parked" && (state === "active" || state.startsWith("waiting"))) here.set(step, (here.get(step) ?? 0) + people);
    for (const [step, count] of here) put(step, { tone: "accent", text: w("here", { count }) });
    const passed = new Map<string, number>();
    for (const { step, people } of counts.data?.counts ?? []) passed.set(step || TRIGGER, (passed.get(step || TRIGGER) ?? 0) + people);
    for (const [step, count] of passed) put(step, { tone: "plain", text: w("passed", { count }) });
    return found;
  }, [journey.people, counts.data, w]);
  return (
    <div className={styles["watching"]}>
      <Canvas
        definition={journey.definition}
        kinds={kinds.steps}
        selected={selected}
        select={select}
        overlay={{ problems: {}, badges }}
      />
      <div className={styles["panel"]}>
        {selected && selected !== TRIGGER && stepOf(journey.definition, selected) ? (
          <AtStep journey={journey} step={selected} key={selected} />
        ) : (
          <Panel title={w("waitingHere")}>
            <p className={form["faint"]}>{w("chooseToSee")}</p>
          </Panel>
        )}
      </div>
    </div>
  );
}

const TONES: Record<string, Tone> = { accepted: "good", failed: "bad", parked: "warn", suppressed: "warn" };

function AtStep({ journey, step }: { journey: Journey; step: string }) {
  const w = useWords();
  const code = useCodes();
  const reason = useReasons();
  const sends = journey.sends.filter((one) => one.step === step);
  const line = journey.line[step];
  const sending = stepOf(journey.definition, step)?.kind === "send_line";
  return (
    <div className={form["stack"]}>
      <WhoIsHere journey={journey} step={step} />
      {sends.length || sending ? (
        <Panel title={w("outcome")}>
          {sends.length ? (
            <ul className={form["lines"]}>
              {sends.map((one) => (
                <li key={one.state + one.reason}>
                  <span>
                    <Mark tone={TONES[one.state] ?? "plain"}>{code("send", one.state)}</Mark> {one.reason ? reason(one.reason) : null}
                  </span>
                  <strong>{w("messagesCount", { count: one.messages })}</strong>
                </li>
              ))}
            </ul>
          ) : (
            <p className={form["faint"]}>{w("noSends")}</p>
          )}
        </Panel>
      ) : null}
      {line ? <AtLine of={line} /> : null}
    </div>
  );
}

function WhoIsHere({ journey, step }: { journey: Journey; step: string }) {
  const w = useWords();
  const shared = useShared();
  const code = useCodes();
  const format = useFormat();
  const people = usePeople(journey.key, step);
  const found = people.data?.pages.flatMap((page) => page.people);
  return (
    <Panel title={w("waitingHere")}>
      {found ? (
        found.length ? (
          <ul className={form["lines"]}>
            {found.map((one) => (
              <li key={one.enrolment_id}>
                <Link to={one.profile_id ? `/people/${one.profile_id}` : "/people"} className={form["who"] ?? ""}>
                  <Face name={one.person?.name ?? ""} size={26} />
                  <span data-data={one.person?.name ? true : undefined}>{one.person?.name || w("nameless")}</span>
                </Link>
                <span className={form["faint"]}>
                  {one.due_at && one.state === "waiting_time" ? w("due", { when: format.ago(one.due_at) }) : code("waiting", one.state)}
                </span>
              </li>
            ))}
          </ul>
        ) : (
          <p className={form["faint"]}>{w("nobodyHere")}</p>
        )
      ) : people.error ? (
        <Failed error={people.error} retry={() => void people.refetch()} small />
      ) : (
        <Waiting rows={3} />
      )}
      {people.hasNextPage ? (
        <Button variant="default" fullWidth loading={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}>
          {shared("more")}
        </Button>
      ) : null}
    </Panel>
  );
}
