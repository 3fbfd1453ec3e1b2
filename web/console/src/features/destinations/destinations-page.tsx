import { Button, Modal } from "@mantine/core";
import { Share2 } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api/me";
import { useSegmentNames } from "@/api/segments";
import { Mark, type Tone } from "@/components/mark";
import { Page, Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { DestinationForm } from "@/features/destinations/destination-form";
import { type Destination, useDestinations, useDropDestination, useSwitchDestination } from "@/features/destinations/destinations";
import { useCodes, useWords } from "@/features/destinations/words";
import styles from "@/features/destinations/destinations.module.css";
import { useFormat } from "@/lib/format";

const TONES: Record<Destination["state"], Tone> = { live: "good", paused: "plain", failing: "bad", deleted: "plain" };

/** Other systems that are kept told who is in a segment: how they stand, and what can be done about it. */
export function DestinationsPage() {
  const w = useWords();
  const may = useMay()("segments.write");
  const found = useDestinations();
  const [form, setForm] = useState<Destination | "new" | null>(null);
  const add = may ? <Button onClick={() => setForm("new")}>{w("add")}</Button> : null;
  return (
    <Page title={w("title")} lead={w("lead")} actions={found.data?.destinations.length ? add : null}>
      {found.data?.destinations.length ? (
        <List of={found.data.destinations} change={setForm} />
      ) : found.data ? (
        <Blank icon={Share2} title={w("none")} action={add}>
          {w("noneWhy")}
        </Blank>
      ) : found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Waiting />
      )}
      {form ? <DestinationForm {...(form === "new" ? {} : { of: form })} close={() => setForm(null)} /> : null}
    </Page>
  );
}

function List({ of, change }: { of: readonly Destination[]; change: (of: Destination) => void }) {
  const w = useWords();
  const common = useCommon();
  const may = useMay()("segments.write");
  const drop = useDropDestination();
  const [leaving, setLeaving] = useState<string | null>(null);
  return (
    <Panel title={w("title")}>
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th scope="col">{w("system")}</th>
            <th scope="col">{w("segment")}</th>
            <th scope="col">{w("state")}</th>
            <th scope="col">{w("told")}</th>
            {may ? <th scope="col" aria-label={w("edit")} /> : null}
          </tr>
        </thead>
        <tbody>
          {of.map((one) => (
            <Row key={one.key} of={one} may={may} change={() => change(one)} leave={() => setLeaving(one.key)} />
          ))}
        </tbody>
      </table>
      {leaving ? (
        <Modal opened onClose={() => setLeaving(null)} title={w("removeTitle", { key: leaving })} closeButtonProps={{ "aria-label": common("close") }}>
          <p>{w("removeWhy")}</p>
          {drop.error ? <Failed error={drop.error} small /> : null}
          <div className={styles["row"]}>
            <Button color="red" loading={drop.isPending} onClick={() => drop.mutate(leaving, { onSuccess: () => setLeaving(null) })}>
              {w("remove")}
            </Button>
            <Button variant="default" onClick={() => setLeaving(null)}>
              {common("cancel")}
            </Button>
          </div>
        </Modal>
      ) : null}
    </Panel>
  );
}

function Row({ of, may, change, leave }: { of: Destination; may: boolean; change: () => void; leave: () => void }) {
  const w = useWords();
  const format = useFormat();
  const names = useSegmentNames();
  const turn = useSwitchDestination();
  const live = of.state === "live";
  return (
    <tr>
      <td data-data>
        {of.key}
        <div className={`${styles["mono"]} ${styles["soft"]}`}>{of.definition.url}</div>
      </td>
      <td data-data>{names[of.segment] ?? of.segment}</td>
      <td>
        <Mark tone={TONES[of.state]}>{w(of.state)}</Mark>
        {of.reason ? <Why reason={of.reason} /> : null}
        {of.waiting ? <div className={styles["soft"]}>{w("waiting", { count: of.waiting })}</div> : null}
        {live && of.wants_full ? <div className={styles["soft"]}>{w("full")}</div> : null}
        {turn.error ? <Failed error={turn.error} small /> : null}
      </td>
      <td className={styles["soft"]}>{of.told_at ? format.ago(of.told_at) : w("never")}</td>
      {may ? (
        <td className={styles["end"]}>
          <Button variant="default" size="compact-sm" onClick={change}>
            {w("edit")}
          </Button>{" "}
          <Button variant="default" size="compact-sm" loading={turn.isPending} onClick={() => turn.mutate({ key: of.key, action: live ? "pause" : "resume" })}>
            {w(live ? "pause" : "resume")}
          </Button>{" "}
          <Button variant="subtle" color="red" size="compact-sm" onClick={leave}>
            {w("remove")}
          </Button>
        </td>
      ) : null}
    </tr>
  );
}

/** Why the last call was not taken. */
function Why({ reason }: { reason: string }) {
  const w = useWords();
  const code = useCodes();
  const named = code("reason", reason);
  const status = /^http_(\d+)$/.exec(reason)?.[1];
  const said = named !== reason ? named : status ? w("reason.http", { status }) : w("reason.other", { reason });
  return (
    <div className={styles["soft"]} data-data={named === reason || undefined}>
      {said}
    </div>
  );
}
