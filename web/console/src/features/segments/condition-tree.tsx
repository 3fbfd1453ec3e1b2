import { useSegmentNames } from "@/api/segments";
import type { Condition } from "@/components/condition/condition";
import { useDescribe } from "@/components/condition/describe";
import { useWords } from "@/components/condition/words";
import styles from "@/features/segments/segment-page.module.css";

/** A condition in words, with its shape. */
export function ConditionTree({ condition }: { condition: Condition }) {
  return (
    <ul className={styles["tree"]}>
      <Branch condition={condition} />
    </ul>
  );
}

function Branch({ condition }: { condition: Condition }) {
  const w = useWords();
  const describe = useDescribe(useSegmentNames());
  for (const joint of ["all", "any"] as const) {
    const parts = condition[joint];
    if (parts)
      return (
        <li>
          <span className={styles["joint"]}>{w(joint)}</span>
          <ul>
            {parts.map((part, at) => (
              <Branch key={at} condition={part} />
            ))}
          </ul>
        </li>
      );
  }
  const named = (["include", "exclude", "not"] as const).filter((word) => condition[word]);
  if (named.length)
    return named.map((word) => (
      <li key={word}>
        <span className={styles["joint"]}>{w(word === "not" ? "exclude" : word)}</span>
        <ul>
          <Branch condition={condition[word] as Condition} />
        </ul>
      </li>
    ));
  return <li data-data>{describe(condition)}</li>;
}
