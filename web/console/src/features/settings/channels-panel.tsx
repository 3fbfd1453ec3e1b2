import { Button } from "@mantine/core";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api/me";
import { Mark } from "@/components/mark";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { ChannelForm } from "@/features/settings/channel-form";
import { bodyOf, type Channel, type Said, useChannels, useSetChannel, useSpent } from "@/features/settings/channels";
import { useWords } from "@/features/settings/channel-words";
import styles from "@/features/settings/settings.module.css";
import { useFormat } from "@/lib/format";

/** Ways to reach people beside LINE's own outbox: what is set up, whether it runs, and what it cost of late. */
export function Channels() {
  const w = useWords();
  const may = useMay()("channels.write");
  const channels = useChannels();
  const [form, setForm] = useState<Channel | "new" | null>(null);
  if (channels.error) return <Failed error={channels.error} retry={() => void channels.refetch()} small />;
  return (
    <Panel title={w("channels")}>
      <p className={styles["soft"]}>{w("channelsWhy")}</p>
      {!channels.data ? (
        <Waiting rows={2} height={40} />
      ) : channels.data.length ? (
        <div className={styles["stack"]}>
          {channels.data.map((one) => (
            <Line key={one.key} of={one} may={may} change={() => setForm(one)} />
          ))}
        </div>
      ) : (
        <p>{w("none")}</p>
      )}
      {may ? (
        <Button variant="default" mt="sm" leftSection={<Plus size={15} aria-hidden />} onClick={() => setForm("new")}>
          {w("add")}
        </Button>
      ) : null}
      {form ? <ChannelForm {...(form === "new" ? {} : { of: form })} close={() => setForm(null)} /> : null}
    </Panel>
  );
}

function Line({ of, may, change }: { of: Channel; may: boolean; change: () => void }) {
  const w = useWords();
  const format = useFormat();
  const set = useSetChannel();
  const spent = useSpent().data?.[of.key];
  const live = of.state === "live";
  const turn = () =>
    set.mutate({ key: of.key, body: bodyOf(of.kind, of.settings as Said, of.price, live ? "paused" : "live") });
  return (
    <div className={styles["row"]}>
      <div className={styles["grow"]}>
        <span>
          <span data-data>{of.key}</span> · {w(`kind.${of.kind}`)} <Mark tone={live ? "good" : "plain"}>{w(of.state)}</Mark>
        </span>
        <div className={styles["soft"]}>
          {w("spent", { messages: spent?.messages ?? 0, cost: format.number(spent?.cost ?? 0) })}
        </div>
        {set.error ? <Failed error={set.error} small /> : null}
      </div>
      {may ? (
        <>
          <Button variant="default" size="xs" onClick={change}>
            {w("edit")}
          </Button>
          <Button variant="default" size="xs" loading={set.isPending} onClick={turn}>
            {w(live ? "pause" : "resume")}
          </Button>
        </>
      ) : null}
    </div>
  );
}
