import { useState } from "react";
import { Mark } from "@/components/mark";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { type Definition, type Step } from "@/features/journeys/definition";
import { difference } from "@/features/journeys/difference";
import form from "@/features/journeys/form.module.css";
import { type Journey, useVersion, useVersions } from "@/features/journeys/journeys";
import { useCodes, useWords } from "@/features/journeys/words";
import { useFormat } from "@/lib/format";

/** The versions of a journey, who is still on each, and what each changed. */
export function Versions({ journey }: { journey: Journey }) {
  const w = useWords();
  const format = useFormat();
  const versions = useVersions(journey.key);
  const [shown, show] = useState(journey.version);
  if (versions.error) return <Failed error={versions.error} retry={() => void versions.refetch()} />;
  if (!versions.data) return <Waiting rows={4} />;
  return (
    <div className={form["two"]}>
      <Panel title={w("versionsTab")}>
        <ul className={form["lines"]}>
          {versions.data.versions.map((one) => (
            <li key={one.version}>
              <button type="button" className={form["pick"]} aria-pressed={shown === one.version} onClick={() => show(one.version)}>
                {w("version", { number: one.version })}
                {one.version === journey.version ? <Mark tone="accent">{w("current")}</Mark> : null}
              </button>
              <span className={form["faint"]}>
                {w("versionPeople", { count: one.running })} · {format.moment(one.at)}
              </span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title={w("compareWith")}>
        <Changes journey={journey.key} version={shown} />
      </Panel>
    </div>
  );
}

function Changes({ journey, version }: { journey: string; version: number }) {
  const w = useWords();
  const now = useVersion(journey, version);
  const before = useVersion(journey, version > 1 ? version - 1 : null);
  if (version === 1) return <p className={form["faint"]}>{w("firstVersion")}</p>;
  const failed = now.error ?? before.error;
  if (failed) return <Failed error={failed} small />;
  if (!now.data || !before.data) return <Waiting rows={3} />;
  return <Difference before={before.data} after={now.data} />;
}

function Difference({ before, after }: { before: Definition; after: Definition }) {
  const w = useWords();
  const code = useCodes();
  const found = difference(before, after);
  const name = (step: Step) => (
    <>
      {code("kind", step.kind)} <span data-data>{step.id}</span>
    </>
  );
  const nothing = !found.added.length && !found.removed.length && !found.changed.length && !found.settings.length;
  if (nothing) return <p className={form["faint"]}>{w("noDifference")}</p>;
  return (
    <ul className={form["lines"]}>
      {found.added.map((step) => (
        <li key={step.id}>
          <span>{name(step)}</span>
          <Mark tone="good">{w("added")}</Mark>
        </li>
      ))}
      {found.removed.map((step) => (
        <li key={step.id}>
          <span>{name(step)}</span>
          <Mark tone="bad">{w("removed")}</Mark>
        </li>
      ))}
      {found.changed.map(({ step, fields }) => (
        <li key={step.id}>
          <span>
            {name(step)}：{fields.map((field) => code("field", field)).join("、")}
          </span>
          <Mark tone="warn">{w("altered")}</Mark>
        </li>
      ))}
      {found.settings.map((part) => (
        <li key={part}>
          <span>
            {w("alteredSettings")}：{code("part", part)}
          </span>
          <Mark tone="warn">{w("altered")}</Mark>
        </li>
      ))}
    </ul>
  );
}
