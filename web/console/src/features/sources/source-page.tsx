import { Button, CopyButton, TextInput } from "@mantine/core";
import { Link, useParams } from "react-router";
import { AsOf, Figure } from "@/components/figure";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { LiveEvents } from "@/features/sources/live-events";
import { RetractionPanel } from "@/features/sources/retraction-panel";
import { useCodes as useReasons } from "@/features/sources/reasons";
import { type Source, type SourceQuality, useQuality, useSources } from "@/features/sources/sources";
import styles from "@/features/sources/sources.module.css";
import { useWords } from "@/features/sources/words";
import { useFormat } from "@/lib/format";
import { Problem } from "@/api/problem";

export function SourcePage() {
  const w = useWords();
  const { key = "" } = useParams();
  const sources = useSources();
  const source = sources.data?.find((one) => one.key === key);
  if (sources.error) return <Failed error={sources.error} retry={() => void sources.refetch()} />;
  if (sources.data && !source) return <Failed error={new Problem(404, {})} />;
  return (
    <Page
      title={source?.name ?? w("title")}
      actions={
        <Button component={Link} to="/sources" variant="default">
          {w("back")}
        </Button>
      }
    >
      {source ? (
        <div className={styles["stack"]}>
          <SetUp source={source} />
          <LiveEvents source={source.key} />
          <Quality of={source.key} />
          {source.kind === "import" ? null : <RetractionPanel source={source} />}
        </div>
      ) : (
        <Waiting />
      )}
    </Page>
  );
}

function SetUp({ source }: { source: Source }) {
  const w = useWords();
  const web = source.kind === "web";
  if (source.kind === "line") return <Panel title={w("setup")}>{w("lineHow")}</Panel>;
  const code = web
    ? `<script src="${location.origin}/tieline.js" data-write-key="${source.write_key}" async></script>`
    : `curl ${location.origin}/v1/track \\\n  -u ${source.write_key}: \\\n  -H 'Content-Type: application/json' \\\n  -d '{"userId":"M0001","event":"Order Completed","properties":{"order_id":"A1","total":990}}'`;
  return (
    <Panel title={w("setup")}>
      <div className={styles["stack"]}>
        <Copied label={w("writeKey")} value={source.write_key} why={w(web ? "writeKeyWeb" : "writeKeyServer")} />
        <p className={styles["line"]}>{w(web ? "webHow" : "serverHow")}</p>
        <pre className={styles["code"]}>{code}</pre>
      </div>
    </Panel>
  );
}

function Copied({ label, value, why }: { label: string; value: string; why: string }) {
  const common = useCommon();
  return (
    <div className={styles["row"]}>
      <TextInput className={styles["grow"] ?? ""} label={label} description={why} readOnly value={value} />
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            {copied ? common("copied") : common("copy")}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}

function Quality({ of }: { of: string }) {
  const w = useWords();
  const quality = useQuality(of);
  return (
    <Panel title={w("quality")} aside={quality.data ? <AsOf at={quality.data.as_of} /> : null}>
      {quality.data ? (
        <Figures of={quality.data} />
      ) : quality.error ? (
        <Failed error={quality.error} retry={() => void quality.refetch()} small />
      ) : (
        <Waiting rows={2} />
      )}
    </Panel>
  );
}

function Figures({ of }: { of: SourceQuality }) {
  const w = useWords();
  const reason = useReasons();
  const format = useFormat();
  return (
    <div className={styles["stack"]}>
      <div className={styles["figures"]}>
        <Figure label={w("checked")} value={format.number(of.checked)} definition={w("checked.what")} />
        <Figure label={w("parkedCount")} value={format.number(of.parked)} definition={w("parkedCount.what")} />
        <Figure label={w("nameless")} value={format.number(of.nameless)} definition={w("nameless.what")} />
        <Figure label={w("late")} value={format.number(of.late)} definition={w("late.what")} />
      </div>
      <h3 className={styles["title"]}>{w("badIdentifiers")}</h3>
      {of.bad_identifiers.length ? (
        <ul className={styles["list"]}>
          {of.bad_identifiers.map((one) => (
            <li key={`${one.namespace} ${one.reason}`}>
              {reason("name", one.namespace.split(":")[0] ?? "")}：{reason("why", one.reason)}{" "}
              <span className={styles["soft"]}>{w("times", { count: one.count })}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles["soft"]}>{w("noBad")}</p>
      )}
    </div>
  );
}
