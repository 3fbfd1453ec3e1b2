import { Button, Checkbox, Modal, NumberInput, Radio, Select, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Send } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useAccount } from "@/api/accounts";
import { Editor } from "@/components/message/editor";
import { useFaults } from "@/components/message/faults";
import { LibrarySelect } from "@/components/message/library-select";
import { Page, Panel } from "@/components/page";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { BLANK, bodyOf, type Draft, type Lack, lacking } from "@/features/narrowcasts/draft";
import { Estimate, useEstimate } from "@/features/narrowcasts/estimate";
import { Guessed } from "@/features/narrowcasts/guessed";
import { useSave } from "@/features/narrowcasts/narrowcasts";
import styles from "@/features/narrowcasts/narrowcasts.module.css";
import { Whom } from "@/features/narrowcasts/whom";
import { useWords } from "@/features/narrowcasts/words";
import { timeZone, useFormat } from "@/lib/format";
import { newKey } from "@/lib/key";

/** A narrowcast is written on one page; what it reaches and costs stands beside it. */
export function NarrowcastFormPage() {
  const w = useWords();
  const { account } = useAccount();
  const [written, setDraft] = useState<Draft>(BLANK);
  const [strict, setStrict] = useState(false);
  const draft = written.account ? written : { ...written, account };
  const put = (values: Partial<Draft>) => setDraft((now) => ({ ...now, ...values }));
  const faults = useFaults(draft.messages);
  const lacks = strict ? lacking(draft) : [];
  return (
    <Page
      title={draft.name || w("create")}
      data={draft.name !== ""}
      actions={
        <Button variant="default" component={Link} to="/narrowcasts">
          {w("back")}
        </Button>
      }
    >
      <div className={styles["stack"]}>
        <Editor
          messages={draft.messages}
          change={(messages) => put({ messages })}
          faults={faults}
          strict={strict}
          head={<Basics draft={draft} put={put} lacks={lacks} />}
        />
        <div className={styles["columns"]}>
          <div className={styles["stack"]}>
            <Whom draft={draft} put={put} />
            <Guessed draft={draft} put={put} />
            <Limits draft={draft} put={put} lacks={lacks} flaws={faults.flaws.length} strict={() => setStrict(true)} />
          </div>
          <div className={styles["beside"]}>
            <Estimate draft={draft} />
          </div>
        </div>
      </div>
    </Page>
  );
}

interface Props {
  draft: Draft;
  put: (values: Partial<Draft>) => void;
  lacks: readonly Lack[];
}

function Basics({ draft, put, lacks }: Props) {
  const w = useWords();
  const { accounts } = useAccount();
  return (
    <Panel label={w("says")}>
      <div className={styles["stack"]}>
        <div className={styles["pair"]}>
          <TextInput
            label={w("name")}
            placeholder={w("nameHint")}
            maxLength={200}
            value={draft.name}
            error={lacks.includes("name") ? w("lack.name") : null}
            onChange={(event) => put({ name: event.currentTarget.value })}
          />
          <Select
            label={w("account")}
            allowDeselect={false}
            comboboxProps={{ keepMounted: false }}
            data={accounts.map(({ key, name }) => ({ value: key, label: name }))}
            value={draft.account || null}
            error={lacks.includes("account") ? w("lack.account") : null}
            onChange={(account) => put({ account: account ?? "", within: [], without: [] })}
            data-data
          />
        </div>
        <LibrarySelect take={(messages) => put({ messages })} />
      </div>
    </Panel>
  );
}

function Limits({ draft, put, lacks, flaws, strict }: Props & { flaws: number; strict: () => void }) {
  const w = useWords();
  const estimate = useEstimate(draft).data;
  const navigate = useNavigate();
  const save = useSave();
  const [asking, setAsking] = useState(false);

  function ask() {
    strict();
    const [first] = lacking(draft);
    if (first) notifications.show({ message: w(`lack.${first}`), color: "red" });
    else if (flaws) notifications.show({ message: w("flawsFirst", { count: flaws }), color: "red" });
    else setAsking(true);
  }

  function send() {
    const key = newKey("narrowcast", draft.name, new Date());
    save.mutate({ ...bodyOf(draft), key }, { onSuccess: () => void navigate(`/narrowcasts/${key}`), onSettled: () => setAsking(false) });
  }

  return (
    <Panel title={w("limits")}>
      <div className={styles["stack"]}>
        <Radio.Group label={w("when")} value={draft.when} onChange={(when) => put({ when: when === "at" ? when : "now" })}>
          <div className={styles["options"]}>
            {(["now", "at"] as const).map((one) => (
              <Radio key={one} value={one} label={w(`when.${one}`)} />
            ))}
          </div>
        </Radio.Group>
        <div className={styles["pair"]}>
          {draft.when === "at" ? (
            <TextInput
              type="datetime-local"
              label={w("moment", { zone: timeZone() })}
              value={draft.at}
              error={lacks.includes("moment") ? w("lack.moment") : null}
              onChange={(event) => put({ at: event.currentTarget.value })}
            />
          ) : null}
          <NumberInput
            label={w("most")}
            placeholder={w("mostNone")}
            min={1}
            allowDecimal={false}
            thousandSeparator
            value={draft.most ?? ""}
            onChange={(most) => put({ most: most === "" ? null : Number(most) })}
          />
        </div>
        <Checkbox label={w("upToQuota")} checked={draft.upToQuota} onChange={(event) => put({ upToQuota: event.currentTarget.checked })} />
        {draft.reason || estimate?.consent.state === "not_known" ? (
          <Textarea label={w("reason")} description={w("reasonWhy")} rows={2} maxLength={300} value={draft.reason} onChange={(event) => put({ reason: event.currentTarget.value })} />
        ) : null}
        {save.error ? <Failed error={save.error} small /> : null}
        <Button className={styles["begin"] ?? ""} leftSection={<Send size={15} aria-hidden />} disabled={estimate ? !estimate.cost.fits : false} onClick={ask}>
          {w("save")}
        </Button>
        {asking ? <Asked draft={draft} close={() => setAsking(false)} send={send} busy={save.isPending} /> : null}
      </div>
    </Panel>
  );
}

function Asked({ draft, close, send, busy }: { draft: Draft; close: () => void; send: () => void; busy: boolean }) {
  const w = useWords();
  const common = useCommon();
  const format = useFormat();
  const estimate = useEstimate(draft).data;
  const money = estimate ? format.money(estimate.cost.money, estimate.cost.currency) : "–";
  return (
    <Modal opened onClose={close} title={w("ask")} closeButtonProps={{ "aria-label": common("close") }}>
      <p className={styles["words"]}>{w("askWhy", { count: estimate?.at_most ?? 0, money })}</p>
      <div className={styles["buttons"]}>
        <Button variant="default" onClick={close}>
          {common("cancel")}
        </Button>
        <Button loading={busy} onClick={send}>
          {w("save")}
        </Button>
      </div>
    </Modal>
  );
}
