import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { Search, UsersRound } from "lucide-react";
import { Link } from "react-router";
import { meQuery, useMay } from "@/api/me";
import { AsOf, Definition } from "@/components/figure";
import { Mark } from "@/components/mark";
import { Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import styles from "@/features/identity/identity.module.css";
import { likely, type Suggestion, useJudge, useRun, useSuggestions } from "@/features/identity/identity";
import { useCodes, useWords } from "@/features/identity/words";
import { useFormat } from "@/lib/format";

/** Who may be one person, each with what speaks for it and against. Only a person's word joins anybody. */
export function Queue() {
  const w = useWords();
  const may = useMay();
  const suggestions = useSuggestions();
  const run = useRun();
  const search = may("identity.decide") ? (
    <Button
      variant="default"
      leftSection={<Search size={15} aria-hidden />}
      loading={run.isPending}
      onClick={() => run.mutate()}
    >
      {w("run")}
    </Button>
  ) : null;
  if (suggestions.error) return <Failed error={suggestions.error} retry={() => void suggestions.refetch()} />;
  if (!suggestions.data) return <Waiting rows={3} height={160} />;
  const open = suggestions.data.suggestions;
  return (
    <>
      {run.isPending ? <p role="status">{w("running")}</p> : null}
      {run.error ? <Failed error={run.error} small /> : null}
      {open.length === 0 ? (
        <Blank icon={UsersRound} title={w("none")} action={search}>
          {w("noneWhy")}
        </Blank>
      ) : (
        <>
          <div className={styles["head"]}>
            <span>{w("found", { count: open.length })}</span>
            <AsOf at={suggestions.data.as_of} />
            <span className={styles["gap"]} />
            {search}
          </div>
          {open.map((one) => (
            <Pair key={one.id} suggestion={one} decides={may("identity.decide")} />
          ))}
        </>
      )}
    </>
  );
}

function Pair({ suggestion, decides }: { suggestion: Suggestion; decides: boolean }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const judge = useJudge();
  const { data: me } = useQuery(meQuery);
  const say = (word: "accept" | "refuse") =>
    judge.mutate(
      { id: suggestion.id, word, author: me?.name ?? "" },
      { onSuccess: () => notifications.show({ message: w(word === "accept" ? "accepted" : "refused") }) },
    );
  return (
    <Panel className={styles["pair"]} label={w("pair")}>
      <div className={styles["head"]}>
        <h2>{w("pair")}</h2>
        <Mark tone="accent">{code("band", suggestion.band)}</Mark>
        <span className={styles["faint"]}>{w("score", { score: format.percent(likely(suggestion.score), 1) })}</span>
        <span className={styles["gap"]} />
        {decides ? (
          <div className={styles["actions"]}>
            <Button variant="default" onClick={() => say("refuse")} disabled={judge.isPending}>
              {w("refuse")}
            </Button>
            <Button onClick={() => say("accept")} loading={judge.isPending}>
              {w("accept")}
            </Button>
          </div>
        ) : null}
      </div>
      {judge.error ? <Failed error={judge.error} small /> : null}
      <table className={`${table["table"]} ${table["bare"]}`}>
        <thead>
          <tr>
            <th scope="col">{w("field")}</th>
            {suggestion.profiles.map((profile, at) => (
              <th scope="col" key={profile}>
                {w(at === 0 ? "first" : "second")} · <Link to={`/people/${profile}`}>{w("open")}</Link>
              </th>
            ))}
            <th scope="col">
              {w("weight")} <Definition what={w("weight")}>{w("weightWhy")}</Definition>
            </th>
          </tr>
        </thead>
        <tbody>
          {suggestion.evidence.map(({ field, weight, values }) => (
            <tr key={field}>
              <td>{code("field", field)}</td>
              <td data-data>{values[0]}</td>
              <td data-data>{values[1]}</td>
              <td>
                <Weight weight={weight} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

/** Evidence as a bar from the middle: right speaks for one person, left against. */
function Weight({ weight }: { weight: number }) {
  const width = `${Math.min(50, Math.abs(weight) * 3)}%`;
  return (
    <span className={styles["scale"]} role="img" aria-label={weight.toFixed(1)}>
      <span className={styles[weight >= 0 ? "for" : "against"]} style={{ width }} />
    </span>
  );
}
