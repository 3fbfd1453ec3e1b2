import { Button, Menu, Tabs } from "@mantine/core";
import { CircleStop, Ellipsis, LogOut, Pause, PencilLine, Play } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { useMay } from "@/api/me";
import { AsOf, Figure } from "@/components/figure";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { Act, type Change } from "@/features/journeys/act";
import type { Kinds } from "@/features/journeys/definition";
import styles from "@/features/journeys/editor.module.css";
import { Errors } from "@/features/journeys/errors";
import { type Journey, useCounts, useJourney, useKinds } from "@/features/journeys/journeys";
import { Live } from "@/features/journeys/live";
import { StateMark } from "@/features/journeys/state-mark";
import { Tests } from "@/features/journeys/tests";
import { Versions } from "@/features/journeys/versions";
import { useWords } from "@/features/journeys/words";
import { useFormat } from "@/lib/format";

/** A journey as it goes: who is where, what left, what went wrong, and how it came to be as it is. */
export function JourneyPage() {
  const { key = "" } = useParams();
  const journey = useJourney(key, true);
  const kinds = useKinds();
  const failed = journey.error ?? kinds.error;
  if (journey.data && kinds.data) return <Whole journey={journey.data} kinds={kinds.data} />;
  if (failed) return <Failed error={failed} retry={() => void journey.refetch()} />;
  return <Waiting rows={5} height={80} />;
}

export function onTheWay(journey: Journey): number {
  return journey.people
    .filter(({ state }) => state === "active" || state.startsWith("waiting"))
    .reduce((sum, { people }) => sum + people, 0);
}

function Whole({ journey, kinds }: { journey: Journey; kinds: Kinds }) {
  const w = useWords();
  const [query, setQuery] = useSearchParams();
  const tab = query.get("tab") ?? "live";
  return (
    <Page title={journey.name} data lead={<StateMark state={journey.state} />} actions={<Actions journey={journey} />}>
      <Figures journey={journey} />
      <Tabs value={tab} onChange={(next) => next && setQuery({ tab: next }, { replace: true })} keepMounted={false}>
        <Tabs.List className={styles["tabs"] ?? ""}>
          {(["live", "versions", "errors", "tests"] as const).map((one) => (
            <Tabs.Tab key={one} value={one}>
              {w(`${one}Tab`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="live">
          <Live journey={journey} kinds={kinds} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <Versions journey={journey} />
        </Tabs.Panel>
        <Tabs.Panel value="errors">
          <Errors journey={journey} />
        </Tabs.Panel>
        <Tabs.Panel value="tests">
          <Tests journey={journey} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Figures({ journey }: { journey: Journey }) {
  const w = useWords();
  const format = useFormat();
  const counts = useCounts(journey.key);
  const total = (step: string) =>
    counts.data
      ? format.number(counts.data.counts.filter((one) => one.step === step).reduce((sum, { people }) => sum + people, 0))
      : counts.error
        ? undefined
        : null;
  const sent = journey.sends.filter(({ state }) => state === "accepted").reduce((sum, { messages }) => sum + messages, 0);
  const parked = journey.people.filter(({ state }) => state === "parked").reduce((sum, { people }) => sum + people, 0);
  return (
    <Panel label={w("liveTab")} className={styles["figures"]}>
      <Figure label={w("running")} value={format.number(onTheWay(journey))} definition={w("runningWhy")} note={<AsOf at={journey.as_of} />} />
      <Figure label={w("entered")} value={total("")} definition={w("enteredWhy")} />
      <Figure label={w("goals")} value={total("!goal")} definition={w("goalsWhy")} />
      <Figure label={w("sent")} value={format.number(sent)} definition={w("sentWhy")} />
      <Figure label={w("parked")} value={format.number(parked)} definition={w("parkedWhy")} />
    </Panel>
  );
}

function Actions({ journey }: { journey: Journey }) {
  const w = useWords();
  const may = useMay();
  const navigate = useNavigate();
  const [asked, ask] = useState<Change | null>(null);
  const edit = `/journeys/${journey.key}/edit`;
  const { state } = journey;
  return (
    <>
      <Button variant="default" component={Link} to="/journeys">
        {w("back")}
      </Button>
      {may("journeys.write") ? (
        <>
          <Button variant="default" component={Link} to={edit} leftSection={<PencilLine size={15} aria-hidden />}>
            {w("edit")}
          </Button>
          {state === "live" ? (
            <Button variant="default" leftSection={<Pause size={15} aria-hidden />} onClick={() => ask("paused")}>
              {w("pause")}
            </Button>
          ) : (
            <Button
              leftSection={<Play size={15} aria-hidden />}
              onClick={() => (state === "draft" ? void navigate(edit) : ask("live"))}
            >
              {w(state === "draft" || state === "stopped" ? "switchOn" : "resume")}
            </Button>
          )}
          {state === "live" || state === "paused" || state === "draining" ? (
            <Menu position="bottom-end">
              <Menu.Target>
                <Button variant="default" aria-label={w("more")} px={8}>
                  <Ellipsis size={16} aria-hidden />
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {state === "draining" ? null : (
                  <Menu.Item leftSection={<LogOut size={14} aria-hidden />} onClick={() => ask("draining")}>
                    {w("drain")}
                  </Menu.Item>
                )}
                <Menu.Item leftSection={<CircleStop size={14} aria-hidden />} onClick={() => ask("stopped")}>
                  {w("stop")}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          ) : null}
          {asked ? <Act journey={journey} to={asked} running={onTheWay(journey)} close={() => ask(null)} /> : null}
        </>
      ) : null}
    </>
  );
}
