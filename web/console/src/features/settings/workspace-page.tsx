import { Button, Select, Switch, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useMemo, useState } from "react";
import { useMay } from "@/api/me";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { Budgets } from "@/features/settings/budgets";
import { Channels } from "@/features/settings/channels-panel";
import { Password } from "@/features/settings/password";
import { Plans } from "@/features/settings/plans";
import styles from "@/features/settings/settings.module.css";
import { useChangeWorkspace, useWorkspace, type Workspace } from "@/features/settings/workspace";
import { useWords } from "@/features/settings/workspace-words";
import { useFormat } from "@/lib/format";

const FIRST_ZONES = ["Asia/Taipei", "Asia/Tokyo", "Asia/Bangkok"];

export function WorkspacePage() {
  const w = useWords();
  const workspace = useWorkspace();
  const may = useMay();
  return (
    <Page title={w("title")} lead={w("lead")}>
      {workspace.data ? (
        <div className={styles["stack"]}>
          <Brand workspace={workspace.data} />
          <Plans workspace={workspace.data} />
          {may("cost.read") ? <Budgets /> : null}
          {may("channels.read") ? <Channels /> : null}
          <Password />
        </div>
      ) : workspace.error ? (
        <Failed error={workspace.error} retry={() => void workspace.refetch()} />
      ) : (
        <Waiting />
      )}
    </Page>
  );
}

function Brand({ workspace }: { workspace: Workspace }) {
  const w = useWords();
  const common = useCommon();
  const format = useFormat();
  const change = useChangeWorkspace();
  const may = useMay()("settings.write");
  const quiet = workspace.quiet_hours;
  const [form, setForm] = useState({
    name: workspace.name,
    zone: workspace.time_zone,
    quiet: quiet !== null,
    begin: quiet?.begin ?? "22:00",
    end: quiet?.end ?? "09:00",
  });
  const zones = useMemo(() => [...new Set([...FIRST_ZONES, workspace.time_zone, ...Intl.supportedValuesOf("timeZone")])], [workspace]);

  function submit(event: FormEvent) {
    event.preventDefault();
    const chosen = form.quiet ? { quiet_hours: { begin: form.begin, end: form.end } } : { no_quiet_hours: true };
    const same = form.quiet ? quiet?.begin === form.begin && quiet.end === form.end : quiet === null;
    const hours = same ? {} : chosen;
    change.mutate(
      { name: form.name, time_zone: form.zone, ...hours },
      { onSuccess: () => notifications.show({ message: w("saved") }) },
    );
  }

  return (
    <Panel title={w("brand")}>
      <form className={styles["form"]} onSubmit={submit}>
        <TextInput
          label={w("name")}
          required
          withAsterisk={false}
          maxLength={120}
          disabled={!may}
          value={form.name}
          onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
        />
        <TextInput label={w("key")} readOnly value={workspace.key} />
        <Select
          label={w("zone")}
          description={w("zoneWhy", { when: format.moment(workspace.as_of) })}
          searchable
          comboboxProps={{ keepMounted: false }}
          disabled={!may}
          data={zones}
          limit={100}
          value={form.zone}
          onChange={(zone) => zone && setForm({ ...form, zone })}
        />
        <Switch
          label={w("quietOn")}
          description={w("quietWhy")}
          disabled={!may}
          checked={form.quiet}
          onChange={(event) => setForm({ ...form, quiet: event.currentTarget.checked })}
        />
        {form.quiet ? (
          <div className={styles["row"]}>
            <TextInput type="time" label={w("begin")} disabled={!may} value={form.begin} onChange={(event) => setForm({ ...form, begin: event.currentTarget.value })} />
            <TextInput type="time" label={w("end")} disabled={!may} value={form.end} onChange={(event) => setForm({ ...form, end: event.currentTarget.value })} />
          </div>
        ) : null}
        {change.error ? <Failed error={change.error} small /> : null}
        {may ? (
          <div>
            <Button type="submit" loading={change.isPending}>
              {common("save")}
            </Button>
          </div>
        ) : (
          <p className={styles["soft"]}>{w("onlyOwner")}</p>
        )}
      </form>
    </Panel>
  );
}
