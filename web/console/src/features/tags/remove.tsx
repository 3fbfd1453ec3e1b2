import { Button, Checkbox } from "@mantine/core";
import { useState } from "react";
import { Failed } from "@/components/states";
import { type Tag, useDeleteTag, useTagUsers } from "@/features/tags/tags";
import styles from "@/features/tags/tags.module.css";
import { useCodes, useWords } from "@/features/tags/words";

/** Take it out of the dictionary, once nothing uses it any more. */
export function Remove({ tag, close }: { tag: Tag; close: () => void }) {
  const w = useWords();
  const code = useCodes();
  const users = useTagUsers(tag.key);
  const remove = useDeleteTag();
  const [takeOff, setTakeOff] = useState(false);
  const [sure, setSure] = useState(false);
  const used = users.data?.used_by ?? [];
  return (
    <section className={styles["stack"]}>
      <h3 className={styles["small"]}>{w("usedBy")}</h3>
      {used.length ? (
        <ul className={styles["jobs"]}>
          {used.map((one) => (
            <li key={`${one.kind}:${one.key}`}>
              {code("kind", one.kind)} <code>{one.key}</code>
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles["soft"]}>{w("usedByNone")}</p>
      )}
      {users.error ? <Failed error={users.error} small /> : null}
      {sure ? (
        <>
          <p className={styles["plain"]}>{w("deleteWhy")}</p>
          <Checkbox label={w("takeOff", { count: tag.people })} checked={takeOff} onChange={(event) => setTakeOff(event.currentTarget.checked)} />
        </>
      ) : null}
      {remove.error ? <Failed error={remove.error} small /> : null}
      {users.data && used.every(({ kind }) => kind === "tag_rule") ? (
        <Button
          color="red"
          variant={sure ? "filled" : "default"}
          className={styles["begin"] ?? ""}
          loading={remove.isPending}
          onClick={() => (sure ? remove.mutate({ key: tag.key, takeOff }, { onSuccess: close }) : setSure(true))}
        >
          {w(sure ? "deleteSure" : "delete", { name: tag.name })}
        </Button>
      ) : null}
    </section>
  );
}
