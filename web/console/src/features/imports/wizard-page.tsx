import { Button, FileInput, Select, Stepper, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Page, Panel } from "@/components/page";
import { Failed } from "@/components/states";
import { Columns } from "@/features/imports/columns";
import { type Carried, useCarry, useLook } from "@/features/imports/imports";
import styles from "@/features/imports/imports.module.css";
import { documentOf, type Kind, KINDS, lacks, type Meaning, meaningsOf } from "@/features/imports/mapping";
import { Outcome } from "@/features/imports/outcome";
import { useCodes, useWords } from "@/features/imports/words";

/** A file in three steps: choose it, say what its columns mean, see what would become of it; then import it. */
export function WizardPage() {
  const w = useWords();
  const code = useCodes();
  const navigate = useNavigate();
  const look = useLook();
  const carry = useCarry();
  const [step, setStep] = useState(0);
  const [file, setFile] = useState<File | null>(null);
  const [source, setSource] = useState("");
  const [kind, setKind] = useState<Kind>("customers");
  const [event, setEvent] = useState("Order Completed");
  const [meanings, setMeanings] = useState<Record<string, Meaning>>({});
  const [tried, setTried] = useState<Carried | null>(null);
  const looked = look.data;
  const missing = lacks(kind, meanings);
  const mapping = () => documentOf({ source, kind, event, meanings, base: looked?.suggestion ?? {} });

  function read() {
    if (!file) return;
    look.mutate(
      { file, source },
      {
        onSuccess: (found) => {
          const guess = found.suggestion ?? {};
          setMeanings(meaningsOf(guess));
          setKind(KINDS.find((one) => one === guess["kind"]) ?? "customers");
          setStep(1);
        },
      },
    );
  }

  function tryOut() {
    if (!file) return;
    carry.mutate(
      { file, mapping: mapping(), tryOut: true },
      {
        onSuccess: (found) => {
          setTried(found);
          setStep(2);
        },
      },
    );
  }

  function take() {
    if (!file) return;
    carry.mutate({ file, mapping: mapping(), tryOut: false }, { onSuccess: ({ import_id }) => void navigate(`/imports/${import_id}`) });
  }

  return (
    <Page
      title={w("create")}
      lead={w("createWhy")}
      actions={
        <Button variant="default" component={Link} to="/imports">
          {w("back")}
        </Button>
      }
    >
      <div className={styles["stack"]}>
        <Stepper active={step} onStepClick={(chosen) => chosen < step && setStep(chosen)} size="sm" allowNextStepsSelect={false}>
          <Stepper.Step label={w("step.file")} />
          <Stepper.Step label={w("step.columns")} />
          <Stepper.Step label={w("step.check")} />
        </Stepper>
        {step === 0 ? (
          <Panel title={w("step.file")}>
            <div className={styles["stack"]}>
              <FileInput label={w("file")} description={w("fileWhy")} placeholder={w("choose")} accept=".csv,.tsv,.txt,.xlsx,.parquet" value={file} onChange={setFile} data-data />
              <TextInput label={w("source")} description={w("sourceWhy")} placeholder="crm" maxLength={40} value={source} onChange={(changed) => setSource(changed.currentTarget.value)} data-data />
              {look.error ? <Failed error={look.error} small /> : null}
              <div>
                <Button disabled={!file || !/^[a-z0-9][a-z0-9_-]*$/.test(source)} loading={look.isPending} onClick={read}>
                  {w("next")}
                </Button>
              </div>
            </div>
          </Panel>
        ) : null}
        {step === 1 && looked ? (
          <Panel title={w("step.columns")}>
            <div className={styles["stack"]}>
              <div className={styles["row"]}>
                <Select
                  label={w("kind")}
                  comboboxProps={{ keepMounted: false }}
                  data={KINDS.map((one) => ({ value: one, label: code("kind", one) }))}
                  value={kind}
                  onChange={(one) => setKind(KINDS.find((known) => known === one) ?? "customers")}
                />
                {kind === "events" ? <TextInput label={w("event")} value={event} onChange={(changed) => setEvent(changed.currentTarget.value)} data-data /> : null}
              </div>
              <Columns looked={looked} kind={kind} meanings={meanings} change={setMeanings} />
              {missing.length ? (
                <ul className={styles["missing"]}>
                  {missing.map((one) => (
                    <li key={one}>{code("lack", one)}</li>
                  ))}
                </ul>
              ) : null}
              {carry.error ? <Failed error={carry.error} small /> : null}
              <div>
                <Button disabled={missing.length > 0} loading={carry.isPending} onClick={tryOut}>
                  {w("tryOut")}
                </Button>
              </div>
            </div>
          </Panel>
        ) : null}
        {step === 2 && tried ? (
          <Panel title={w("step.check")}>
            <p className={styles["soft"]}>{w("notYet")}</p>
            <Outcome report={tried.report} importId="" />
            {carry.error ? <Failed error={carry.error} small /> : null}
            <div className={styles["row"]}>
              <Button disabled={tried.report.rows_taken === 0} loading={carry.isPending} onClick={take}>
                {w("import", { count: tried.report.rows_taken })}
              </Button>
              <Button variant="default" onClick={() => setStep(1)}>
                {w("previous")}
              </Button>
            </div>
          </Panel>
        ) : null}
      </div>
    </Page>
  );
}
