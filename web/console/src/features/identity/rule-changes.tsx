import { Button, Progress } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { meQuery } from "@/api/me";
import { Mark } from "@/components/mark";
import { Panel } from "@/components/page";
import { Failed } from "@/components/states";
import styles from "@/features/identity/identity.module.css";
import { type RuleVersion, useWord } from "@/features/identity/rule-book";
import { RuleExamplesShown } from "@/features/identity/rule-examples";
import { useCodes, useWords } from "@/features/identity/rule-words";
import { useFormat } from "@/lib/format";

const TONES: Record<string, "good" | "warn" | "plain"> = { live: "good", held: "warn" };

/** Every change of the rules with what it does to whom; one that merges many waits for a person's word. */
export function RuleChanges({ versions, decides }: { versions: RuleVersion[]; decides: boolean }) {
  const w = useWords();
  if (!versions.length) return null;
  return (
    <Panel title={w("changes")} className={styles["after"]}>
      <ul className={styles["lines"]}>
        {versions.map((one) => (
          <Change key={one.version} of={one} decides={decides} />
        ))}
      </ul>
    </Panel>
  );
}

function Change({ of, decides }: { of: RuleVersion; decides: boolean }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const word = useWord();
  const { data: me } = useQuery(meQuery);
  const say = (said: "confirm" | "refuse") =>
    word.mutate({ version: of.version, word: said, author: me?.name ?? "" });
  const checking = of.state === "checking";
  return (
    <li>
      <span>
        {w("version", { version: of.version })}{" "}
        <Mark tone={TONES[of.state] ?? "plain"}>
          {checking ? w("state.checking", { percent: format.percent(of.progress) }) : code("state", of.state)}
        </Mark>
        <span className={styles["level"]}>
          <span data-data>{w("by", { author: of.author, reason: of.reason })}</span> · {format.moment(of.asked_at)}
        </span>
        {of.report ? (
          <span className={styles["level"]}>
            {w("report", {
              before: format.number(of.report.profiles_before),
              after: format.number(of.report.profiles_after),
              merging: format.number(of.report.merging),
              split: format.number(of.report.split),
              moved: format.number(of.report.moved_identifiers),
            })}
          </span>
        ) : null}
        {of.report ? <RuleExamplesShown of={of.report.examples} /> : null}
        {checking ? <Progress value={100 * of.progress} mt={6} aria-label={w("version", { version: of.version })} /> : null}
        {word.error ? <Failed error={word.error} small /> : null}
      </span>
      {decides && of.state === "held" ? (
        <span className={styles["actions"]}>
          <Button variant="default" size="xs" onClick={() => say("refuse")} disabled={word.isPending}>
            {w("refuse")}
          </Button>
          <Button size="xs" onClick={() => say("confirm")} disabled={word.isPending}>
            {w("confirm")}
          </Button>
        </span>
      ) : null}
    </li>
  );
}
