import { Button, SegmentedControl } from "@mantine/core";
import { Sprout } from "lucide-react";
import { useSearchParams } from "react-router";
import { useMay } from "@/api/me";
import { AsOf, Figure } from "@/components/figure";
import { Page, Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { Bars } from "@/features/traits/bars";
import { ThresholdForm } from "@/features/traits/threshold-form";
import { type Model, MODELS, type Thresholds, useCycle, useModelReport, useModels, useUseModel } from "@/features/traits/traits";
import styles from "@/features/traits/traits.module.css";
import { useCodes, useWords } from "@/features/traits/words";
import { useFormat } from "@/lib/format";

/** Where customers stand in their life with the brand, by the models that marketers know. */
export function LifecyclePage() {
  const w = useWords();
  const models = useModels();
  const [query, setQuery] = useSearchParams();
  const model = MODELS.find((one) => one === query.get("model")) ?? "nes";
  const line = models.data?.models.find((one) => one.model === model);
  return (
    <Page
      title={w("lifecycle")}
      lead={w("lifecycleLead")}
      actions={
        <SegmentedControl
          aria-label={w("model")}
          data={MODELS.map((one) => ({ value: one, label: w(`name.${one}`) }))}
          value={model}
          onChange={(next) => setQuery({ model: next }, { replace: true })}
        />
      }
    >
      {line ? (
        <div className={styles["stack"]}>
          <Cycle />
          {line.used ? <Used key={model} model={model} thresholds={line.used} /> : <Unused model={model} />}
        </div>
      ) : models.error ? (
        <Failed error={models.error} retry={() => void models.refetch()} />
      ) : (
        <Waiting rows={4} height={72} />
      )}
    </Page>
  );
}

function Cycle() {
  const w = useWords();
  const format = useFormat();
  const cycle = useCycle();
  const days = cycle.data?.days;
  return (
    <Panel label={w("cycle")} className={styles["figures"]}>
      <Figure
        label={w("cycle")}
        definition={w("cycle.what")}
        value={cycle.error ? undefined : days === null || days === undefined ? null : w("days", { count: Math.round(days * 10) / 10 })}
        note={cycle.data ? <AsOf at={cycle.data.as_of} /> : null}
      />
      <Figure label={w("cycleOf")} definition={w("cycleOf.what")} value={cycle.data ? format.number(cycle.data.people) : cycle.error ? undefined : null} />
    </Panel>
  );
}

function Unused({ model }: { model: Model }) {
  const w = useWords();
  const may = useMay()("segments.write");
  const use = useUseModel();
  return (
    <>
      <Blank
        icon={Sprout}
        title={w("notUsed", { name: w(`name.${model}`) })}
        action={
          may ? (
            <Button loading={use.isPending} onClick={() => use.mutate({ model, thresholds: {} })}>
              {w("begin")}
            </Button>
          ) : null
        }
      >
        {w(`why.${model}`)}
      </Blank>
      {use.error ? <Failed error={use.error} small /> : null}
    </>
  );
}

function Used({ model, thresholds }: { model: Model; thresholds: Thresholds }) {
  const w = useWords();
  const code = useCodes();
  const may = useMay()("segments.write");
  const report = useModelReport(model, true);
  const word = (label: string, prefix: string) => {
    const found = code(prefix, label);
    return found === label ? "" : found;
  };
  return (
    <>
      <Panel title={w(`name.${model}`)} aside={report.data ? <AsOf at={report.data.as_of} /> : null}>
        <p className={styles["soft"]}>{w(`why.${model}`)}</p>
        {report.data ? (
          <div className={model === "rfm" ? styles["three"] : ""}>
            {report.data.traits.map((trait) => {
              const part = trait.key.slice(model.length + 1);
              const title = part ? code("part", part) : w(`name.${model}`);
              return (
                <section key={trait.key}>
                  {part ? <h3 className={styles["small"]}>{title}</h3> : null}
                  <Bars
                    label={title}
                    without={trait.without}
                    of={(trait.classes ?? []).map(({ label, people }) => ({
                      label,
                      people,
                      name: part ? w("step", { number: label }) : `${label} ${word(label, model)}`.trim(),
                      why: word(label, `${model}.what`),
                    }))}
                  />
                </section>
              );
            })}
          </div>
        ) : report.error ? (
          <Failed error={report.error} retry={() => void report.refetch()} small />
        ) : (
          <Waiting rows={5} height={28} />
        )}
      </Panel>
      <Panel title={w("thresholds")}>
        <ThresholdForm model={model} thresholds={thresholds} locked={!may} />
      </Panel>
    </>
  );
}
