import { Alert, Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link, useParams } from "react-router";
import { meQuery, useMay } from "@/api/me";
import { useAccountNames } from "@/api/names";
import { AsOf, Figure } from "@/components/figure";
import { Phone } from "@/components/message/phone";
import type { Json } from "@/components/message/tree";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { type Act, type Narrowcast, useAct, useNarrowcast } from "@/features/narrowcasts/narrowcasts";
import styles from "@/features/narrowcasts/narrowcasts.module.css";
import { useShown } from "@/features/narrowcasts/shown";
import { StateMark } from "@/features/narrowcasts/state-mark";
import { useWords } from "@/features/narrowcasts/words";
import { useFormat } from "@/lib/format";
import { useLanguage } from "@/lib/language";

const CANCELLABLE = new Set(["approval", "ready", "held"]);

/** A narrowcast: where it stands, what can be done, and what LINE says came of it. */
export function NarrowcastPage() {
  const { key = "" } = useParams();
  const found = useNarrowcast(key);
  if (found.data) return <Whole of={found.data} />;
  if (found.error) return <Failed error={found.error} retry={() => void found.refetch()} />;
  return <Waiting rows={5} height={80} />;
}

function Whole({ of }: { of: Narrowcast }) {
  const w = useWords();
  const language = useLanguage();
  const accounts = useAccountNames();
  const messages = (of.definition["messages"] ?? []) as Json[];
  return (
    <Page title={of.name} data lead={<StateMark state={of.state} />} actions={<Actions of={of} />}>
      <div className={styles["stack"]}>
        {of.reason ? (
          <Alert color="yellow" icon={<TriangleAlert size={18} aria-hidden />} title={w("why")}>
            {of.reason.text[language] ?? of.reason.code}
          </Alert>
        ) : null}
        <Result of={of} />
        <div className={styles["columns"]}>
          <Facts of={of} />
          <Panel title={w("says")}>
            <Phone messages={messages} notification="" sender={accounts[of.account] ?? of.account} locked={false} />
          </Panel>
        </div>
      </div>
    </Page>
  );
}

function Result({ of }: { of: Narrowcast }) {
  const w = useWords();
  const format = useFormat();
  const shown = useShown();
  const { sent, failed, counted, seen, clicked, played } = of.report;
  const number = (value: number | null) => (value === null ? "–" : format.number(value));
  return (
    <Panel title={w("result")} aside={<AsOf at={of.as_of} />}>
      <div className={styles["figures"]}>
        <Figure label={w("atMost")} value={format.number(of.at_most)} />
        <Figure label={w("sent")} value={number(sent)} />
        <Figure label={w("failed")} value={number(failed)} />
        <Figure label={w("counted")} definition={w("counted_what")} value={format.number(counted)} />
        <Figure label={w("seen")} definition={w("resultWhy")} value={shown(seen)} />
        <Figure label={w("clicked")} definition={w("resultWhy")} value={shown(clicked)} />
        <Figure label={w("played")} definition={w("resultWhy")} value={shown(played)} />
      </div>
    </Panel>
  );
}

function Facts({ of }: { of: Narrowcast }) {
  const w = useWords();
  const format = useFormat();
  const accounts = useAccountNames();
  const moment = (at: string | null) => (at ? format.moment(at) : "–");
  const facts: [string, ReactNode][] = [
    [w("account"), <span key="account" data-data>{accounts[of.account] ?? of.account}</span>],
    [w("goesOut"), moment(of.due_at)],
    [w("takenAt"), moment(of.accepted_at)],
    [w("endedAt"), moment(of.settled_at)],
    [w("author"), <span key="author" data-data>{of.author}</span>],
    ...(of.approved_by ? ([[w("approvedBy"), <span key="approved" data-data>{of.approved_by}</span>]] as [string, ReactNode][]) : []),
    ...(of.request_id ? ([[w("requestId"), <code key="request" data-data>{of.request_id}</code>]] as [string, ReactNode][]) : []),
  ];
  return (
    <Panel title={w("whom")}>
      <dl className={styles["facts"]}>
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Actions({ of }: { of: Narrowcast }) {
  const w = useWords();
  const may = useMay();
  const me = useQuery(meQuery).data;
  const mine = me !== null && me !== undefined && of.author === `${me.kind}:${me.id}`;
  const [asked, ask] = useState<Act | null>(null);
  const writes = may("messages.write");
  return (
    <>
      <Button variant="default" component={Link} to="/narrowcasts">
        {w("back")}
      </Button>
      {writes && CANCELLABLE.has(of.state) ? (
        <Button variant="default" color="red" onClick={() => ask("cancel")}>
          {w("cancel")}
        </Button>
      ) : null}
      {of.state === "approval" && may("broadcasts.approve") && !mine ? <Button onClick={() => ask("approve")}>{w("approve")}</Button> : null}
      {writes && of.state === "held" ? <Button onClick={() => ask("start")}>{w("start")}</Button> : null}
      {asked ? <Asked of={of} act={asked} close={() => ask(null)} /> : null}
    </>
  );
}

function Asked({ of, act, close }: { of: Narrowcast; act: Act; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const change = useAct(of.key);
  return (
    <Modal opened onClose={close} title={w(`ask.${act}`, { name: of.name })} closeButtonProps={{ "aria-label": common("close") }}>
      <p className={styles["words"]}>{w(`ask.${act}.why`, { count: of.at_most })}</p>
      {change.error ? <Failed error={change.error} small /> : null}
      <div className={styles["buttons"]}>
        <Button variant="default" onClick={close}>
          {common("close")}
        </Button>
        <Button color={act === "cancel" ? "red" : "indigo"} loading={change.isPending} onClick={() => change.mutate(act, { onSuccess: close })}>
          {w(act)}
        </Button>
      </div>
    </Modal>
  );
}
