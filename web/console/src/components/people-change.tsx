import { ArrowRight } from "lucide-react";
import { shownValue, useNamespaces } from "@/components/identifiers";
import styles from "@/components/people-change.module.css";
import { useWords } from "@/components/words";

/** One person: what they are known by, each namespace and value. */
export interface KnownBy {
  identifiers: [string, string][];
}

/** Who is one person before a decision, and after it. */
export function PeopleChange({ before, after }: { before: KnownBy[]; after: KnownBy[] }) {
  const w = useWords();
  return (
    <div className={styles["change"]}>
      <People title={w("peopleBefore", { count: before.length })} people={before} />
      <ArrowRight className={styles["arrow"]} size={20} aria-hidden />
      <People title={w("peopleAfter", { count: after.length })} people={after} />
    </div>
  );
}

function People({ title, people }: { title: string; people: KnownBy[] }) {
  const called = useNamespaces();
  return (
    <section className={styles["side"]} aria-label={title}>
      <h3>{title}</h3>
      {people.map(({ identifiers }) => (
        <div key={JSON.stringify(identifiers)} className={styles["person"]} data-data>
          {identifiers.map(([namespace, value]) => (
            <div key={namespace + value}>
              <span className={styles["kind"]}>{called(namespace)}</span> {shownValue({ namespace, value })}
            </div>
          ))}
        </div>
      ))}
    </section>
  );
}
