import { Button, NumberInput, Radio, Select, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Send } from "lucide-react";
import { Panel } from "@/components/page";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { ConfirmSend } from "@/features/broadcasts/confirm-send";
import type { Draft, Lack } from "@/features/broadcasts/draft";
import { useReach } from "@/features/broadcasts/reach";
import { useWords } from "@/features/broadcasts/words";
import { timeZone } from "@/lib/format";

interface Props {
  draft: Draft;
  put: (values: Partial<Draft>) => void;
  lacks: readonly Lack[];
  send: (expected: number) => void;
  busy: boolean;
}

const USUAL = { from: "22:00", until: "09:00" };

/** When it goes and how fast; and then it is sent, or waits for its hour or for a second person. */
export function ScheduleStep({ draft, put, lacks, send, busy }: Props) {
  const w = useWords();
  const reach = useReach(draft);
  const [asking, { open, close }] = useDisclosure(false);
  const quiet = typeof draft.quiet === "string" ? draft.quiet : "own";
  const act = reach.data?.needs_approval ? "askApproval" : draft.when === "now" ? "sendNow" : "schedule";
  return (
    <Panel title={w("step.schedule")}>
      <div className={styles["stack"]}>
        <Radio.Group label={w("when")} value={draft.when} onChange={(when) => put({ when })}>
          <div className={styles["options"]}>
            {(["now", "at", "local"] as const).map((one) => (
              <Radio key={one} value={one} label={w(`when.${one}`)} description={w(`when.${one}.why`, { zone: timeZone() })} />
            ))}
          </div>
        </Radio.Group>
        {draft.when === "now" ? null : (
          <TextInput
            type="datetime-local"
            label={w("moment")}
            value={draft.at}
            error={lacks.includes("when") ? w("lack.when") : null}
            onChange={(event) => put({ at: event.currentTarget.value })}
          />
        )}
        <div className={styles["pair"]}>
          <Select
            label={w("quiet")}
            comboboxProps={{ keepMounted: false }}
            data={(["workspace", "own", "off"] as const).map((one) => ({ value: one, label: w(`quiet.${one}`) }))}
            value={quiet}
            onChange={(way) => put({ quiet: way === "own" ? USUAL : way === "off" ? "off" : "workspace" })}
          />
          <NumberInput
            label={w("pace")}
            placeholder={w("paceNone")}
            min={1}
            max={1_000_000}
            allowDecimal={false}
            thousandSeparator
            value={draft.perMinute ?? ""}
            onChange={(pace) => put({ perMinute: pace === "" ? null : Number(pace) })}
          />
        </div>
        {typeof draft.quiet === "object" ? <Hours quiet={draft.quiet} put={put} /> : null}
        <p className={styles["note"]}>{w("finalWhy")}</p>
        <Button
          className={styles["begin"] ?? ""}
          leftSection={<Send size={15} aria-hidden />}
          disabled={!reach.data?.cost.fits}
          loading={busy}
          onClick={open}
        >
          {w(act)}
        </Button>
        {asking && reach.data ? (
          <ConfirmSend
            draft={draft}
            reach={reach.data}
            act={w(act)}
            close={close}
            go={() => {
              close();
              send(reach.data.recipients);
            }}
          />
        ) : null}
      </div>
    </Panel>
  );
}

function Hours({ quiet, put }: { quiet: { from: string; until: string }; put: Props["put"] }) {
  const w = useWords();
  return (
    <div className={styles["pair"]}>
      <TextInput type="time" label={w("quietFrom")} value={quiet.from} onChange={(event) => put({ quiet: { ...quiet, from: event.currentTarget.value } })} />
      <TextInput type="time" label={w("quietUntil")} value={quiet.until} onChange={(event) => put({ quiet: { ...quiet, until: event.currentTarget.value } })} />
    </div>
  );
}
