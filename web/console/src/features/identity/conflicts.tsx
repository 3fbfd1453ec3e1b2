import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { meQuery, useMay } from "@/api/me";
import { AsOf } from "@/components/figure";
import { shownValue, useNamespaces } from "@/components/identifiers";
import { Mark } from "@/components/mark";
import { Panel } from "@/components/page";
import { Failed } from "@/components/states";
import { type Conflict, useConflicts, useSettle } from "@/features/identity/identity";
import styles from "@/features/identity/identity.module.css";
import { useWords } from "@/features/identity/words";
import { useFormat } from "@/lib/format";

/** LINE accounts that are proven for two members at once: a person says whose each is. Nothing where there are none. */
export function Conflicts() {
  const w = useWords();
  const may = useMay();
  const { data, error, refetch } = useConflicts();
  if (error) return <Failed error={error} retry={() => void refetch()} small />;
  if (!data?.conflicts.length) return null;
  return (
    <Panel
      className={styles["pair"]}
      title={w("conflicts", { count: data.conflicts.length })}
      aside={<AsOf at={data.as_of} />}
    >
      <p className={styles["why"]}>{w("conflictsWhy")}</p>
      {data.conflicts.map((one) => (
        <Account key={one.node} conflict={one} decides={may("identity.decide")} />
      ))}
      {data.more ? <p className={styles["faint"]}>{w("conflictsMore")}</p> : null}
    </Panel>
  );
}

function Account({ conflict, decides }: { conflict: Conflict; decides: boolean }) {
  const w = useWords();
  const called = useNamespaces();
  const format = useFormat();
  const settle = useSettle();
  const { data: me } = useQuery(meQuery);
  const say = (keep: string) =>
    settle.mutate(
      { node: conflict.node, keep, author: me?.name ?? "", reason: w("title") },
      { onSuccess: () => notifications.show({ message: w("settled") }) },
    );
  const name = w("account", { namespace: called(conflict.namespace), value: shownValue(conflict) });
  return (
    <section aria-label={name}>
      <div className={styles["head"]}>
        <h2 data-data>{name}</h2>
        <span className={styles["gap"]} />
        {decides ? (
          <Button variant="default" size="xs" onClick={() => say("")} disabled={settle.isPending}>
            {w("nobodys")}
          </Button>
        ) : null}
      </div>
      {settle.error ? <Failed error={settle.error} small /> : null}
      <ul className={styles["lines"]}>
        {conflict.owners.map((owner) => (
          <li key={owner.node}>
            <span>
              <span data-data>
                {w("owner", { namespace: called(owner.namespace), value: shownValue(owner) })}
              </span>{" "}
              · <Link to={`/people/${owner.profile_id}?tab=graph`}>{w("open")}</Link>{" "}
              {owner.holds ? <Mark tone="accent">{w("holds")}</Mark> : null}
              <span className={styles["level"]}>
                {w("proven", {
                  sources: owner.sources.join(", "),
                  first: format.date(owner.first_at),
                  last: format.date(owner.last_at),
                })}
              </span>
            </span>
            {decides ? (
              <Button variant="default" size="xs" onClick={() => say(owner.node)} disabled={settle.isPending}>
                {w("itsTheirs")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
