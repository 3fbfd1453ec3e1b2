import { Link, useParams } from "react-router";
import { useAccountNames } from "@/api/names";
import { useSegmentNames } from "@/api/segments";
import { Sentence } from "@/components/message/sentence";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { Actions } from "@/features/broadcasts/actions";
import { type Broadcast, stateOf, useBroadcast } from "@/features/broadcasts/broadcasts";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { Halted } from "@/features/broadcasts/halted";
import { Progress } from "@/features/broadcasts/progress";
import { Report } from "@/features/broadcasts/report";
import { Said } from "@/features/broadcasts/said";
import { StateMark } from "@/features/broadcasts/state-mark";
import { useWords } from "@/features/broadcasts/words";
import { useFormat } from "@/lib/format";

/** A broadcast: where it stands, what can be done, and what came of it. */
export function BroadcastPage() {
  const { key = "" } = useParams();
  const found = useBroadcast(key, true);
  if (found.data) return <Whole of={found.data} />;
  if (found.error) return <Failed error={found.error} retry={() => void found.refetch()} />;
  return <Waiting rows={5} height={80} />;
}

function Whole({ of }: { of: Broadcast }) {
  const state = stateOf(of);
  const begun = of.frozen !== null;
  return (
    <Page title={of.name} data lead={<StateMark state={state} />} actions={<Actions of={of} />}>
      <div className={styles["stack"]}>
        <Halted of={of} />
        <Refusals of={of} />
        {begun ? <Progress of={of} /> : null}
        {begun ? <Report broadcast={of} /> : null}
        <div className={styles["columns"]}>
          <Facts of={of} />
          <Said of={of.definition.variants} account={of.account} />
        </div>
      </div>
    </Page>
  );
}

function Refusals({ of }: { of: Broadcast }) {
  const w = useWords();
  if (of.refusals.length === 0) return null;
  return (
    <Panel title={w("lineRefused")}>
      <ul className={styles["plain"]}>
        {of.refusals.map((one) => (
          <li key={one.step}>
            <Sentence of={one.sentence} /> <code>{one.pointer}</code>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What was decided. */
function Facts({ of }: { of: Broadcast }) {
  const w = useWords();
  const format = useFormat();
  const names = useSegmentNames();
  const accounts = useAccountNames();
  const said = of.definition;
  const named = (key: string) => (
    <Link key={key} to={`/segments/${key}`} data-data>
      {names[key] ?? key}
    </Link>
  );
  const when = said.local
    ? w("onOwnClock", { at: said.local.slice(0, 16).replaceAll("-", "/").replace("T", " ") })
    : said.start_at
      ? format.moment(said.start_at)
      : w("atOnce");
  return (
    <Panel title={w("decided")}>
      <dl className={styles["facts"]}>
        <div>
          <dt>{w("to")}</dt>
          <dd>{said.segment ? named(said.segment) : w("everyFriend")}</dd>
        </div>
        {said.exclude.length ? (
          <div>
            <dt>{w("except")}</dt>
            <dd className={styles["many"]}>{said.exclude.map(named)}</dd>
          </div>
        ) : null}
        <div>
          <dt>{w("account")}</dt>
          <dd data-data>{accounts[of.account] ?? of.account}</dd>
        </div>
        <div>
          <dt>{w("purpose")}</dt>
          <dd>{w(said.purpose === "transactional" ? "purpose.transactional" : "purpose.marketing")}</dd>
        </div>
        <div>
          <dt>{w("goesOut")}</dt>
          <dd>{when}</dd>
        </div>
        {said.holdout ? (
          <div>
            <dt>{w("holdout")}</dt>
            <dd>{said.holdout}%</dd>
          </div>
        ) : null}
        {said.trial ? (
          <div>
            <dt>{w("trial")}</dt>
            <dd>{w("trialOf", { percent: said.trial.percent, count: Math.round(said.trial.after_minutes / 60) })}</dd>
          </div>
        ) : null}
        {said.per_minute ? (
          <div>
            <dt>{w("pace")}</dt>
            <dd>{format.number(said.per_minute)}</dd>
          </div>
        ) : null}
      </dl>
    </Panel>
  );
}
